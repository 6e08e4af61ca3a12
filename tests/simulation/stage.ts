import { encode } from "@msgpack/msgpack";
import type { EcsTask } from "../../demo/simulator/state/model.ts";
import { decodePluginConfig, type PluginConfig } from "../../src/config/mod.ts";
import { decodeHandleState } from "../../src/driver/handle_state.ts";
import type { Handle } from "../../src/driver/driver.ts";
import type { Logger } from "../../src/logger.ts";
import { type Alloc, type Checks, jobKinds } from "./alloc.ts";
import type { Node } from "./node.ts";
import type { Chances } from "./random.ts";
import type { SimulatedEcs } from "./simulated_ecs.ts";
import { runTask } from "./task_runner.ts";
import type { VirtualTime } from "./virtual_time.ts";

/** What happens with this weight among all that may; what is harmless keeps no task from its way. */
export type Action = readonly [weight: number, act: () => void, effect?: "harmless"];

/** A run of the simulation, as all of its parts see it. */
export type Stage = {
  readonly time: VirtualTime;
  readonly chances: Chances;
  readonly ecs: SimulatedEcs;
  readonly nodes: readonly Node[];
  readonly allocs: Alloc[];
  /** Writes into the trace. */
  note(text: string): void;
  /** Reports a promise that is broken. */
  violate(text: string): void;
};

/** A version of Nomad, and how it moves tasks between nodes. */
export type Mode = {
  /** What this Nomad's users and servers may do now. */
  actions(): Action[];
  /** Resolves once the allocation's client may start its task, or Nomad wants it no more. */
  before(alloc: Alloc): Promise<void>;
  /** The client has started the allocation's task. */
  onStarted(alloc: Alloc, handle: Handle): void;
  /** The allocation is over for its client. */
  onOver(alloc: Alloc): void;
  /** A stop was answered while the ECS task runs on. Answers what is wrong with that. */
  onLeft(alloc: Alloc, task: EcsTask): string | undefined;
  /** What is wrong with the StopTask that a node has had carried out; undefined where nothing is. */
  faultOf(node: Node, stop: SimulatedEcs["stops"][number]): string | undefined;
  /** Whether Nomad wants the allocation's task to run. */
  isWanted(alloc: Alloc): boolean;
  /** Something goes wrong that may keep tasks from their way. */
  disturb(): void;
  /** Looks at the run before each check. */
  look(): void;
  /** Whether an allocation is excused for an ECS task beside its predecessor's. */
  isExcused(alloc: Alloc): boolean;
  /** Whether nobody may be able to tell whose an ECS task is: then it is left alone. */
  isUnproven(task: EcsTask): boolean;
  /**
   * From here on all is well, but for machines that never come back, and users change nothing. Answers for how
   * many virtual milliseconds all goes on like that.
   */
  settle(): number;
  /** Users stop all. */
  calm(): void;
  /** Nodes that need a task to learn their id from. */
  beacons(): readonly Node[];
  /** Virtual milliseconds that ECS tasks have to be gone once everything is stopped and well. */
  readonly quiesceTime: number;
};

/** What a new allocation is made of. */
export type Placement =
  & Pick<Alloc, "lineage" | "kind" | "node" | "stored" | "restarts">
  & Partial<Pick<Alloc, "id" | "version" | "previous">>;

/** Most virtual milliseconds for which an agent is away when it dies. */
const longestAway = 20_000;
/**
 * Fewest virtual milliseconds for which a machine is away that lost its power, and its records of starts
 * with it: more than ECS needs to list a task.
 */
const shortestBoot = 5_000;
/**
 * Virtual milliseconds for which the hooks of a restored allocation may keep it from its start, as a
 * template does that waits for its secrets. Its ECS task may count as an orphan by then.
 */
export const hooksWait = { least: 10_000, most: 90_000 };

/** The first allocation of a new job, half of the time of the kind that most users have. */
export function ofNewJob(stage: Stage, node: Node): Placement {
  const usual = "named definition";
  const kind = stage.chances.happens(0.5) ? usual : stage.chances.pick(jobKinds) ?? usual;
  return { lineage: nextId(stage), kind, node, stored: undefined, restarts: 2 };
}

