import { assertEquals } from "@std/assert";
import { EcsError } from "../../../../src/aws/error.ts";
import {
  newStopRequest,
  noteAcknowledged,
  noteFailure,
  type StopRequest,
  untilItsTurn,
} from "../../../../src/lifecycle/task/stop_progress.ts";
import type { StateListener } from "../../../../src/lifecycle/task/remote_task.ts";
import { createVirtualTime } from "../../../simulation/virtual_time.ts";

const throttled = new EcsError("throttled", "StopTask", "Rate exceeded");
const outage = new EcsError("unavailable", "StopTask", "503");

/** How long a request waits for its turn, in milliseconds, where this happens after a second. */
async function waitOf(happens: (request: StopRequest, tell: StateListener) => void) {
  const time = createVirtualTime(0);
  const clock = time.clock({ alive: true });
  const request = newStopRequest();
  const listeners = new Set<StateListener>();
  const task = {
    state: () => ({ kind: "unseen" } as const),
    listen: (listener: StateListener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  let took: number | undefined;
  untilItsTurn(request, task, clock).then(() => took = time.now());
  time.until(1_000).then(() =>
    happens(request, (state) => listeners.forEach((each) => each(state)))
  );
  while (took === undefined && await time.step(600_000));
  assertEquals([listeners.size, request.listeners.length], [0, 0], "nothing is left behind");
  return took;
}

Deno.test("a stop waits for its turn until ECS acknowledges it", async () => {
  assertEquals(await waitOf((request) => noteAcknowledged(request)), 1_000);
});

Deno.test("a stop that AWS refuses for its rate waits on, but not for ever", async () => {
  assertEquals(await waitOf((request) => noteFailure(request, throttled)), 120_000);
});

Deno.test("a stop that fails for another reason does not wait", async () => {
  assertEquals(await waitOf((request) => noteFailure(request, outage)), 1_000);
});

Deno.test("a stop whose task has ended does not wait", async () => {
  const ending = {
    exitCode: 0,
    oomKilled: false,
    error: undefined,
    exits: undefined,
    endedAt: undefined,
  };
  assertEquals(
    await waitOf((_, tell) => tell({ kind: "ended", ending, snapshot: undefined })),
    1_000,
  );
});
