import { assert, assertEquals } from "@std/assert";
import type { Input, Output } from "../../../../src/aws/operations.ts";
import { createBudget } from "../../../../src/aws/budget.ts";
import { EcsError } from "../../../../src/aws/error.ts";
import type { EcsCaller } from "../../../../src/aws/caller.ts";
import { createWatcher } from "../../../../src/lifecycle/watch/poller.ts";
import type { Observation, Watcher, WatchHealth } from "../../../../src/lifecycle/watch/watcher.ts";
import { createVirtualTime } from "../../../simulation/virtual_time.ts";
import { cluster, silent } from "../../../harness/world.ts";

/** A watcher whose DescribeTasks is answered by `answer`. */
function createTimedWatcher(
  answer: (arns: string[]) => Output<"describeTasks">,
  rate = () => 10,
) {
  const time = createVirtualTime(0);
  const clock = time.clock({ alive: true });
  const calls: { at: number; arns: string[] }[] = [];
  const health: WatchHealth[] = [];
  const budget = createBudget({ limit: () => ({ burst: rate(), perSecond: rate() }), clock });
  const caller: EcsCaller = {
    rate: budget.rate,
    reserve: (lane, { priority, signal }) => budget.acquire({ lane, priority, signal }),
    call: (name, input, { permit }) => {
      permit?.accepted();
      const arns = (input as Input<"describeTasks">).tasks ?? [];
      calls.push({ at: time.now(), arns });
      return Promise.resolve().then(() => answer(arns) as Output<typeof name>);
    },
  };
  const watcher = createWatcher({
    cluster,
    caller,
    clock,
    random: () => 0.5,
    log: silent,
    pollInterval: () => 2_000,
    onHealth: (told) => health.push(told),
  });
  const { pass } = time;
  const sleep = (ms: number) => clock.sleep(ms, new AbortController().signal);
  return { watcher, calls, health, pass, sleep };
}

/** Watches `task-0` to `task-<count - 1>`. Returns the watches, and the tasks that were seen. */
function watchMany(watcher: Watcher, count: number) {
  const seen = new Set<string>();
  const watches = Array.from(
    { length: count },
    (_, at) => watcher.watch(`task-${at}`, { onObservation: () => seen.add(`task-${at}`) }),
  );
  return { watches, seen };
}

const running = (arns: string[]) => ({
  tasks: arns.map((taskArn) => ({ taskArn, lastStatus: "RUNNING" })),
  $metadata: {},
});

Deno.test("250 tasks at rest are three calls a poll interval", async () => {
  const { watcher, calls, pass } = createTimedWatcher(running);
  const { seen } = watchMany(watcher, 250);
  await pass(1_000);
  assertEquals(seen.size, 250);
  calls.length = 0;
  await pass(20_000);
  assertEquals(calls.length, 30);
  assert(calls.every(({ arns }) => arns.length <= 100));
});

Deno.test("a task that ECS refuses to describe does not hide the others", async () => {
  const { watcher, pass } = createTimedWatcher((arns) => {
    if (!arns.includes("task-77")) return running(arns);
    throw new EcsError("rejected", "DescribeTasks", "InvalidParameterException: bad ARN");
  });
  const { seen } = watchMany(watcher, 100);
  await pass(5_000);
  assertEquals(seen.size, 99);
});

Deno.test("no failure of a call is an observation, and an outage costs few calls", async () => {
  let away = true;
  const { watcher, calls, health, pass } = createTimedWatcher((arns) => {
    if (away) throw new EcsError("unavailable", "DescribeTasks", "socket hang up");
    return running(arns);
  });
  const observations: Observation[] = [];
  for (let at = 0; at < 1_000; at++) {
    watcher.watch(`task-${at}`, { onObservation: (observation) => observations.push(observation) });
  }
  await pass(180_000);
  assertEquals(observations, []);
  assert(calls.length < 40, `${calls.length} calls in three minutes`);
  assert(watcher.failing() !== undefined);
  away = false;
  await pass(25_000);
  assert(observations.length >= 1_000);
  assertEquals(health.at(-1), { kind: "answering" });
  assertEquals(watcher.failing(), undefined);
});

Deno.test("a task that is hastened is asked for at once in the pause after failures, and once", async () => {
  let away = true;
  const { watcher, calls, pass } = createTimedWatcher((arns) => {
    if (away) throw new EcsError("unavailable", "DescribeTasks", "socket hang up");
    return running(arns);
  });
  const observations: Observation[] = [];
  const watch = watcher.watch("task-0", {
    onObservation: (observation) => observations.push(observation),
  });
  await pass(180_000);
  const before = calls.length;
  watch.hasten();
  await pass(500);
  assertEquals(calls.length, before + 1);
  away = false;
  watch.hasten();
  await pass(500);
  assertEquals(observations.map(({ kind }) => kind), ["seen"]);
});

Deno.test("a task that the answer leaves out is asked for again", async () => {
  let times = 0;
  const { watcher, pass } = createTimedWatcher((arns) => {
    times += 1;
    return times === 1 ? { tasks: [], failures: [], $metadata: {} } : running(arns);
  });
  const observations: Observation[] = [];
  watcher.watch("task-0", { onObservation: (observation) => observations.push(observation) });
  await pass(1_500);
  assertEquals(observations.map(({ kind }) => kind), ["seen"]);
});

