import { decodePluginConfig, type PluginConfig } from "../../src/config/mod.ts";
import { decodeHandleState } from "../../src/driver/handle_state.ts";
import type { Handle } from "../../src/driver/driver.ts";
import type { Logger } from "../../src/logger.ts";
import type { EcsTask } from "../../demo/simulator/state/model.ts";
import { advance, containerExited, stop } from "../../demo/simulator/state/task_life.ts";
import { startedBy } from "../../src/lifecycle/ownership/tags.ts";
import { createNode, type Node } from "./node.ts";
import { type Chances, createChances } from "./random.ts";
import { createSimulatedEcs, type SimulatedEcs, weatherModes } from "./simulated_ecs.ts";
import { type Alloc, type Checks, jobKinds, runTask } from "./task_runner.ts";
import { createVirtualTime, type VirtualTime } from "./virtual_time.ts";

/** What a run of one seed showed. */
export type RunResult = {
  readonly seed: number;
  /** Promises that were broken, in words; none if all is well. */
  readonly violations: readonly string[];
  /** What happened, in order; only where it was asked for. */
  readonly trace: readonly string[];
  readonly steps: number;
  readonly ecsTasks: number;
};

/** Milliseconds, on the wall clock, that the simulated time starts at. */
const epoch = Date.UTC(2026, 0, 1);
/** Virtual milliseconds in which things happen. */
const actionTime = 240_000;
/** Virtual milliseconds that ECS tasks have to be gone once everything is stopped and well. */
const quiesceTime = 3_600_000;
/** Milliseconds that may lie between a look at a task's tags and the stop that follows, on its way too. */
const stopRace = 20_000;
/** Operations that weather may hit alone. */
const operations = [
  "DescribeTasks",
  "ListTasks",
  "RunTask",
  "StopTask",
  "TagResource",
  "DescribeTaskDefinition",
  "RegisterTaskDefinition",
];
/** Virtual milliseconds for which an agent is away when it dies, which is more than ECS needs to see a task. */
const agentAway = { least: 5_000, most: 20_000 };
/**
 * Virtual milliseconds for which the hooks of a restored allocation may keep it from its start, as a
 * template does that waits for its secrets. Its ECS task may count as an orphan by then.
 */
const hooksWait = { least: 10_000, most: 90_000 };

/**
 * Runs the real driver on two nodes against a model of Nomad and one of ECS, in virtual time, with
 * everything that happens drawn from the seed: the same seed always gives the same run.
 */
