import { createHash } from "node:crypto";
import type { Tag } from "../../aws/ecs_answers.ts";
import type { TaskIdentity } from "../task_identity.ts";

/** Tag that tells the content of a revision which the driver registered. */
export const hashTag = "nomad:definition_hash";
/**
 * Tag that names the job's task which a revision was registered for. ECS tasks have no tag of this name,
 * because `propagate_tags` copies a definition's tags to its tasks.
 */
export const jobTag = "nomad:definition_for";
/** Tag that names the allocations which a task was taken over from. */
const previousTag = "nomad:previous_allocs";
/** Tag that names the allocation which an ECS task was left to. */
const leftForTag = "nomad:left_for";
/**
 * Tag that tells until when that allocation may take it, in seconds since the Unix epoch. Behind the point it
 * tells how far the task's logs were shown: drivers that know nothing of that read a number all the same,
 * and a tag of its own would be one more than AWS takes of a task whose user has set as many as he may.
 */
const leftUntilTag = "nomad:left_until";
/** Marks that fit into a tag's value: 8 characters and a blank each. */
const rememberedOwners = 28;
/** Longest `startedBy` that ECS takes, in characters. */
const startedByLimit = 128;
/** Longest tag value that AWS takes, in characters. */
const tagValueLimit = 256;

/**
 * The idempotency token of the run. One task id always gives one token, so RunTask answers the same
 * ECS task however often it is asked: 64 hex digits, the most that ECS takes.
 */
export function clientToken(taskId: string): string {
  return sha256(taskId);
}

/**
 * The index by which the ECS task of an allocation's task is found when its handle was lost. It does
 * not hold the run's part of the task id, which such a loss changes. ECS takes letters, digits, `-`,
 * `_` and `/`; a task name with anything else, or too long, stands as its hash.
 */
export function startedBy({ allocId, name }: Pick<TaskIdentity, "allocId" | "name">): string {
  const plain = `nomad/${allocId}/${name}`;
  return /^[A-Za-z0-9_/-]+$/.test(plain) && plain.length <= startedByLimit
    ? plain
    : `nomad/${hashPart(allocId)}/${hashPart(name)}`;
}

/**
 * The `startedBy` under which a start of the allocation's task looks for an ECS task with these tags.
 * ECS keeps the `startedBy` of the first allocation for ever, and a tag may not hold the task's whole
 * name: so the allocation is taken from the tags and the task's name from `startedBy`.
 */
export function taggedIndex(tags: readonly Tag[], started: string | undefined): string {
  const { allocId = "", task = "" } = taggedOwner(tags);
  const parts = /^nomad\/([^/]+)\/(.+)$/.exec(started ?? "");
  const [, first = "", name = ""] = parts ?? [];
  if (allocId === "" && started !== undefined) return started;
  if (parts === null) return startedBy({ allocId, name: task });
  const hashed = /^[0-9a-f]{32}$/.test(first) && /^[0-9a-f]{32}$/.test(name);
  return `nomad/${hashed ? hashPart(allocId) : allocId}/${name}`;
}

/**
 * The tags by which an ECS task says whose it is. `driverVersion` is that of the driver that sets
 * them. `previous` are the marks of the allocations that it was taken over from, oldest first.
 */
export function ownerTags(
  owner: TaskIdentity,
  driverVersion: string,
  previous: readonly string[] = [],
): Tag[] {
  const values: Record<string, string> = {
    "nomad:namespace": owner.namespace,
    "nomad:job_id": owner.jobId,
    "nomad:group": owner.group,
    "nomad:task": owner.name,
    "nomad:alloc_id": owner.allocId,
    "nomad:node_id": owner.nodeId,
    "nomad:driver_version": driverVersion,
    ...(previous.length === 0 ? {} : {
      [previousTag]: previous.slice(-rememberedOwners).join(" "),
    }),
  };
  return Object.entries(values).map(([key, value]) => ({ key, value: tagValue(value) }));
}

/** The owner an ECS task's tags name, as far as they do. */
export type TaggedOwner = {
  nodeId: string | undefined;
  allocId: string | undefined;
  task: string | undefined;
  /** Marks of the allocations that it was taken over from, oldest first. */
  previous: readonly string[];
};

/** Reads whose an ECS task is from its tags. */
export function taggedOwner(tags: readonly Tag[]): TaggedOwner {
  const value = (key: string) => valueOf(tags, key);
  return {
    nodeId: value("nomad:node_id"),
    allocId: value("nomad:alloc_id"),
    task: value("nomad:task"),
    previous: (value(previousTag) ?? "").split(" ").filter((mark) => mark !== ""),
  };
}

