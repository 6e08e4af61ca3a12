import { assertEquals } from "@std/assert";
import { passedEnv } from "../../../../src/lifecycle/start/environment.ts";

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
