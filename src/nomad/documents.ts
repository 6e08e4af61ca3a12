import { jsonObjectIn } from "../json_object.ts";
import { NomadError } from "./error.ts";

/** An allocation, as far as a hand-over goes by it. Names are those of Nomad's API. */
export type Allocation = {
  readonly id: string;
  readonly namespace: string;
  /** `<job>.<group>[<index>]`; an allocation and its replacement share it. */
  readonly name: string;
  readonly nodeId: string;
  readonly jobId: string;
  readonly taskGroup: string;
  /** Version of the job that the allocation runs; undefined where the answer holds no job. */
  readonly jobVersion: number | undefined;
  /** Raft index at which its job was first registered; undefined where the answer does not tell. */
  readonly jobCreateIndex: number | undefined;
  /** `run`, `stop` or `evict`. */
  readonly desiredStatus: string;
  readonly desiredDescription: string;
  /** Whether the servers want it moved to another node: a drain, or `nomad alloc stop`. */
  readonly migrate: boolean;
  /** Whether it is stopped for a drain and gets no replacement: a batch job, from Nomad 1.11 on. */
  readonly migrateDisablePlacement: boolean;
  /** `pending`, `running`, `complete`, `failed`, `lost` or `unknown`. */
  readonly clientStatus: string;
  readonly previousAllocation: string | undefined;
  readonly nextAllocation: string | undefined;
  readonly preemptedByAllocation: string | undefined;
  /** Grows with each allocation that the servers make; 0 where the answer does not tell. */
  readonly createIndex: number;
  /** The evaluation that placed it. */
  readonly evalId: string | undefined;
};

/** An evaluation of a job by the scheduler. */
export type Evaluation = {
  /** What it was made for, such as `job-register` or `queued-allocs`. */
  readonly triggeredBy: string;
  /** Raft index at which it was made; undefined where the answer does not tell. */
  readonly createIndex: number | undefined;
};

/** An allocation in the list of its job's. */
export type AllocationStub = Pick<
  Allocation,
  | "id"
  | "name"
  | "jobId"
  | "taskGroup"
  | "jobVersion"
  | "desiredStatus"
  | "clientStatus"
  | "nextAllocation"
  | "createIndex"
>;

/**
 * Whether Nomad wants an allocation to run, and its client has not told its end. One that Nomad wants no
 * more may still run: Nomad waits for the nearest predecessor only, which may have ended unstarted.
 */
export function isWanted(
  allocation: Pick<Allocation, "desiredStatus" | "clientStatus">,
): boolean {
  return allocation.desiredStatus === "run" && !isOver(allocation);
}

/** Whether an allocation's client has told its end, or Nomad counts the client as lost. */
export function isOver({ clientStatus }: Pick<Allocation, "clientStatus">): boolean {
  return clientStatus === "complete" || clientStatus === "failed" || clientStatus === "lost";
}

/** A client node. */
export type NomadNode = {
  readonly id: string;
  /** `ready`, `down`, `disconnected` or `initializing`. */
  readonly status: string;
  /** Whether the node is being drained now. */
  readonly draining: boolean;
  /**
   * Whether its last drain has gone through and it takes no allocations since. At the deadline of a drain, or
   * with `-force`, Nomad tells so before the client hears which allocations are to stop.
   */
  readonly drained: boolean;
  /**
   * When its heartbeat was first missed since Nomad last heard of it, in milliseconds since the epoch by the servers'
   * clock. Undefined where none was missed, or where the node's last ten events do not tell.
   */
  readonly missedSince: number | undefined;
  /** Whether its ecs driver takes over what another node's leaves, as its attribute says. */
  readonly takesOver: boolean;
  /** Where its driver runs the tasks of jobs that name no cluster; undefined where it does not tell. */
  readonly place: string | undefined;
};

/** A client node in the list of all. */
export type NodeStub = Pick<NomadNode, "id" | "status">;

/** Attribute of a node whose ecs driver hands ECS tasks over by Nomad's API; its value is then `on`. */
export const handOverAttribute = "driver.ecs.handover";
/** Attributes of a node that tell where its ecs driver runs the tasks of jobs that name no cluster. */
export const clusterAttribute = "driver.ecs.cluster";
export const regionAttribute = "driver.ecs.region";

/** The agent that answers. */
export type NomadAgent = {
  /** Undefined where the agent is no client. */
  readonly nodeId: string | undefined;
  readonly region: string | undefined;
};

/** Reads an allocation. Throws a `NomadError` for what is none. */
export function allocationOf(value: unknown, attempted: string): Allocation {
  const from = fieldsOf(value, attempted);
  const transition = jsonObjectIn(from.value("DesiredTransition"));
  const job = jsonObjectIn(from.value("Job"));
  return {
    id: from.text("ID"),
    namespace: from.text("Namespace"),
    name: from.text("Name"),
    nodeId: from.text("NodeID"),
    jobId: from.text("JobID"),
    taskGroup: from.text("TaskGroup"),
    jobVersion: numberOf(job?.["Version"]),
    jobCreateIndex: numberOf(job?.["CreateIndex"]),
    desiredStatus: from.text("DesiredStatus"),
    desiredDescription: from.optional("DesiredDescription") ?? "",
    migrate: transition?.["Migrate"] === true,
    migrateDisablePlacement: transition?.["MigrateDisablePlacement"] === true,
    clientStatus: from.text("ClientStatus"),
    previousAllocation: from.optional("PreviousAllocation"),
    nextAllocation: from.optional("NextAllocation"),
    preemptedByAllocation: from.optional("PreemptedByAllocation"),
    createIndex: numberOf(from.value("CreateIndex")) ?? 0,
    evalId: from.optional("EvalID"),
  };
}

