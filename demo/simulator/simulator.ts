import { type ContainerRunner, createContainerRunner } from "./state/containers.ts";
import type { FaultRule } from "./state/faults.ts";
import { createModel, type Model, type Pace } from "./state/model.ts";
import { loadPreset, type Preset } from "./preset.ts";
import { serve } from "./http/server.ts";
import type { Sts } from "./operations/query_api.ts";
import { advance, containerExited } from "./state/task_life.ts";

/** Calls by operation, and the most that came in any span of one second. */
export type CallCounts = {
  readonly byOperation: Record<string, number>;
  readonly peakPerSecond: number;
  /** By identity: an access key id, or a role's ARN and session name. */
  readonly byIdentity: Record<string, Record<string, number>>;
};

/** A simulated ECS: the model, its containers, its faults and its bookkeeping. */
export type Simulator = {
  readonly model: Model;
  readonly containers: ContainerRunner;
  readonly sts: Sts;
  faults: FaultRule[];
  /** Counts a call. */
  count(operation: string): void;
  /** Counts it for whom it was made as. */
  countAs(identity: string, operation: string): void;
  counts(): CallCounts;
  resetCounts(): void;
  /** Has the model advance when its next change is due. */
  schedule(): void;
};

/** A simulator that listens. */
export type RunningSimulator = {
  readonly endpoint: string;
  readonly simulator: Simulator;
  /** Ends all containers and stops listening. */
  stop(): Promise<void>;
};

/** Starts a simulator on loopback; port 0 takes any free one. */
export async function startSimulator(
  { port = 0, speed = 1, seed = 1, pace, presets = [] }: {
    port?: number;
    /** How many times faster than AWS statuses change. */
    speed?: number;
    /** What the simulator's chances are drawn from. */
    seed?: number;
    pace?: Partial<Pace>;
    presets?: Preset[];
  },
): Promise<RunningSimulator> {
  const simulator = createSimulator({ speed, seed, ...(pace === undefined ? {} : { pace }) });
  for (const preset of presets) loadPreset(simulator.model, preset);
  const { endpoint, close } = await serve(simulator, port);
  return {
    endpoint,
    simulator,
    stop: async () => {
      await close();
      simulator.model.frozen = true;
      await simulator.containers.close();
    },
  };
}

function createSimulator(
  { speed, seed, pace }: { speed: number; seed: number; pace?: Partial<Pace> },
): Simulator {
  let byOperation: Record<string, number> = {};
  let byIdentity: Record<string, Record<string, number>> = {};
  let recent: number[] = [];
  let peakPerSecond = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let timerAt = Infinity;

  const containers = createContainerRunner({
    speed: () => model.speed,
    exited: (task, name, exitCode) => {
      containerExited(model, task, name, { exitCode });
      schedule();
    },
  });
  const model = createModel({
    now: () => Date.now(),
    random: seededRandom(seed),
    hooks: { start: containers.start, terminate: containers.terminate },
    speed,
    ...(pace === undefined ? {} : { pace }),
  });

  // One timer for the whole model, at its next change: ten thousand tasks at rest cost nothing.
  const schedule = () => {
    let next = Infinity;
    for (const { nextAt } of model.moving) if (nextAt !== undefined) next = Math.min(next, nextAt);
    if (model.frozen || next >= timerAt && timer !== undefined) return;
    clearTimeout(timer);
    timer = undefined;
    timerAt = Infinity;
    if (next === Infinity) return;
    timerAt = next;
    timer = setTimeout(() => {
      timer = undefined;
      timerAt = Infinity;
      advance(model);
      schedule();
    }, Math.max(0, next - Date.now()));
    // What is pending here keeps no process alive: the server does.
    Deno.unrefTimer(timer);
  };

  return {
    model,
    containers,
    sts: { externalIds: new Map(), sessions: new Map() },
    faults: [],
    count: (operation) => {
      byOperation[operation] = (byOperation[operation] ?? 0) + 1;
      const now = performance.now();
      recent.push(now);
      while (now - (recent[0] ?? now) >= 1_000) recent.shift();
      peakPerSecond = Math.max(peakPerSecond, recent.length);
    },
    countAs: (identity, operation) => {
      const counts = byIdentity[identity] ??= {};
      counts[operation] = (counts[operation] ?? 0) + 1;
    },
    counts: () => ({ byOperation: { ...byOperation }, byIdentity, peakPerSecond }),
    resetCounts: () => {
      byOperation = {};
      byIdentity = {};
      recent = [];
      peakPerSecond = 0;
    },
    schedule,
  };
}

/** Numbers in [0, 1) that a seed determines (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
