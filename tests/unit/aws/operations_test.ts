import { assert, assertEquals } from "@std/assert";
import * as sdk from "@aws-sdk/client-ecs";
import { eachOperation, operations } from "../../../src/aws/operations.ts";

Deno.test("every operation of ECS in the table is one that the SDK has", () => {
  for (const { service, command } of Object.values(operations)) {
    if (service === "ecs") assert(`${command}Command` in sdk, command);
  }
});

Deno.test("all operations of the table are performed under the name that they have there", async () => {
  const performed: string[] = [];
  const all = eachOperation((name) => {
    performed.push(name);
    return Promise.reject(new Error("it is only noted"));
  });
  const { signal } = new AbortController();
  for (const perform of Object.values(all)) await perform({} as never, signal).catch(() => {});
  assertEquals(performed, Object.keys(operations));
});
