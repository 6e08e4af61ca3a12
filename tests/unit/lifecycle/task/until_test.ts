import { assert, assertEquals, assertRejects } from "@std/assert";
import type { StateListener } from "../../../../src/lifecycle/task/remote_task.ts";
import type { RemoteState } from "../../../../src/lifecycle/task/tracking.ts";
import { until, untilEnded } from "../../../../src/lifecycle/task/until.ts";

const never = new AbortController().signal;
const unseen: RemoteState = { kind: "unseen" };
const ended: RemoteState = {
  kind: "ended",
  ending: { exitCode: 0, oomKilled: false, error: undefined, exits: undefined, endedAt: 0 },
  snapshot: undefined,
};
const hasEnded = ({ kind }: RemoteState) => kind === "ended";

/** A task whose state a test changes. */
function changingTask(first: RemoteState) {
  const listeners = new Set<StateListener>();
  let state = first;
  return {
    state: () => state,
    listen: (listener: StateListener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    become: (next: RemoteState) => {
      state = next;
      for (const listener of [...listeners]) listener(next);
    },
    listeners: () => listeners.size,
  };
}

Deno.test("a wait for a state that is there already is over at once", async () => {
  const task = changingTask(ended);
  assertEquals(await until(task, hasEnded, never), ended);
  assertEquals(task.listeners(), 0);
});

Deno.test("a wait ends with the first state that is wanted, and nothing listens any more", async () => {
  const task = changingTask(unseen);
  const waiting = until(task, hasEnded, never);
  task.become(unseen);
  assertEquals(task.listeners(), 1);
  task.become(ended);
  assertEquals(await waiting, ended);
  assertEquals(task.listeners(), 0);
});

Deno.test("a wait that is given up rejects with the reason, and nothing listens any more", async () => {
  const task = changingTask(unseen);
  const over = new AbortController();
  const waiting = until(task, hasEnded, over.signal);
  over.abort(new Error("too late"));
  await assertRejects(() => waiting, Error, "too late");
  assertEquals(task.listeners(), 0);
  await assertRejects(() => until(task, hasEnded, over.signal), Error, "too late");
});

Deno.test("a wait for the end is over with the end or with its time, whatever comes first", async () => {
  const task = changingTask(unseen);
  const clock = { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() };
  await untilEnded(task, 1_000, clock);
  assertEquals(task.listeners(), 0);
  let aborted = false;
  const sleep = (_: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) =>
      signal?.addEventListener("abort", () => {
        aborted = true;
        resolve();
      })
    );
  const waiting = untilEnded(task, 1_000, { ...clock, sleep });
  task.become(ended);
  await waiting;
  assert(aborted, "the rest of the time is not slept");
  assertEquals(task.listeners(), 0);
});