/** The owner that an ECS task's tags name, of which they do not know the run. */
export function ownerInTags(tags: readonly Tag[]): TaskIdentity {
  const value = (key: string) => valueOf(tags, key) ?? "";
  const allocId = value("nomad:alloc_id");
  const task = value("nomad:task");
  return {
    id: `${allocId}/${task}`,
    namespace: value("nomad:namespace"),
    jobId: value("nomad:job_id"),
    group: value("nomad:group"),
    name: task,
    allocId,
    nodeId: value("nomad:node_id"),
  };
}

/** An ECS task that runs on for an allocation which is to take it over. */
export type LeftTo = {
  readonly allocId: string;
  /** Milliseconds since the Unix epoch until which it may be taken; past it the task is an orphan. */
  readonly until: number;
  /** How far the task's logs were shown, in digits; undefined where nothing tells. */
  readonly shown?: string | undefined;
};

/** The tags of a task that is left to an allocation. */
export function leftTags({ allocId, until, shown }: LeftTo): Tag[] {
  return [
    { key: leftForTag, value: tagValue(allocId) },
    {
      key: leftUntilTag,
      value: `${Math.ceil(until / 1_000)}${shown === undefined ? "" : `.${shown}`}`,
    },
  ];
}

/** Whom a task is left to; undefined where it is not, or the allocation has taken it. */
export function leftTo(tags: readonly Tag[]): LeftTo | undefined {
  const value = (key: string) => valueOf(tags, key);
  const allocId = value(leftForTag);
  if (allocId === undefined || allocId === "" || allocId === value("nomad:alloc_id")) {
    return undefined;
  }
  return { allocId, until: Math.floor(Number(value(leftUntilTag)) || 0) * 1_000 };
}

/**
 * How far the logs of a task were shown that is left to an allocation, as `LeftTo` has it; undefined where no
 * tag tells, or the task is left to another.
 */
export function shownTo(tags: readonly Tag[], allocId: string): string | undefined {
  if (leftTo(tags)?.allocId !== tagValue(allocId)) return undefined;
  return valueOf(tags, leftUntilTag)?.split(".")[1];
}

/** The tags by which an owner takes a task over from the owner that the task's tags name. */
export function takingTags(
  tags: readonly Tag[],
  owner: TaskIdentity,
  driverVersion: string,
): Tag[] {
  const { allocId, previous } = taggedOwner(tags);
  const others = allocId === undefined || allocId === owner.allocId
    ? previous
    : [...previous, allocMark(allocId)];
  const wasLeft = tags.some(({ key }) => key === leftForTag);
  // An owner that does not know its node leaves the tag of its own allocation's node as it is.
  const keepsNode = owner.nodeId === "" && allocId === owner.allocId;
  const wanted = ownerTags(owner, driverVersion, others);
  return [
    ...(keepsNode ? wanted.filter(({ key }) => key !== "nomad:node_id") : wanted),
    ...(wasLeft ? [{ key: leftForTag, value: tagValue(owner.allocId) }] : []),
  ];
}

/** Whether tags tell that the owner's allocation had the task and another took it over. */
export function isTakenFrom(
  tags: readonly Tag[],
  { allocId }: Pick<TaskIdentity, "allocId">,
): boolean {
  return taggedOwner(tags).previous.includes(allocMark(allocId));
}

/** What stands for an allocation in the list of previous owners: enough of its id to tell it apart. */
export function allocMark(allocId: string): string {
  return allocId.slice(0, 8);
}

/**
 * A task of a job, as the tag of the revisions that were registered for it has it. The children of a
 * periodic or parameterized job share their parent's.
 */
export function jobTagValue({ namespace, jobId, group, name }: TaskIdentity): string {
  const job = jobId.replace(/\/(dispatch|periodic)-[^/]*$/, "");
  return tagValue(`${namespace}/${job}/${group}/${name}`);
}

/** A text with what a tag cannot hold replaced by `_`, cut to what a tag can hold. */
export function tagValue(text: string): string {
  return text.replace(/[^\p{L}\p{N}\p{Z}+\-=._:/@]/gu, "_").slice(0, tagValueLimit);
}

/** Stands for a part of `startedBy` that ECS would not take. */
function hashPart(text: string): string {
  return sha256(text).slice(0, 32);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function valueOf(tags: readonly Tag[], key: string): string | undefined {
  return tags.find((tag) => tag.key === key)?.value;
}
