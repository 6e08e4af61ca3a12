import type { Input, Tag } from "../request/input.ts";
import { createInsights, type Insights, type Usage } from "../insights/sample.ts";
import type { LogDriver } from "../logs/log_driver.ts";
import { createLogStore, type LogStore } from "../logs/store.ts";
import { fargatePace, type Pace } from "./pace.ts";
import type { DataKey } from "../session_manager/kms.ts";
import { createSessions, type Session, type Sessions } from "../session_manager/sessions.ts";
import { createThrottle, type Throttle } from "./throttle.ts";
import type { Quotas } from "./quotas.ts";

/** A cluster. */
export type Cluster = {
  readonly name: string;
  readonly arn: string;
  status: "ACTIVE" | "INACTIVE";
  tags: Tag[];
  /** The cluster setting `containerInsights`. */
  containerInsights: InsightsSetting;
  capacityProviders: readonly string[];
  defaultStrategy: readonly Input[];
  /** `configuration` of the request, with the settings of ECS Exec in it. */
  configuration: Input | undefined;
  /** The default namespace of Service Connect. */
  namespace: string | undefined;
};

/** Values of the cluster setting `containerInsights`. */
export const insightsSettings = ["disabled", "enabled", "enhanced"] as const;
export type InsightsSetting = typeof insightsSettings[number];

/** One revision of a task definition. */
export type TaskDefinition = {
  readonly family: string;
  readonly revision: number;
  readonly arn: string;
  status: "ACTIVE" | "INACTIVE" | "DELETE_IN_PROGRESS";
  readonly registeredAt: number;
  deregisteredAt: number | undefined;
  deleteRequestedAt: number | undefined;
  readonly networkMode: string;
  /** Launch types that the definition can run on. */
  readonly compatibilities: readonly string[];
  readonly containers: readonly ContainerDefinition[];
  tags: Tag[];
  /** The whole request. DescribeTaskDefinition answers it. */
  readonly input: Input;
};

/** The part of a container's definition that the simulator acts on. */
export type ContainerDefinition = {
  readonly name: string;
  readonly image: string;
  /** The digest of the image's manifest. */
  readonly imageDigest: string;
  readonly essential: boolean;
  /** CPU units and MiB that the container reserves; 0 where it says nothing. */
  readonly reserved: { readonly cpu: number; readonly memory: number };
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Seconds between SIGTERM and SIGKILL. */
  readonly stopTimeout: number;
  /** Seconds that other containers wait for a condition of this one. Undefined: as long as it takes. */
  readonly startTimeout: number | undefined;
  readonly dependsOn: readonly Dependency[];
  readonly healthCheck: HealthCheck | undefined;
  /** Undefined: the container has another log driver, or none. */
  readonly awslogs: Awslogs | undefined;
};

/** The log configuration of a container with the log driver awslogs. */
export type Awslogs = {
  readonly group: string;
  readonly region: string;
  /** Undefined: the stream has the container's runtime id as its name. */
  readonly prefix: string | undefined;
  readonly createGroup: boolean;
  /** Whether the container needs its log group to start. */
  readonly blocking: boolean;
};

/** A condition that another container of the task must meet before a container starts. */
export type Dependency = {
  readonly containerName: string;
  readonly condition: "START" | "COMPLETE" | "SUCCESS" | "HEALTHY";
};

/** A health check. Times are seconds. */
export type HealthCheck = {
  /** The program and its arguments. Undefined: a kind of check that Docker does not run. */
  readonly probe: readonly string[] | undefined;
  readonly interval: number;
  readonly timeout: number;
  /** Failures in a row that make the container UNHEALTHY. */
  readonly retries: number;
  /** Failures do not count for this long after the start. */
  readonly startPeriod: number;
};

/** Health of a container or a task, as DescribeTasks answers it. */
export type Health = "HEALTHY" | "UNHEALTHY" | "UNKNOWN";

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

/**
 * Kinds of address in a subnet. `loopback` has IPv4 addresses of this machine, so that a server in a
 * container can be asked at the address that ECS tells.
 */
export const subnetKinds = ["ipv4", "dual-stack", "ipv6", "loopback"] as const;
export type SubnetKind = typeof subnetKinds[number];

/** Why a task stopped. */
export type StopCode =
  | "EssentialContainerExited"
  | "TaskFailedToStart"
  | "UserInitiated"
  | "SpotInterruption"
  | "TerminationNotice"
  | "ServiceSchedulerInitiated";

