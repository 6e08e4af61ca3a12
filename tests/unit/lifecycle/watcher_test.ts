import { assert, assertEquals } from "@std/assert";
import type { EcsApi } from "../../../src/lifecycle/ecs_operations.ts";
import { createBudget } from "../../../src/lifecycle/budget.ts";
import { EcsError } from "../../../src/lifecycle/ecs_error.ts";
import type { EcsCaller } from "../../../src/lifecycle/ecs_caller.ts";
import {
  createWatcher,
  type Observation,
  type WatchHealth,
} from "../../../src/lifecycle/watcher.ts";
import { createVirtualTime } from "../../simulation/virtual_time.ts";
import { scope, silent } from "./world.ts";

/** A watcher whose DescribeTasks is answered by `answer`. */
function createTimedWatcher(answer: (arns: string[]) => EcsApi["describeTasks"][1]) {
  const time = createVirtualTime(0);
  const clock = time.clock({ alive: true });
  const calls: { at: number; arns: string[] }[] = [];
  const health: WatchHealth[] = [];
  const caller: EcsCaller = {
    budget: createBudget({ maxRate: () => 10, clock }),
    call: (_, input) => {
      const arns = (input as EcsApi["describeTasks"][0]).tasks ?? [];
      calls.push({ at: time.now(), arns });
      return Promise.resolve().then(() => answer(arns));
    },
  };
  const watcher = createWatcher({
    scope,
    caller,
    clock,
    random: () => 0.5,
    log: silent,
    pollInterval: () => 2_000,
    onHealth: (told) => health.push(told),
  });
  const pass = async (ms: number) => {
    const end = time.now() + ms;
    while (await time.step(end));
  };
  return { watcher, calls, health, pass };
}

const running = (arns: string[]) => ({
  tasks: arns.map((taskArn) => ({ taskArn, lastStatus: "RUNNING" })),
  $metadata: {},
});

Deno.test("250 tasks at rest are three calls a poll interval", async () => {
  const { watcher, calls, pass } = createTimedWatcher(running);
  const seen = new Set<string>();
  for (let at = 0; at < 250; at++) {
    watcher.watch(`task-${at}`, { onObservation: () => seen.add(`task-${at}`) });
  }
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
  const seen = new Set<string>();
  for (let at = 0; at < 100; at++) {
    watcher.watch(`task-${at}`, { onObservation: () => seen.add(`task-${at}`) });
  }
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