export async function simulate(seed: number, traced: "traced" | "quiet"): Promise<RunResult> {
  const chances = createChances(seed);
  const time = createVirtualTime(epoch);
  const ecs = createSimulatedEcs(time, chances, epoch);
  const trace: string[] = [];
  const violations: string[] = [];
  const note = (text: string) => {
    if (traced === "traced") trace.push(`${(time.now() / 1_000).toFixed(3)} ${text}`);
  };
  const violate = (text: string) => {
    note(`VIOLATION ${text}`);
    violations.push(`${(time.now() / 1_000).toFixed(1)} s: ${text}`);
  };
  const allocs: Alloc[] = [];
  /** Allocations that another stands for already. */
  const lost = new Set<Alloc>();
  const nodes = ["node-a", "node-b"].map((id) =>
    createNode({ id, time, ecs, chances, config: configOf(chances), log: logTo(note, id) })
  );
  const checks: Checks = {
    ...createChecks(ecs, violate, note),
    onStarted: ({ node }) => {
      // An agent may not live to store the handle. Later on nothing dies any more.
      if (time.now() >= actionTime || !chances.happens(0.08)) return;
      const fate = chances.happens(0.5) ? "dies too" : "lives on";
      note(`agent of ${node.id} dies with the answer to a start, its plugin ${fate}`);
      node.killAgent(fate);
    },
  };

  const drive = (alloc: Alloc) => {
    const agentDeath = alloc.node.agentDeath();
    runTask(alloc, { time, chances, checks }).then(async () => {
      if (alloc.state === "over") {
        note(`alloc ${alloc.id} is over`);
        if (alloc.handOver !== undefined) handOver(alloc, alloc.handOver);
        return;
      }
      await agentDeath;
      await time.until(time.now() + chances.between(agentAway.least, agentAway.most));
      if (alloc.stored === undefined && chances.happens(0.4)) {
        await time.until(time.now() + chances.between(hooksWait.least, hooksWait.most));
      }
      note(
        `alloc ${alloc.id} is restored ${alloc.stored === undefined ? "without" : "with"} handle`,
      );
      drive(alloc);
    }).catch((error) => violate(`the model of Nomad failed: ${error?.stack ?? error}`));
  };
  const place = (alloc: Omit<Alloc, "changed" | "state" | "handOver">) => {
    const placed: Alloc = {
      ...alloc,
      changed: Promise.withResolvers(),
      state: "active",
      handOver: undefined,
    };
    allocs.push(placed);
    note(`alloc ${placed.id} of ${placed.lineage} is placed on ${placed.node.id}`);
    drive(placed);
  };
  const handOver = (old: Alloc, handle: Handle) => {
    const node = nodes.find((other) => other !== old.node) ?? old.node;
    const id = `alloc-${allocs.length}`;
    const stored = { taskId: `${id}/main/moved`, handle, at: time.now() };
    const { lineage, kind } = old;
    place({ id, lineage, kind, node, desired: "run", stored, restarts: 1 });
  };
  const want = (alloc: Alloc, desired: Alloc["desired"]) => {
    note(`alloc ${alloc.id} shall ${desired}`);
    alloc.desired = desired;
    alloc.changed.resolve();
    alloc.changed = Promise.withResolvers();
  };

  const act = () => {
    const running = ecs.live().filter(({ status }) => status === "RUNNING");
    const task = chances.pick(running);
    const node = chances.pick(nodes);
    const alloc = chances.pick(
      allocs.filter((other) =>
        other.state === "active" && other.desired === "run" && !lost.has(other)
      ),
    );
    const actions: [number, () => void][] = [
      [6, () => {
        if (allocs.length >= 8 || node === undefined) return;
        const id = `alloc-${allocs.length}`;
        const kind = chances.happens(0.5) ? "named definition" : chances.pick(jobKinds);
        place({
          id,
          lineage: id,
          kind: kind ?? "named definition",
          node,
          desired: "run",
          stored: undefined,
          restarts: 2,
        });
      }],
      [3, () => alloc && want(alloc, "stop")],
      [2, () => alloc && want(alloc, "detach")],
      [2, () => {
        if (task === undefined) return;
        note(`${task.id.slice(0, 6)} exits`);
        containerExited(ecs.model, task, "main", { exitCode: Math.floor(chances.next() * 3) });
      }],
      [1, () => {
        if (task === undefined) return;
        note(`${task.id.slice(0, 6)} is interrupted`);
        stop(ecs.model, task, {
          code: "SpotInterruption",
          reason: "Your Spot Task was interrupted.",
        });
      }],
      [1, () => {
        // Servers give up on a node that runs on, hand its task to another, and stop it there later.
        if (alloc?.stored === undefined) return;
        // That takes them many heartbeats, within which a task's tags have followed it.
        const task = ecsTaskOf(ecs, alloc.stored.handle);
        if (task === undefined || ownerOf(task) !== alloc.id) return;
        note(`alloc ${alloc.id} is lost to the servers`);
        lost.add(alloc);
        // Were both to start anew after an end, they would be two runs of Nomad's own making.
        alloc.restarts = 0;
        handOver(alloc, alloc.stored.handle);
        time.until(time.now() + chances.between(1_000, 60_000)).then(() => {
          if (alloc.state === "active") want(alloc, "stop");
        });
      }],
      [3, () => {
        note(`plugin of ${node?.id} dies`);
        node?.killPlugin();
      }],
      [2, () => {
        const fate = chances.happens(0.5) ? "dies too" : "lives on";
        note(`agent of ${node?.id} dies, its plugin ${fate}`);
        node?.killAgent(fate);
      }],
      [4, () => {
        const mode = chances.pick(weatherModes) ?? "throttle";
        const operation = chances.happens(0.3) ? chances.pick(operations) : undefined;
        ecs.weather = { mode, rate: chances.pick([0.05, 0.2, 0.5, 1]) ?? 1, operation };
        note(`weather ${mode} ${ecs.weather.rate} ${operation ?? ""}`);
      }],
      [4, () => {
        ecs.weather = undefined;
        note("weather clears");
      }],
      [3, () => {
        // A partial outage: what runs is seen and more is started, and nothing can be stopped.
        ecs.weather = { mode: "error503", rate: 1, operation: "StopTask" };
        note("weather: no StopTask is answered");
      }],
      [1, () => {
        if (node === undefined) return;
        note(`${node.id} is configured anew`);
        const stage = String(Math.floor(chances.next() * 3));
        node.configure({
          ...node.config(),
          default_tags: { stage },
          max_api_rate: chances.pick([2, 10, 100]) ?? 10,
        });
      }],
      [1, () => time.jump(chances.between(-7_200_000, 7_200_000))],
    ];
    let draw = chances.next() * actions.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, action] of actions) {
      draw -= weight;
      if (draw < 0) return action();
    }
  };

  let steps = 0;
  const checkAll = () => {
    for (const alloc of new Set(allocs.map(({ lineage }) => lineage))) {
      const indexes = allocs.filter(({ lineage }) => lineage === alloc)
        .map(({ id }) => startedBy({ allocId: id, name: "main" }));
      const live = ecs.live().filter(({ startedBy: by }) => indexes.includes(by ?? ""));
      if (live.length > 1) {
        violate(`${alloc} has ${live.length} ECS tasks: ${live.map(({ id }) => id.slice(0, 6))}`);
      }
    }
    for (const { arn, process, ownerNode, ownerAlloc, settled } of ecs.stops.splice(0)) {
      // ECS stops no task on condition: tags may move between a look at them and the stop.
      if (settled < stopRace) continue;
      const node = nodes.find((candidate) => candidate.process() === process);
      if (node === undefined) continue;
      if (ownerNode !== undefined && ownerNode !== node.id) {
        violate(`${node.id} stopped ${arn.slice(-32, -26)}, which is ${ownerNode}'s`);
      }
      // That of an allocation which is to run, and whose agent has long shown that it has the handle.
      const alloc = allocs.find((other) =>
        other.id === ownerAlloc && other.state === "active" && other.desired === "run" &&
        other.stored !== undefined && time.now() - other.stored.at >= stopRace &&
        arnOf(other.stored.handle) === arn
      );
      if (alloc === undefined) continue;
      violate(`${node.id} stopped ${arn.slice(-32, -26)}, which is to run for ${alloc.id}`);
    }
  };
  const pass = async (until: number, done: () => boolean) => {
    while (time.now() < until && violations.length === 0 && !done()) {
      await time.step(until);
      advance(ecs.model);
      checkAll();
      steps += 1;
    }
  };

  while (time.now() < actionTime && violations.length === 0) {
    act();
    await pass(time.now() + chances.between(200, 15_000), () => false);
  }
  ecs.weather = undefined;
  // A plugin learns its node's id from its first task, and can tell its orphans only then.
  const beacons = nodes.map(({ id }) => `beacon-${id}`);
  for (const node of nodes) {
    const id = `beacon-${node.id}`;
    place({
      id,
      lineage: id,
      kind: "named definition",
      node,
      desired: "run",
      stored: undefined,
      restarts: 2,
    });
  }
  const isBeacon = (by: string | undefined) => beacons.some((id) => by?.includes(id));
  const stopAll = (which: (alloc: Alloc) => boolean) => {
    for (const alloc of allocs.filter(which)) {
      if (alloc.state === "active" && alloc.desired !== "stop") want(alloc, "stop");
    }
    return allocs.filter(which).every(({ state }) => state === "over");
  };
  await pass(time.now() + quiesceTime, () => {
    const over = stopAll(({ id }) => !beacons.includes(id));
    return over && ecs.live().every(({ startedBy: by }) => isBeacon(by));
  });
  await pass(time.now() + quiesceTime, () => stopAll(() => true) && ecs.live().length === 0);
  if (violations.length === 0) {
    for (const { id, state } of allocs) {
      if (state === "active") violate(`alloc ${id} never ended after its stop`);
    }
    for (const { id, startedBy: by } of ecs.live()) violate(`${id.slice(0, 6)} of ${by} runs on`);
  }
  for (const node of nodes) node.driver().shutdown();
  return { seed, violations, trace, steps, ecsTasks: ecs.model.tasks.size };
}

