import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { factsOf } from "../../../../src/lifecycle/definition/facts.ts";
import { LaunchError } from "../../../../src/lifecycle/launch_error.ts";
import { passedEnv, prepare } from "../../../../src/lifecycle/start/environment.ts";
import { containers, type Json, onInstances } from "../../../harness/definitions.ts";
import { configOf } from "../../../harness/world.ts";

const env = {
  STAGE: "prod",
  VAULT_TOKEN: "s.secret",
  CONSUL_HTTP_TOKEN: "secret",
  NOMAD_TOKEN: "secret",
  NOMAD_ALLOC_ID: "0b8d5d7e",
  NOMAD_JOB_NAME: "web",
  NOMAD_META_owner: "core",
  NOMAD_ADDR_http: "10.0.0.1:80",
  NOMAD_TASK_DIR: "/local",
  NOMAD_SECRETS_DIR: "/secrets",
};

const cases: Record<string, { globs?: string[]; names: string[] }> = {
  "by default the job's own and what tells who it is": {
    names: ["STAGE", "NOMAD_ALLOC_ID", "NOMAD_JOB_NAME"],
  },
  "nothing where nothing is asked for": { globs: [], names: [] },
  "meta where it is asked for": { globs: ["NOMAD_META_*"], names: ["NOMAD_META_owner"] },
  "local paths never": { globs: ["NOMAD_*_DIR", "STAG?"], names: ["STAGE"] },
  "the last glob that matches decides": {
    globs: ["*", "!*TOKEN", "!NOMAD_*", "NOMAD_ADDR_http"],
    names: ["STAGE", "NOMAD_ADDR_http"],
  },
};
for (const [name, { globs, names }] of Object.entries(cases)) {
  Deno.test(`a container gets ${name}`, () => {
    assertEquals(Object.keys(passedEnv(env, globs)), names);
  });
}

Deno.test("a name that is excluded and named again gets what stands last", () => {
  const globs = ["STAGE", "!STAGE", "*TOKEN", "!VAULT_TOKEN", "VAULT_*"];
  assertEquals(Object.keys(passedEnv(env, globs)), [
    "VAULT_TOKEN",
    "CONSUL_HTTP_TOKEN",
    "NOMAD_TOKEN",
  ]);
});

const onEc2 = { launch_type: "EC2", network_configuration: null };
const pair = factsOf(
  onInstances(
    {},
    containers({
      log_router: { firelensConfiguration: { type: "fluentbit" } },
      app: { secrets: [{ name: "TOKEN", valueFrom: "x" }] },
    }),
  ),
  "web:1",
);
const prepared = (task: Json, variables = {}) =>
  prepare(configOf({ ...onEc2, ...task }), variables, pair);

Deno.test("the environment is for the main container, and the user is told which that is", () => {
  const { environment, notes } = prepared({}, { STAGE: "prod", TOKEN: "from the job" });
  assertEquals(environment, { container: "app", values: { STAGE: "prod" } });
  assertStringIncludes(notes[0] ?? "", "Container app is the task's main container. Passed over: ");
  assertStringIncludes(notes[1] ?? "", "Container app gets STAGE. Whoever may call DescribeTasks");
  assertStringIncludes(notes[2] ?? "", "Container app gets TOKEN from its definition's secrets");
});

Deno.test("which container is the main one is told without an environment too, unless it is named", () => {
  assertEquals(prepared({ pass_env: [] }).notes.length, 1);
  assertEquals(prepared({ container: "log_router" }).notes, []);
});

Deno.test("globs that take too long to match are refused before they are matched", () => {
  const variables = Object.fromEntries(
    Array.from({ length: 1_000 }, (_, n) => [`${"a".repeat(96)}${1_000 + n}`, "x"]),
  );
  const error = assertThrows(
    () => prepared({ pass_env: ["*a".repeat(51)] }, variables),
    LaunchError,
  );
  assertStringIncludes(
    error.message,
    "config.task.pass_env must have fewer or shorter globs with * or ?: theirs are 102 characters, " +
      "for variables whose names are 100000, and the product must be at most 10000000",
  );
  // Names that stand as they are take no time.
  assertEquals(prepared({ pass_env: Object.keys(variables) }, {}).environment, undefined);
});

Deno.test("a refusal for the environment's size is short, whatever the names are", () => {
  const variables = Object.fromEntries(
    Array.from({ length: 20 }, (_, n) => [`${n}${"a".repeat(5_000)}`, "x"]),
  );
  const error = assertThrows(() => prepared({}, variables), LaunchError);
  assertStringIncludes(error.message, "must be at most 8192 characters of JSON; got ");
  assertEquals(error.message.length < 1_000, true, error.message);
});

Deno.test("of variables that no request can hold, no more are looked at than show it", () => {
  const env = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`V${at}`, "value"]));
  const count = (limit?: number) => Object.keys(passedEnv(env, ["*"], limit)).length;
  assertEquals(count(), 1_000);
  assertEquals(count(70), 11);
});