/** Reads an evaluation. Throws a `NomadError` for what is none. */
export function evaluationOf(value: unknown, attempted: string): Evaluation {
  const from = fieldsOf(value, attempted);
  return {
    triggeredBy: from.text("TriggeredBy"),
    createIndex: numberOf(from.value("CreateIndex")),
  };
}

/** Reads the list of a job's allocations. Throws a `NomadError` for what is none. */
export function allocationStubsOf(value: unknown, attempted: string): AllocationStub[] {
  return listOf(value, attempted).map((stub) => {
    const from = fieldsOf(stub, attempted);
    return {
      id: from.text("ID"),
      name: from.text("Name"),
      jobId: from.text("JobID"),
      taskGroup: from.text("TaskGroup"),
      jobVersion: numberOf(from.value("JobVersion")),
      desiredStatus: from.text("DesiredStatus"),
      clientStatus: from.text("ClientStatus"),
      nextAllocation: from.optional("NextAllocation"),
      createIndex: numberOf(from.value("CreateIndex")) ?? 0,
    };
  });
}

/** Reads a node. Throws a `NomadError` for what is none. */
export function nodeOf(value: unknown, attempted: string): NomadNode {
  const from = fieldsOf(value, attempted);
  const attributes = jsonObjectIn(from.value("Attributes")) ?? {};
  const { [clusterAttribute]: cluster, [regionAttribute]: region } = attributes;
  return {
    id: from.text("ID"),
    status: from.text("Status"),
    draining: from.value("Drain") === true ||
      jsonObjectIn(from.value("DrainStrategy")) !== undefined,
    drained: from.value("SchedulingEligibility") === "ineligible" &&
      jsonObjectIn(from.value("LastDrain"))?.["Status"] === "complete",
    missedSince: missedSinceIn(from.value("Events")),
    takesOver: attributes[handOverAttribute] === "on",
    place: typeof cluster === "string" && typeof region === "string"
      ? JSON.stringify([cluster, region])
      : undefined,
  };
}

/** Events that a node's own request makes: "Node registered", "Node re-registered", "Node reregistered by heartbeat". */
const contact = /^Node (re-?)?registered/;

/**
 * The first miss since the last contact, in a node's events, the oldest first. `StatusUpdatedAt` does not tell it:
 * a drain of a node that is down changes it too. A disconnected node misses heartbeats again and again, and Nomad keeps
 * ten events: the first of several misses may be one of those that Nomad has dropped, unless a contact comes before it.
 */
function missedSinceIn(value: unknown): number | undefined {
  const events = Array.isArray(value) ? value.map((event) => jsonObjectIn(event)) : [];
  const last = events.findLastIndex((event) => contact.test(String(event?.["Message"])));
  const missed = events.slice(last + 1)
    .filter((event) => event?.["Message"] === "Node heartbeat missed");
  const at = Date.parse(String(missed[0]?.["Timestamp"]));
  return Number.isNaN(at) || (last < 0 && missed.length > 1) ? undefined : at;
}

/** Reads the list of nodes. Throws a `NomadError` for what is none. */
export function nodeStubsOf(value: unknown, attempted: string): NodeStub[] {
  return listOf(value, attempted).map((stub) => {
    const from = fieldsOf(stub, attempted);
    return { id: from.text("ID"), status: from.text("Status") };
  });
}

/** The number of things in a list. Throws a `NomadError` for what is none. */
export function lengthOf(value: unknown, attempted: string): number {
  return listOf(value, attempted).length;
}

function listOf(value: unknown, attempted: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new NomadError("unusable", attempted, "it answered no list");
}

/** Reads what an agent says of itself. Throws a `NomadError` for what does not fit. */
export function agentOf(value: unknown, attempted: string): NomadAgent {
  const from = fieldsOf(value, attempted);
  const stats = jsonObjectIn(from.value("stats"));
  const config = jsonObjectIn(from.value("config"));
  const nodeId = jsonObjectIn(stats?.["client"])?.["node_id"];
  const region = config?.["Region"];
  return {
    nodeId: typeof nodeId === "string" && nodeId !== "" ? nodeId : undefined,
    region: typeof region === "string" && region !== "" ? region : undefined,
  };
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function fieldsOf(document: unknown, attempted: string) {
  const fields = jsonObjectIn(document);
  if (fields === undefined) throw new NomadError("unusable", attempted, "it answered no document");
  const optional = (name: string): string | undefined => {
    const value = fields[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  return {
    value: (name: string): unknown => fields[name],
    optional,
    text: (name: string): string => {
      const value = optional(name);
      if (value !== undefined) return value;
      throw new NomadError("unusable", attempted, `its answer has no ${name}`);
    },
  };
}