function createChecks(
  ecs: SimulatedEcs,
  violate: (text: string) => void,
  note: (text: string) => void,
): Omit<Checks, "onStarted"> {
  return {
    onExit: (alloc, handle, { exitCode, error }) => {
      advance(ecs.model);
      const task = ecsTaskOf(ecs, handle);
      note(`alloc ${alloc.id} exits with ${exitCode} ${error ?? ""}`);
      if (task === undefined) return;
      if (task.status === "STOPPED") {
        const [main] = task.containers;
        if (error !== undefined || main?.exitCode === undefined || main.exitCode === exitCode) {
          return;
        }
        violate(`${alloc.id} was told of exit ${exitCode}, and it was ${main.exitCode}`);
        return;
      }
      if (error?.includes("runs on under Nomad node") && ownerOf(task) !== alloc.id) return;
      violate(`${alloc.id} was told of its end while ${task.id.slice(0, 6)} is ${task.status}`);
    },
    onRecoverFailure: (alloc, error) => violate(`${alloc.id} could not be recovered: ${error}`),
    onStopped: (alloc, handle) => {
      advance(ecs.model);
      const task = ecsTaskOf(ecs, handle);
      if (task === undefined || task.desired === "STOPPED") return;
      if (ownerOf(task) !== alloc.id) return;
      violate(`${alloc.id}'s stop was answered while ${task.id.slice(0, 6)} runs on`);
    },
  };
}

