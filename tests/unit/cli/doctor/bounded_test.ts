import { assertEquals, assertRejects } from "@std/assert";
import { EcsError } from "../../../../src/aws/error.ts";
import { answered, questionTimeout } from "../../../../src/cli/doctor/bounded.ts";
import { systemClock } from "../../../../src/clock.ts";

/** A question that nobody answers, and that ignores its signal. */
const never = () => new Promise<never>(() => {});

Deno.test("a question that is not answered ends once its time is up, whatever it makes of its signal", async () => {
  const slept: number[] = [];
  const clock = {
    ...systemClock,
    sleep: (ms: number) => {
      slept.push(ms);
      return Promise.resolve();
    },
  };
  const { signal } = new AbortController();
  const error = await assertRejects(() => answered({ clock, signal }, "STS Ask", never), EcsError);
  assertEquals([error.kind, error.message.startsWith("STS Ask: no answer within 15 s")], [
    "unavailable",
    true,
  ]);
  assertEquals(slept, [questionTimeout]);
});

Deno.test("a question ends with its command", async () => {
  const interrupted = new AbortController();
  const asking = answered({ clock: systemClock, signal: interrupted.signal }, "STS Ask", never);
  interrupted.abort(new Error("the person has ended the command"));
  await assertRejects(() => asking, Error, "the person has ended the command");
});

Deno.test("an answer in time, and an error, are handed on", async () => {
  const host = { clock: systemClock, signal: new AbortController().signal };
  assertEquals(await answered(host, "STS Ask", () => Promise.resolve(7)), 7);
  const fail = () => Promise.reject(new TypeError("no"));
  await assertRejects(() => answered(host, "STS Ask", fail), TypeError, "no");
});