Deno.test("a look answers with what ECS was asked for after it", async () => {
  const { watcher, calls, pass } = createTimedWatcher(running);
  const watch = watcher.watch("task-0", { onObservation: () => {} });
  await pass(100);
  const before = calls.length;
  const look = watch.look(new AbortController().signal);
  await pass(1);
  assertEquals((await look).kind, "seen");
  assertEquals(calls.length, before + 1);
});

Deno.test("a look is not kept waiting by thousands of tasks whose turn it is", async () => {
  const { watcher, calls, pass } = createTimedWatcher(running);
  const { watches } = watchMany(watcher, 5_000);
  await pass(1_000);
  const last = watches.at(-1);
  assert(last !== undefined);
  const before = calls.length;
  assert(before < 15, "the first cycle is under way");
  const looked: string[] = [];
  for (const watch of [last, ...watches.slice(0, 10)]) {
    watch.look(new AbortController().signal).then(({ kind }) => looked.push(kind));
  }
  await pass(500);
  assertEquals(looked.length, 11);
  await pass(4_500);
  // Of 5,010 looks, the first task has a call of its own: it was there before the others.
  const described = calls.slice(0, 52).flatMap(({ arns }) => arns);
  assertEquals(new Set(described).size, 5_000, "all have had their turn");
});

Deno.test("looks that are asked for without end leave the others their turn", async () => {
  const { watcher, pass, sleep } = createTimedWatcher(running);
  const { watches, seen } = watchMany(watcher, 250);
  const [first] = watches;
  let over = false;
  const askOn = async () => {
    while (!over) {
      await first?.look(new AbortController().signal);
      await sleep(10);
    }
  };
  const asking = Promise.all(Array.from({ length: 3 }, askOn));
  await pass(5_000);
  seen.clear();
  await pass(5_000);
  assertEquals(seen.size, 250);
  over = true;
  await pass(1_000);
  await asking;
});

Deno.test("tasks that the policy lets nobody describe do not hide the others", async () => {
  const denied = new Set(["task-0", "task-77", "task-140"]);
  const { watcher, calls, health, pass } = createTimedWatcher((arns) => {
    if (!arns.some((arn) => denied.has(arn))) return running(arns);
    throw new EcsError("denied", "DescribeTasks", "AccessDeniedException");
  });
  const { seen } = watchMany(watcher, 150);
  await pass(60_000);
  assertEquals(seen.size, 147);
  seen.clear();
  calls.length = 0;
  health.length = 0;
  await pass(60_000);
  assertEquals(seen.size, 147);
  assertEquals(health, []);
  assert(calls.length <= 30 * 2 + denied.size, `${calls.length} calls in a minute`);
});

Deno.test("a look that fails goes first again", async () => {
  let broken = false;
  const { watcher, pass } = createTimedWatcher((arns) => {
    if (broken) throw new EcsError("unavailable", "DescribeTasks", "socket hang up");
    return running(arns);
  });
  const { watches } = watchMany(watcher, 5_000);
  await pass(1_000);
  broken = true;
  let looked = false;
  watches.at(-1)?.look(new AbortController().signal).then(() => looked = true);
  await pass(1_000);
  broken = false;
  await pass(3_000);
  assert(looked);
});

Deno.test("once ECS answers at its old pace, so does the watcher", async () => {
  let rate = 10;
  const { watcher, calls, pass } = createTimedWatcher(running, () => rate);
  watchMany(watcher, 5_000);
  await pass(30_000);
  rate = 0.5;
  await pass(30_000);
  calls.length = 0;
  rate = 10;
  await pass(10_000);
  assert(calls.length > 50, `${calls.length} calls in ten seconds`);
});

Deno.test("a driver that may describe nothing says so, and asks little", async () => {
  const { watcher, calls, health, pass } = createTimedWatcher(() => {
    throw new EcsError("denied", "DescribeTasks", "AccessDeniedException");
  });
  watchMany(watcher, 1_000);
  await pass(180_000);
  assert(health.every(({ kind }) => kind === "failing"));
  assert(watcher.failing() !== undefined);
  assert(calls.length < 40 * 8, `${calls.length} calls in three minutes`);
});

Deno.test("500 tasks that start one after the other are five or six calls a second", async () => {
  const { watcher, calls, pass } = createTimedWatcher(running, () => 20);
  for (let at = 0; at < 500; at++) {
    watcher.watch(`task-${at}`, { onObservation: () => {} }).pace("quick");
    await pass(47);
  }
  calls.length = 0;
  await pass(10_000);
  assert(calls.length >= 50 && calls.length <= 60, `${calls.length} calls in ten seconds`);
});

Deno.test("a failing watcher has nothing to say once its last task is not watched any more", async () => {
  const { watcher, health, pass } = createTimedWatcher(() => {
    throw new EcsError("unavailable", "DescribeTasks", "socket hang up");
  });
  const watch = watcher.watch("task-0", { onObservation: () => {} });
  await pass(60_000);
  assert(watcher.failing() !== undefined);
  watch.end();
  assertEquals(watcher.failing(), undefined);
  await pass(60_000);
  assertEquals(health.at(-1), { kind: "idle" });
  watcher.watch("task-1", { onObservation: () => {} });
  await pass(10_000);
  const since = watcher.failing()?.since;
  assert(since !== undefined && since >= 120_000, "the outage that is told is a new one");
});
