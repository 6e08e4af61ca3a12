/**
 * Starts that are given up before they know what an earlier process has left: the next start must find out,
 * in this process or another. ECS lists a task some seconds after RunTask here.
 */
import { assert, assertEquals } from "@std/assert";
import { EcsError } from "../../../../src/aws/error.ts";
import type { Lifecycle } from "../../../../src/lifecycle/lifecycle.ts";
import { restoreTime } from "../../../../src/lifecycle/start/met_tasks.ts";
import { configOf, createWorld, ownerOf, startRequest } from "../../../harness/world.ts";

const allocDir = "/alloc/own";
const record = `${allocDir}/nomad-driver-ecs.main.json`;

/** A world with an allocation's new directory, in which ECS lists a task 20 s after RunTask. */
async function createSite() {
  let stopsAnswer = true;
  const world = createWorld({
    consistency: 20_000,
    intercept: (operations) => ({
      ...operations,
      stopTask: (...call) =>
        stopsAnswer
          ? operations.stopTask(...call)
          : Promise.reject(new EcsError("unavailable", "StopTask", "503")),
    }),
  });
  const first = world.launch();
  await world.pass(restoreTime + 1);
  world.disk.makeDirectory(allocDir);
  const start = (
    { start }: Lifecycle,
    run: string,
    { task = {}, abandoned = new AbortController().signal }: {
      task?: Record<string, unknown>;
      abandoned?: AbortSignal;
    } = {},
  ) => {
    const config = configOf({ wait_for: "none", ...task });
    return start(startRequest({ owner: ownerOf(run), config, allocDir, abandoned }));
  };
  return {
    ...world,
    first,
    start,
    setStopsAnswer: (answer: boolean) => stopsAnswer = answer,
    /** A start that is given up after so many milliseconds. */
    giveUp: async (lifecycle: Lifecycle, run: string, ms: number) => {
      const gone = new AbortController();
      const given = start(lifecycle, run, { abandoned: gone.signal });
      given.catch(() => {});
      await world.pass(ms);
      gone.abort(new Error("the agent has gone"));
      const settled = await world.settle(given);
      assertEquals(settled.status, "rejected");
    },
    /** The first process's start, whose task is not running in its time. */
    failToStart: async () => {
      const task = { start_timeout: "5s", wait_for: "running" };
      const failed = await world.settle(start(first.lifecycle, "11111111", { task }));
      assertEquals(failed.status, "rejected");
    },
    read: () => world.settle(world.disk.connect({ alive: true }).read(record)),
    /** The start that nobody gives up. Answers how it came by its ECS task, and what lives beside that. */
    finish: async (lifecycle: Lifecycle) => {
      const last = await world.settle(start(lifecycle, "99999999"));
      assert(last.status === "fulfilled");
      await world.pass(60_000);
      const { how, remote: { ref } } = last.value;
      const others = world.ecs.live().filter(({ arn }) => arn !== ref.arn);
      return { how, others: others.length };
    },
  };
}

for (const next of ["the same process", "the next process"] as const) {
  Deno.test(`what no record tells of is found by a start in ${next} after one that was given up`, async () => {
    const site = await createSite();
    site.disk.state = "full";
    await site.settle(site.start(site.first.lifecycle, "11111111"));
    site.first.kill();
    site.disk.state = "fine";
    await site.pass(1);
    const second = site.launch();
    await site.giveUp(second.lifecycle, "22222222", 1_000);
    await site.pass(1_000);
    if (next === "the next process") second.kill();
    const { lifecycle } = next === "the next process" ? site.launch() : second;
    assertEquals(await site.finish(lifecycle), { how: "found", others: 0 });
  });

  Deno.test(`a run on record is resumed by a start in ${next} after one that was given up while it read`, async () => {
    const site = await createSite();
    await site.settle(site.start(site.first.lifecycle, "11111111"));
    site.first.kill();
    const second = site.launch();
    await site.giveUp(second.lifecycle, "22222222", 0);
    if (next === "the next process") second.kill();
    const { lifecycle } = next === "the next process" ? site.launch() : second;
    assertEquals(await site.finish(lifecycle), { how: "started", others: 0 });
  });

  Deno.test(`a task whose stop is pending is found by a start in ${next}, however soon the first one failed`, async () => {
    const site = await createSite();
    site.setStopsAnswer(false);
    const { lifecycle, kill } = site.first;
    await site.failToStart();
    if (next === "the next process") {
      // Nor does a start that waits for that stop in vain put on record that there is no run.
      await site.giveUp(lifecycle, "22222222", 1_000);
      kill();
    }
    site.setStopsAnswer(true);
    const last = next === "the next process" ? site.launch().lifecycle : lifecycle;
    assertEquals(await site.finish(last), { how: "started", others: 0 });
  });
}

Deno.test("once its stop is acknowledged, the record of a start that failed shows no open run", async () => {
  const site = await createSite();
  await site.failToStart();
  const open = await site.read();
  assert(open.status === "fulfilled");
  assertEquals(JSON.parse(open.value ?? ""), { task_id: ownerOf().id, run: ownerOf().id });
  await site.pass(60_000);
  const over = await site.read();
  assert(over.status === "fulfilled");
  assertEquals(JSON.parse(over.value ?? ""), { task_id: ownerOf().id });
});

Deno.test("a task whose stop is pending when its plugin ends is found by the next process", async () => {
  const site = await createSite();
  site.setStopsAnswer(false);
  const { lifecycle, kill } = site.first;
  await site.failToStart();
  const waiting = site.start(lifecycle, "22222222");
  waiting.catch(() => {});
  await site.pass(1_000);
  lifecycle.close();
  await site.pass(1_000);
  kill();
  site.setStopsAnswer(true);
  assertEquals(await site.finish(site.launch().lifecycle), { how: "started", others: 0 });
});
