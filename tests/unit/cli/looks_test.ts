import { assertEquals, assertRejects } from "@std/assert";
import { EcsError, type EcsErrorKind } from "../../../src/aws/error.ts";
import { lookAgain } from "../../../src/cli/looks.ts";

function watching() {
  const told: string[] = [];
  const ended = new AbortController();
  const write = (text: string | Uint8Array) => Promise.resolve(void told.push(String(text)));
  const host = { stderr: { isTerminal: false, write }, environment: {}, signal: ended.signal };
  return { host, told, ended };
}

const failing = (kind: EcsErrorKind) => () =>
  Promise.reject(new EcsError(kind, "ECS ListTasks of cluster x", "no"));

Deno.test("a look that fails for a while is told, and ends nothing", async () => {
  for (const kind of ["unavailable", "throttled"] as const) {
    const { host, told } = watching();
    assertEquals(await lookAgain(host, failing(kind)), false);
    assertEquals(told.length, 1);
    assertEquals(told[0]?.startsWith("warning: ECS ListTasks of cluster x: no; "), true);
  }
});

Deno.test("a look that is answered says so", async () => {
  const { host, told } = watching();
  assertEquals(await lookAgain(host, () => Promise.resolve()), true);
  assertEquals(told, []);
});

Deno.test("a look that no later one can better, a fault, and the person's wish end the command", async () => {
  for (const kind of ["denied", "credentials", "no_cluster"] as const) {
    const { host, told } = watching();
    await assertRejects(() => lookAgain(host, failing(kind)), EcsError);
    assertEquals(told, []);
  }
  const { host, ended } = watching();
  await assertRejects(() => lookAgain(host, () => Promise.reject(new TypeError("x"))), TypeError);
  ended.abort(new RangeError("the person has ended the command"));
  await assertRejects(() => lookAgain(host, failing("unavailable")), RangeError);
});
