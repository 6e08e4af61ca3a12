import type { Input, Tag } from "../request/input.ts";

/** A cluster. */
export type Cluster = {
  readonly name: string;
  readonly arn: string;
  status: "ACTIVE" | "INACTIVE";
  readonly tags: Tag[];
};

/** One revision of a task definition, as it was registered. */
export type TaskDefinition = {
  readonly family: string;
  readonly revision: number;
  readonly arn: string;
  status: "ACTIVE" | "INACTIVE";
  readonly registeredAt: number;
  readonly networkMode: string;
  /** Launch types that it can run on. */
  readonly compatibilities: readonly string[];
  readonly containers: readonly ContainerDefinition[];
  readonly tags: Tag[];
  /** All of the request, which is also what is described. */
  readonly input: Input;
};

/** What the simulator acts on of a container's definition. */
export type ContainerDefinition = {
  readonly name: string;
  readonly image: string;
  readonly essential: boolean;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Seconds between SIGTERM and SIGKILL. */
  readonly stopTimeout: number;
};

/** Statuses that an ECS task goes through, in order. */
export const statuses = [
  "PROVISIONING",
  "PENDING",
  "ACTIVATING",
  "RUNNING",
  "DEACTIVATING",
  "STOPPING",
  "DEPROVISIONING",
  "STOPPED",
] as const;
export type Status = typeof statuses[number];

/** Why a task stopped. */
export type StopCode =
  | "EssentialContainerExited"
  | "TaskFailedToStart"
  | "UserInitiated"
  | "SpotInterruption"
  | "TerminationNotice"
  | "ServiceSchedulerInitiated";

/** One container of a task. */
export type TaskContainer = {
  readonly definition: ContainerDefinition;
  readonly arn: string;
  exitCode?: number;
  reason?: string;
};

/** One task. Times are milliseconds since the Unix epoch. */
export type EcsTask = {
  readonly id: string;
  readonly arn: string;
  readonly region: string;
  readonly cluster: Cluster;
  readonly definition: TaskDefinition;
  readonly input: Input;
  readonly startedBy: string | undefined;
  readonly launchType: string;
  readonly address: string | undefined;
  readonly publicAddress: string | undefined;
  readonly createdAt: number;
  tags: Tag[];
  containers: TaskContainer[];
  status: Status;
  desired: "RUNNING" | "STOPPED";
  /** When the status changes next by itself; undefined while it waits for containers or a request. */
  nextAt: number | undefined;
  startedAt?: number;
  stoppingAt?: number;
  stoppedAt?: number;
  stopCode?: StopCode;
  stoppedReason?: string;
  /** Whether the containers have been told to stop. */
  terminated: boolean;
  version: number;
};

/** What the model tells of its tasks, so that containers can be run for them. */
export type ModelHooks = {
  /** The task's containers are to start. */
  readonly start: (task: EcsTask) => void;
  /** The task's containers are to end; each end is to be told to `containerExited`. */
  readonly terminate: (task: EcsTask) => void;
};

/** Milliseconds that each step takes before it is divided by the speed. */
export type Pace = {
  provisioning: number;
  pending: number;
  activating: number;
  deactivating: number;
  deprovisioning: number;
  /** How long a stopped task is still described. */
  retention: number;
  /** How long after RunTask a task may not be seen. */
  consistency: number;
};

/** The paces of Fargate, of which the sum to RUNNING is about half a minute. */
export const fargatePace: Pace = {
  provisioning: 8_000,
  pending: 12_000,
  activating: 6_000,
  deactivating: 1_000,
  deprovisioning: 12_000,
  retention: 3_600_000,
  consistency: 300,
};

/** Everything that the simulated ECS knows. It has no timers: time comes in with `now`. */
export type Model = {
  readonly account: string;
  readonly now: () => number;
  readonly random: () => number;
  readonly hooks: ModelHooks;
  readonly pace: Pace;
  speed: number;
  /** Statuses do not change by themselves while this is set. */
  frozen: boolean;
  /** By `<region>/<name>`. */
  readonly clusters: Map<string, Cluster>;
  /** By `<region>/<family>`, in the order of revisions. */
  readonly definitions: Map<string, TaskDefinition[]>;
  /** By ARN. */
  readonly tasks: Map<string, EcsTask>;
  /** Tasks whose status will change by itself. */
  readonly moving: Set<EcsTask>;
  /** Client tokens by `<cluster ARN>/<token>`, with the request that each was used with. */
  readonly tokens: Map<string, { request: string; arns: string[]; at: number }>;
};

/** Makes an empty model. */
export function createModel(
  options: {
    now: () => number;
    random: () => number;
    hooks: ModelHooks;
    speed?: number;
    pace?: Partial<Pace>;
    account?: string;
  },
): Model {
  return {
    account: options.account ?? "123456789012",
    now: options.now,
    random: options.random,
    hooks: options.hooks,
    pace: { ...fargatePace, ...options.pace },
    speed: options.speed ?? 1,
    frozen: false,
    clusters: new Map(),
    definitions: new Map(),
    tasks: new Map(),
    moving: new Set(),
    tokens: new Map(),
  };
}

/** `length` hex digits. */
export function randomHex(model: Model, length: number): string {
  let text = "";
  while (text.length < length) text += Math.floor(model.random() * 16).toString(16);
  return text;
}