/** One container of a task. Times are milliseconds since the Unix epoch. */
export type TaskContainer = {
  readonly definition: ContainerDefinition;
  readonly arn: string;
  /** A container that is never started goes from waiting to ended. */
  phase: "waiting" | "running" | "ended";
  health: Health;
  /** The id of the container at Docker or containerd; it has one from its start on. */
  runtimeId?: string;
  startedAt?: number;
  /** A test's word on the container's agent of ECS Exec. Undefined: it runs and is connected. */
  agent?: "STOPPED" | "UNREACHABLE";
  /** When containers that wait for a condition of this one give up. */
  startDeadline?: number;
  /** Whether the container has been told to end. */
  terminated: boolean;
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
  /** Undefined for a task that was run without a capacity provider strategy. */
  readonly capacityProvider: string | undefined;
  /** The subnet of the task's own network interface. Undefined: it has none. */
  readonly subnet: string | undefined;
  readonly availabilityZone: string;
  /** The ARN of the container instance. Undefined on Fargate. */
  readonly containerInstance: string | undefined;
  readonly address: string | undefined;
  readonly ipv6Address: string | undefined;
  readonly publicAddress: string | undefined;
  readonly createdAt: number;
  tags: Tag[];
  containers: TaskContainer[];
  status: Status;
  desired: "RUNNING" | "STOPPED";
  /** When the status changes next by itself. Undefined: it waits for a container or a request. */
  nextAt: number | undefined;
  startedAt?: number;
  pulledAt?: number;
  stoppingAt?: number;
  /** When the task became PENDING. */
  pendingAt?: number;
  /** When the last container ended. */
  executionStoppedAt?: number;
  stoppedAt?: number;
  stopCode?: StopCode;
  stoppedReason?: string;
  version: number;
};

/** Called by the model when containers have to start or end. */
export type ModelHooks = {
  /** Starts a container. */
  readonly start: (task: EcsTask, container: TaskContainer) => void;
  /** Ends a container. Its end is then reported to `containerExited`. */
  readonly terminate: (task: EcsTask, container: TaskContainer) => void;
  /** A container has ended. */
  readonly ended?: (container: TaskContainer) => void;
  /** A session of ECS Exec begins, or is ended by TerminateSession. */
  readonly openSession?: (session: Session) => void;
  readonly terminateSession?: (session: Session) => void;
  /** Measures running containers. Absent: usages are invented. */
  readonly measure?: (containers: readonly TaskContainer[]) => readonly Usage[];
};

/** The whole state of the simulated ECS. It has no timers: time comes in with `now`. */
export type Model = {
  readonly account: string;
  readonly now: () => number;
  readonly random: () => number;
  readonly hooks: ModelHooks;
  readonly pace: Pace;
  /** What the account may still ask of AWS. */
  readonly throttle: Throttle;
  speed: number;
  /** Whether statuses stand still. */
  frozen: boolean;
  /** What StopTask does with a task's tags: by the API reference it deletes them. */
  tagsAfterStop: "deleted" | "kept";
  /** CloudWatch Logs of the account, and the log drivers of containers that run. */
  readonly logs: LogStore;
  readonly logDrivers: Map<TaskContainer, LogDriver>;
  readonly insights: Insights;
  /** Sessions of ECS Exec, and data keys of KMS by their encrypted form. */
  readonly sessions: Sessions;
  readonly dataKeys: Map<string, DataKey>;
  /** By `<region>/<name>`. */
  readonly clusters: Map<string, Cluster>;
  /** By `<region>/<family>`, in the order of revisions. */
  readonly definitions: Map<string, TaskDefinition[]>;
  /** Kinds of address that interfaces in a subnet get, by subnet id. Others have IPv4. */
  readonly subnets: Map<string, SubnetKind>;
  /** The first three numbers of the addresses in subnets of the kind loopback. */
  loopbackNetwork: string;
  /** By ARN. */
  readonly tasks: Map<string, EcsTask>;
  /** Tasks with a `nextAt`. */
  readonly moving: Set<EcsTask>;
  /** Requests with a client token, by `<cluster ARN>/<token>`. */
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
    quotas?: Quotas;
  },
): Model {
  const account = options.account ?? "123456789012";
  return {
    account,
    logs: createLogStore(account),
    logDrivers: new Map(),
    insights: createInsights(),
    sessions: createSessions(),
    dataKeys: new Map(),
    now: options.now,
    random: options.random,
    hooks: options.hooks,
    pace: { ...fargatePace, ...options.pace },
    throttle: createThrottle(options.quotas),
    speed: options.speed ?? 1,
    frozen: false,
    tagsAfterStop: "deleted",
    clusters: new Map(),
    definitions: new Map(),
    subnets: new Map(),
    loopbackNetwork: "127.100.0",
    tasks: new Map(),
    moving: new Set(),
    tokens: new Map(),
  };
}

/** A random UUID. */
export function randomUuid(model: Model): string {
  return uuidOf(randomHex(model, 32));
}

/** 32 hex digits as a UUID. */
export function uuidOf(digits: string): string {
  return [[0, 8], [8, 12], [12, 16], [16, 20], [20, 32]]
    .map(([from, to]) => digits.slice(from, to)).join("-");
}

/** Random hex digits, `length` of them. */
export function randomHex(model: Model, length: number): string {
  let text = "";
  while (text.length < length) text += Math.floor(model.random() * 16).toString(16);
  return text;
}
