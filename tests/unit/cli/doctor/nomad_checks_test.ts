import { assertEquals, assertStringIncludes } from "@std/assert";
import { checkNomad } from "../../../../src/cli/doctor/nomad_checks.ts";
import type { NomadApi } from "../../../../src/nomad/api.ts";
import { NomadError, type NomadErrorKind } from "../../../../src/nomad/error.ts";

const { signal } = new AbortController();

/** A Nomad that answers, but for the questions that fail. */
function apiWith(failing: Partial<Record<keyof NomadApi, NomadErrorKind>>): NomadApi {
  const answer = <T>(name: keyof NomadApi, value: T) => (): Promise<T> => {
    const kind = failing[name];
    return kind === undefined
      ? Promise.resolve(value)
      : Promise.reject(new NomadError(kind, "GET", "no"));
  };
  return {
    agent: answer("agent", { nodeId: "n", region: "global" }),
    nodes: answer("nodes", [{ id: "n", status: "ready" }]),
    isForgotten: answer("isForgotten", true),
  } as unknown as NomadApi;
}

Deno.test("a Nomad that answers everything is ok, and no Nomad is worth a word", async () => {
  const checks = await checkNomad(apiWith({}), "default", signal);
  assertEquals(checks.map(({ status }) => status), ["ok", "ok", "ok"]);
  assertEquals((await checkNomad(undefined, "default", signal)).map(({ status }) => status), [
    "warn",
  ]);
});

Deno.test("each right that the token lacks is named with its rule, and the others are asked for", async () => {
  const rules: [keyof NomadApi, string][] = [
    ["agent", "agent {"],
    ["nodes", "node {"],
    ["isForgotten", 'namespace "apps" {'],
  ];
  for (const [name, rule] of rules) {
    const checks = await checkNomad(apiWith({ [name]: "denied" }), "apps", signal);
    assertEquals(checks.length, 3);
    const [found, ...others] = checks.filter(({ status }) => status === "fail");
    assertEquals(others, []);
    assertStringIncludes(found?.fix ?? "", rule);
  }
});

Deno.test("a Nomad that cannot be asked is named once", async () => {
  for (
    const kind of [
      "unreachable",
      "untrusted",
      "busy",
      "too_large",
      "unusable",
      "misconfigured",
    ] as const
  ) {
    const checks = await checkNomad(apiWith({ agent: kind }), "default", signal);
    assertEquals(checks.map(({ status }) => status), ["fail"]);
  }
});
