import { describeProblems } from "../../src/config/decode.ts";
import { decodePluginConfig, decodeTaskConfig, type TaskConfig } from "../../src/config/mod.ts";
import type {
  AwsOperations,
  AwsTarget,
  Input,
  OperationName,
  Output,
} from "../../src/aws/operations.ts";
import { createLifecycle, type Lifecycle } from "../../src/lifecycle/lifecycle.ts";
import type { StartRequest } from "../../src/lifecycle/start/context.ts";
import type { TaskIdentity } from "../../src/lifecycle/task_identity.ts";
import type { ClusterRef } from "../../src/aws/cluster_ref.ts";
import type { Logger } from "../../src/logger.ts";
import { driverConfig } from "./driver_calls.ts";
import { type AllocDisk, createAllocDisk } from "../simulation/alloc_disk.ts";
import { type Chances, createChances } from "../simulation/random.ts";
import { createSimulatedEcs, type SimulatedEcs } from "../simulation/simulated_ecs.ts";
import { createVirtualTime, type Process, type VirtualTime } from "../simulation/virtual_time.ts";

const epoch = Date.UTC(2026, 0, 1);

/** A lifecycle in virtual time, before a simulated ECS. */
export type World = {
  readonly time: VirtualTime;
  readonly ecs: SimulatedEcs;
  readonly disk: AllocDisk;
  readonly lifecycle: Lifecycle;
  /** A lifecycle of another process, such as follows one that has died, on the same disk. */
  launch(): { lifecycle: Lifecycle; kill: () => void };
  /** The operations as a driver of the test's own is given them. */
  connect(process: Process, target?: AwsTarget): AwsOperations;
  /** What operations were asked for, in order. */
  targets(): readonly AwsTarget[];
  /** Lets time pass until the promise settles, for at most an hour. */
  settle<T>(promise: Promise<T>): Promise<PromiseSettledResult<T>>;
  /** Lets this many milliseconds pass. */
  pass(ms: number): Promise<void>;
};

/** Makes a world. `intercept` may wrap the operations that the driver of a process is given. */
export function createWorld(
  { chances = createChances(1), consistency = 0, intercept = (operations) => operations }: {
    /** What decides where things take their time by chance. */
    chances?: Chances;
    /** Milliseconds after RunTask for which ECS does not show a task. */
    consistency?: number;
    intercept?: (operations: AwsOperations, process: Process) => AwsOperations;
  } = {},
): World {
  const time = createVirtualTime(epoch);
  const ecs = createSimulatedEcs(time, chances, epoch);
  ecs.model.pace.consistency = consistency;
  const disk = createAllocDisk(time, chances);
  const targets: AwsTarget[] = [];
  const connect: World["connect"] = (process, target) => {
    if (target !== undefined) targets.push(target);
    return intercept(ecs.connect(process), process);
  };
  const launch: World["launch"] = () => {
    const process = { alive: true };
    const lifecycle = createLifecycle({
      connect: (target) => connect(process, target),
      files: disk.connect(process),
      clock: time.clock(process),
      random: chances.next,
      log: silent,
      version: "0.0.0",
      settings: () => ({
        calls: { raised: {}, share: 1, ceiling: undefined },
        pollInterval: 2_000,
        unhealthyAfter: 60_000,
        endpoint: undefined,
      }),
    });
    return { lifecycle, kill: () => process.alive = false };
  };
  const { lifecycle } = launch();
  return {
    time,
    ecs,
    disk,
    lifecycle,
    launch,
    connect,
    targets: () => targets,
    settle: async (promise) => {
      let settled: PromiseSettledResult<Awaited<typeof promise>> | undefined;
      Promise.allSettled([promise]).then(([result]) => settled = result);
      // One that has settled already takes no time.
      await time.step(time.now());
      const end = time.now() + 3_600_000;
      while (settled === undefined && time.now() < end) await time.step(end);
      if (settled === undefined) throw new Error("it has not settled within an hour");
      return settled;
    },
    pass: time.pass,
  };
}

/** The cluster that the simulated ECS has. */
export const cluster: ClusterRef = { name: "nomad-remote-driver-demo", region: "us-east-1" };

/** A log that nobody reads. */
export const silent: Logger = {
  trace: () => {},
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  named: () => silent,
};

/** One run of a Nomad task; `run` tells the runs of one allocation apart. */
export function ownerOf(
  run = "11111111",
  allocId = "0b8d5d7e-9c0f-4f0e-8f3a-5f6f0a9c3d11",
): TaskIdentity {
  return {
    id: `${allocId}/main/${run}`,
    namespace: "default",
    jobId: "job",
    group: "group",
    name: "main",
    allocId,
    nodeId: "node-a",
  };
}

/** A valid task configuration. */
export function configOf(task: Record<string, unknown> = {}): TaskConfig {
  const plugin = decodePluginConfig(new Uint8Array());
  if (plugin.kind === "invalid") throw new Error(describeProblems(plugin.problems));
  const decoded = decodeTaskConfig(
    driverConfig({ task_definition: "idle", ...task }),
    plugin.value,
  );
  if (decoded.kind === "invalid") throw new Error(describeProblems(decoded.problems));
  return decoded.value;
}

/** Operations of which one is answered by `answer`, which may call the real one. */
export function answering<N extends OperationName>(
  name: N,
  answer: (
    input: Input<N>,
    signal: AbortSignal,
    real: AwsOperations[N],
  ) => Promise<Output<N>>,
): (operations: AwsOperations) => AwsOperations {
  return (operations) => ({
    ...operations,
    [name]: (input: Input<N>, signal: AbortSignal) => answer(input, signal, operations[name]),
  });
}

/** A valid request of a start that nobody abandons; `changes` are the fields of another case. */
export function startRequest(changes: Partial<StartRequest> = {}): StartRequest {
  return {
    cluster,
    owner: ownerOf(),
    config: configOf(),
    env: {},
    resources: { cpu: 100, memory: 300 },
    abandoned: new AbortController().signal,
    onEvent: () => {},
    ...changes,
  };
}
