import type { Meter } from "../../meter.ts";
import type { EcsCaller } from "../../aws/caller.ts";
import type { ClusterRef } from "../../aws/cluster_ref.ts";
import type { EcsError } from "../../aws/error.ts";
import type { Clock, Random } from "../../clock.ts";
import type { TaskConfig } from "../../config/task_config.ts";
import type { Definitions } from "../definition/describe.ts";
import type { DefinitionFacts } from "../definition/facts.ts";
import type { Registry } from "../definition/register.ts";
import type { Resources } from "../definition/size.ts";
import type { ClusterScans } from "../ownership/cluster_scan.ts";
import type { RemoteTasks } from "../remote_tasks.ts";
import type { OnEvent, RemoteTask } from "../task/remote_task.ts";
import type { Predecessors } from "../ownership/adopt.ts";
import type { Left } from "../launch_error.ts";
import type { TaskIdentity } from "../task_identity.ts";
import type { RecordContext } from "./start_record.ts";

/** One cluster, and what it takes to call AWS about it. */
export type LaunchContext = {
  readonly cluster: ClusterRef;
  readonly caller: EcsCaller;
  readonly definitions: Definitions;
  readonly registry: Registry;
  /** Scans of the cluster, which starts share. */
  readonly scans: ClusterScans;
  /** The driver's version, with which ECS tasks are tagged. */
  readonly driverVersion: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly meter: Meter;
};

/** What a start needs besides AWS: what this process knows of its ECS tasks. */
export type StartContext = LaunchContext & RecordContext & {
  readonly remoteTasks: RemoteTasks;
  /** Whether AWS has answered any call in the cluster's account with success. */
  readonly hasAnswered: () => boolean;
  /** Aborts when the driver ends. ECS tasks then run on. */
  readonly signal: AbortSignal;
};

/** One run of a Nomad task that ECS is to carry out. */
export type StartRequest = {
  readonly cluster: ClusterRef;
  readonly owner: TaskIdentity;
  readonly config: TaskConfig;
  /** The environment that Nomad has for the task. */
  readonly env: Readonly<Record<string, string>>;
  readonly resources: Resources;
  /** The allocation's directory on this client, for the record of the start. */
  readonly allocDir?: string | undefined;
  /**
   * The allocations that the owner's replaces, whose ECS task it may take over; undefined where nothing
   * is handed over.
   */
  readonly predecessors?: Predecessors | undefined;
  /** Aborts when no caller waits for the start any more. It then goes on only if ECS has its task. */
  readonly abandoned: AbortSignal;
  readonly onEvent: OnEvent;
};

/** A task that was started. */
export type Started = {
  readonly remote: RemoteTask;
  /**
   * `started`: this start had ECS run it; `found`: it already ran for this allocation's task; `handed over`:
   * it ran for an allocation that this one replaces.
   */
  readonly how: "started" | "found" | "handed over";
  /** How far its logs were shown before it was handed over; undefined where nothing tells. */
  readonly shown?: string | undefined;
  /** The task's definition; undefined where AWS does not let this client describe it. */
  readonly definition: DefinitionFacts | undefined;
  /** The public address, where the task is to advertise it and has one. */
  readonly publicAddress: string | undefined;
};

/** A start under way. */
export type Attempt = {
  readonly request: StartRequest;
  /** Why AWS was last asked again. A start that runs out of time says it. */
  lastError: EcsError | undefined;
  /** The ECS task that the start waits for, once ECS has accepted it. */
  remote: RemoteTask | undefined;
  /** What it leaves in its cluster if it fails now. */
  left: Left;
};

/** How AWS is asked during a start. */
export type Asking = {
  /** Ends the asking. */
  readonly signal: AbortSignal;
  /** Told of each failure before AWS is asked again. */
  readonly retrying: (error: EcsError) => void;
};

/** Tells the task's user something about its start. */
export function tell({ owner, onEvent }: StartRequest, message: string): void {
  onEvent({ message, annotations: {} }, owner);
}
