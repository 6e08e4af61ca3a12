import { createCallCounter } from "./http/call_counts.ts";
import { containerVariables } from "./http/metadata.ts";
import { serve } from "./http/server.ts";
import { loopbackNetworkOf } from "./operations/network.ts";
import type { Sts } from "./operations/sts.ts";
import { loadPreset, type Preset } from "./preset.ts";
import { serveDataChannels } from "./session_manager/data_channels.ts";
import { createTerminals } from "./session_manager/terminal.ts";
import type { Simulator } from "./simulator.ts";
import { containerPrinted } from "./state/container_logs.ts";
import { createContainerRunner, type Surroundings } from "./state/container_runner.ts";
import { programOf } from "./state/images.ts";
import { createModel, type Model } from "./state/model.ts";
import type { Pace } from "./state/pace.ts";
import { defaultQuotas, type Quotas } from "./state/quotas.ts";
import { advance, containerExited, healthReported, nextChangeAt } from "./state/task_life.ts";

/** A simulator that listens. */
export type RunningSimulator = {
  readonly endpoint: string;
  readonly simulator: Simulator;
  /** Ends all containers and stops listening. */
  stop(): Promise<void>;
};

/**
 * Starts a simulator on loopback.
 *
 * @example
 * ```ts
 * const { endpoint, stop } = await startSimulator({ speed: 100, presets: [demoPreset] });
 * const client = new ECSClient({ endpoint, region: "us-east-1", credentials });
 * ```
 */
export async function startSimulator(
  { port = 0, speed = 1, seed = 1, pace, quotas = defaultQuotas, presets = [], images }: {
    /** The TCP port. 0: any free one. */
    port?: number;
    /** How many times faster than on AWS time passes. */
    speed?: number;
    /** The seed of everything random, between 0 and 2^32. */
    seed?: number;
    pace?: Partial<Pace>;
    quotas?: Quotas;
    presets?: Preset[];
    /** A folder of programs: `web.ts` in it is what a container of the image `web` runs. */
    images?: string;
  },
): Promise<RunningSimulator> {
  const host = { endpoint: "" };
  const simulator = createSimulator({
    speed,
    seed,
    quotas,
    pace: pace ?? {},
    entrypoint: (image) => images === undefined ? undefined : programOf(images, image),
    variables: (task, container) => containerVariables(host.endpoint, task, container),
  });
  for (const preset of presets) loadPreset(simulator.model, preset);
  const { endpoint, close } = await serve(simulator, port);
  host.endpoint = endpoint;
  simulator.model.loopbackNetwork = loopbackNetworkOf(Number(new URL(endpoint).port));
  return {
    endpoint,
    simulator,
    stop: async () => {
      await close();
      simulator.model.frozen = true;
      await simulator.channels.close();
      await simulator.containers.close();
    },
  };
}

function createSimulator(
  { speed, seed, quotas, pace, entrypoint, variables }: Surroundings & {
    speed: number;
    seed: number;
    quotas: Quotas;
    pace: Partial<Pace>;
  },
): Simulator {
  const sts: Sts = { externalIds: new Map(), sessions: new Map() };
  const containers = createContainerRunner({
    speed: () => model.speed,
    entrypoint,
    variables,
    exited: (task, name, exitCode) => {
      containerExited(model, task, name, { exitCode });
      schedule();
    },
    printed: (container, output, text) => containerPrinted(model, container, output, text),
    healthChanged: (task, name, health) => {
      healthReported(model, task, name, health);
      schedule();
    },
  });
  const model = createModel({
    now: () => Date.now(),
    random: seededRandom(seed),
    hooks: {
      start: containers.start,
      terminate: containers.terminate,
      measure: containers.measure,
      ended: (container) => channels.containerEnded(container),
      openSession: (session) => channels.open(session),
      terminateSession: (session) => channels.terminate(session),
    },
    speed,
    pace,
    quotas,
  });
  const channels = serveDataChannels(model, {
    terminals: createTerminals(),
    secretOf: (key) => key === "simulated" || sts.sessions.has(key) ? "simulated" : undefined,
    signal: ({ container }, signal) => containers.signal(container, signal as Deno.Signal),
  });
  const schedule = createSchedule(model);
  return {
    model,
    containers,
    channels,
    sts,
    iam: { decisions: new Map(), unknown: new Set() },
    calls: createCallCounter(() => performance.now()),
    faults: [],
    distortions: [],
    schedule,
  };
}

/** Makes one timer for the whole model, at its next change: ten thousand tasks at rest cost nothing. */
function createSchedule(model: Model): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let timerAt = Infinity;
  const schedule = () => {
    const next = nextChangeAt(model);
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
    // The server keeps the process alive, not a change to come.
    Deno.unrefTimer(timer);
  };
  return schedule;
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
