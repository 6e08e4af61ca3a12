import fc from "fast-check";
import type { StartTaskResponse } from "../../src/gen/hashicorp/nomad/plugins/drivers/proto/driver.ts";
import { configure, driverConfig, start, stop, taskOf, wait } from "../harness/driver_calls.ts";
import { call } from "../harness/plugin.ts";
import { tasksLeft, watchDoubles } from "./ecs_tasks.ts";
import { type Kind, ofSeed } from "./kind.ts";
import { type Site, siteConfig } from "./site.ts";

/** One thing that an agent asks, of one of the sequence's tasks, and whether it waits for the answer. */
type Step = {
  readonly what: (typeof steps)[number];
  readonly task: number;
  readonly waits: boolean;
  readonly number: bigint;
  readonly text: string;
};

const steps = [
  "start",
  "start",
  "start again under a new id",
  "wait",
  "stop",
  "detach",
  "destroy",
  "destroy by force",
  "inspect",
  "recover",
  "stats",
  "signal",
  "exec",
  "exec with a terminal",
  "configure",
  "misconfigure",
  "reconnect",
  "network",
] as const;

/** Calls in any order, many at a time, as no agent makes them and a broken one might. */
export const rpcSequences: Kind = {
  name: "sequence",
  quick: 60,
  fixed: [
    {
      name: "a stop with a timeout past 64 bits of nanoseconds",
      run: async (site) => {
        const task = taskOf(driverConfig({ task_definition: "idle" }));
        await site.attempt(start(site.connection, task));
        await site.attempt(stop(site.connection, task.id, { seconds: 2n ** 63n - 1n }));
      },
    },
  ],
  run: async (site, seed) => await runSequence(site, ofSeed(sequence, seed)),
  afterwards: tasksLeft,
};

const sequence: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    what: fc.constantFrom(...steps),
    task: fc.nat(2),
    waits: fc.boolean(),
    number: fc.oneof(
      fc.bigInt({ min: -2n, max: 3n }),
      fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n)),
    ),
    text: fc.oneof(
      fc.constantFrom("", "SIGTERM", "DETACH", "SIGKILL", "\ud800", "x".repeat(10_000)),
      fc.string({ unit: "binary" }),
    ),
  }),
  { minLength: 5, maxLength: 25 },
);

/** A task of a sequence: the runs that it was started under so far. */
type Run = { alloc: string; ids: string[]; answer: StartTaskResponse | undefined };

async function runSequence(site: Site, sequence: readonly Step[]): Promise<void> {
  const runs: Run[] = Array.from({ length: 3 }, () => {
    const alloc = crypto.randomUUID();
    return { alloc, ids: [`${alloc}/web/00000001`], answer: undefined };
  });
  const underWay: Promise<unknown>[] = [];
  const doubled = watchDoubles(site, runs.map(({ alloc }) => alloc));
  for (const step of sequence) {
    const run = runs[step.task];
    if (run === undefined) continue;
    const done = take(site, run, step);
    if (step.waits) await done;
    else underWay.push(done);
  }
  await Promise.all(underWay);
  for (const { ids } of runs) {
    for (const taskId of ids) {
      const { driver } = site.connection;
      await site.attempt(call(driver, driver.destroyTask, { taskId, force: true }));
    }
  }
  doubled.end();
}

async function take(site: Site, run: Run, step: Step): Promise<void> {
  const { connection, canary } = site;
  const { base, driver } = connection;
  const { number, text } = step;
  const taskId = run.ids.at(-1) ?? "";
  const task = () => ({
    ...taskOf(driverConfig({ task_definition: "idle", enable_execute_command: true }), {
      alloc: run.alloc,
      env: { SECRET: canary.at("job") },
    }),
    id: run.ids.at(-1) ?? "",
  });
  switch (step.what) {
    case "start again under a new id":
      run.ids.push(`${run.alloc}/web/${String(run.ids.length + 1).padStart(8, "0")}`);
      run.answer = await site.attempt(start(connection, task())) ?? run.answer;
      return;
    case "start":
      run.answer = await site.attempt(start(connection, task())) ?? run.answer;
      return;
    case "wait":
      // Answered when the task ends, which may be much later.
      wait(connection, taskId).then((answer) => site.see(JSON.stringify(answer)), () => {});
      return;
    case "stop":
      await site.attempt(
        stop(connection, taskId, { seconds: number > 3n ? 1n : number, signal: text }),
      );
      return;
    case "detach":
      await site.attempt(stop(connection, taskId, { signal: "DETACH" }));
      return;
    case "destroy":
      await site.attempt(call(driver, driver.destroyTask, { taskId, force: false }));
      return;
    case "destroy by force":
      await site.attempt(call(driver, driver.destroyTask, { taskId, force: true }));
      return;
    case "inspect":
      site.see(
        JSON.stringify(await site.attempt(call(driver, driver.inspectTask, { taskId }))) ?? "",
      );
      return;
    case "recover": {
      const handle = run.answer?.handle;
      await site.attempt(call(driver, driver.recoverTask, { taskId, handle }));
      return;
    }
    case "stats": {
      const stream = driver.taskStats({
        taskId,
        collectionInterval: { seconds: number, nanos: 0 },
      });
      stream.on("error", () => {});
      stream.on("data", () => stream.cancel());
      return;
    }
    case "signal":
      await site.attempt(call(driver, driver.signalTask, { taskId, signal: text }));
      return;
    case "exec":
      await site.attempt(
        call(driver, driver.execTask, {
          taskId,
          command: [text, canary.at("exec")],
          timeout: { seconds: 1n, nanos: 0 },
        }),
      );
      return;
    case "exec with a terminal": {
      const stream = driver.execTaskStreaming();
      stream.on("error", (error) => site.see(error.message));
      stream.on("data", () => {});
      const command = [text, canary.at("exec")];
      stream.write({ setup: { taskId, command, tty: true }, ttySize: undefined, stdin: undefined });
      stream.write({
        setup: undefined,
        ttySize: { height: -1, width: 2 ** 31 - 1 },
        stdin: { data: new TextEncoder().encode(text), close: false },
      });
      setTimeout(() => stream.cancel(), 200);
      return;
    }
    case "configure":
      await configure(connection, siteConfig);
      return;
    case "misconfigure":
      await site.attempt(
        call(base, base.setConfig, {
          msgpackConfig: new TextEncoder().encode(text),
          nomadConfig: undefined,
          pluginApiVersion: text,
        }),
      );
      await configure(connection, siteConfig);
      return;
    case "reconnect": {
      // An agent that comes and goes, with streams and calls of its own.
      const other = site.plugin.connect();
      const stream = other.driver.taskEvents({});
      stream.on("error", () => {});
      const starting = start(other, task());
      starting.catch(() => {});
      setTimeout(() => other.close(), 20);
      await starting.catch(() => {});
      return;
    }
    case "network":
      await site.attempt(
        call(driver, driver.createNetwork, { allocId: run.alloc, hostname: text }),
      );
      return;
  }
}