/** The ECS task that a handle is of. */
function ecsTaskOf({ model }: SimulatedEcs, handle: Handle): EcsTask | undefined {
  return model.tasks.get(arnOf(handle));
}

/** The ARN of the ECS task that a handle is of. */
function arnOf(handle: Handle): string {
  return decodeHandleState({ ...handle, fallback: {} }).ref.arn;
}

/** The allocation that an ECS task's tags name. */
function ownerOf({ tags }: EcsTask): string | undefined {
  return tags.find(({ key }) => key === "nomad:alloc_id")?.value;
}

function configOf(chances: Chances): PluginConfig {
  const decoded = decodePluginConfig(new Uint8Array());
  if (decoded.kind === "invalid") throw new Error("the default configuration is invalid");
  return {
    ...decoded.value,
    enabled: true,
    cluster: "nomad-remote-driver-demo",
    region: "us-east-1",
    start_timeout: chances.pick([20_000, 60_000, 300_000]) ?? 60_000,
    // As an operator does whose jobs name another cluster: it is searched from the start.
    allowed: { ...decoded.value.allowed, clusters: ["second"] },
    wait_for: chances.pick(["running", "network", "none"]) ?? "running",
    orphan_grace: chances.pick([15_000, 120_000]) ?? 120_000,
  };
}

function logTo(note: (text: string) => void, id: string): Logger {
  const line = (level: string) => (message: string, fields?: Record<string, unknown>) =>
    note(`  ${id} ${level}: ${message} ${fields === undefined ? "" : JSON.stringify(fields)}`);
  const log: Logger = {
    trace: line("trace"),
    debug: line("debug"),
    info: line("info"),
    warn: line("warn"),
    error: line("error"),
    named: () => log,
  };
  return log;
}

/** Names kept for readers of traces. */
export type { Node, VirtualTime };