/** Gives an allocation to its client, which drives it until it is over. */
export function place(
  stage: Stage,
  { mode, checks }: { mode: Mode; checks: Checks },
  { id = nextId(stage), version = 0, previous, ...placement }: Placement,
): Alloc {
  const alloc: Alloc = {
    ...placement,
    id,
    version,
    previous,
    desired: "run",
    changed: Promise.withResolvers(),
    state: "active",
    handOver: undefined,
    unanswered: false,
    misled: false,
  };
  stage.allocs.push(alloc);
  stage.note(`alloc ${id} of ${alloc.lineage} is placed on ${alloc.node.id}`);
  const drive = async () => {
    await mode.before(alloc);
    while (alloc.state === "active") await driveOnce(stage, checks, alloc);
    stage.note(`alloc ${id} is over`);
    mode.onOver(alloc);
  };
  drive().catch((error) => stage.violate(`the model of Nomad failed: ${error?.stack ?? error}`));
  return alloc;
}

/** The id that the next allocation gets. */
export function nextId({ allocs }: Stage): string {
  return `alloc-${allocs.length}`;
}

/** Drives an allocation until it is over, or its agent has died and is back. */
async function driveOnce(stage: Stage, checks: Checks, alloc: Alloc): Promise<void> {
  const { time, chances, note } = stage;
  const { node } = alloc;
  await node.on();
  const agentDeath = node.agentDeath();
  await runTask(alloc, { time, chances, checks });
  if (alloc.state === "over") return;
  await agentDeath;
  await node.on();
  const away = node.disk.wasWiped()
    ? chances.between(shortestBoot, longestAway)
    : chances.between(0, chances.pick([1_000, longestAway]) ?? 0);
  await time.until(time.now() + away);
  if (alloc.stored === undefined && chances.happens(0.4)) {
    await time.until(time.now() + chances.between(hooksWait.least, hooksWait.most));
  }
  note(`alloc ${alloc.id} is restored ${alloc.stored === undefined ? "without" : "with"} handle`);
}

/** Has the client of an allocation learn what Nomad wants of it. */
export function want({ note }: Stage, alloc: Alloc, desired: Alloc["desired"]): void {
  note(`alloc ${alloc.id} shall ${desired}`);
  alloc.desired = desired;
  alloc.changed.resolve();
  alloc.changed = Promise.withResolvers();
}

/** Has every chosen allocation stopped. Answers whether all of them are over. */
export function stopAll(stage: Stage, which: (alloc: Alloc) => boolean): boolean {
  const chosen = stage.allocs.filter(which);
  for (const alloc of chosen) {
    if (alloc.state === "active" && alloc.desired !== "stop") want(stage, alloc, "stop");
  }
  return chosen.every(({ state }) => state === "over");
}

/** The ECS task that a handle is of. */
export function ecsTaskOf({ model }: SimulatedEcs, handle: Handle): EcsTask | undefined {
  return model.tasks.get(arnOf(handle));
}

/** The ARN of the ECS task that a handle is of. */
export function arnOf(handle: Handle): string {
  return decodeHandleState({ ...handle, fallback: {} }).ref.arn;
}

/** The allocation that an ECS task's tags name. */
export function ownerOf(task: EcsTask): string | undefined {
  return tagOf(task, "nomad:alloc_id");
}

/** A tag of an ECS task. */
export function tagOf({ tags }: EcsTask, name: string): string | undefined {
  return tags.find(({ key }) => key === name)?.value;
}

/** A plugin configuration, with what operators choose drawn. */
export function configOf(chances: Chances, block: "with nomad" | "without nomad"): PluginConfig {
  const decoded = decodePluginConfig(encode(block === "with nomad" ? { nomad: {} } : {}));
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

/** A log whose lines go into the trace. */
export function logTo(note: (text: string) => void, id: string): Logger {
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
