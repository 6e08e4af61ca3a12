import type { Random } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import type { Permit } from "../../aws/budget.ts";
import type { EcsCaller } from "../../aws/caller.ts";
import { clusterInWords, type ClusterRef, parseTaskArn } from "../../aws/cluster_ref.ts";
import { EcsError, toEcsError } from "../../aws/error.ts";
import { attemptOf } from "../../aws/operations.ts";
import { verdictOn } from "../error_policy.ts";
import { accountWithoutCluster } from "./gone_cluster.ts";
import {
  deliver,
  type Entry,
  isWatched,
  type Look,
  none,
  postpone,
  setAside,
  tellFailure,
  type WatchList,
} from "./watch_list.ts";
import type { Observation } from "./watcher.ts";

/** What describing a batch needs of its watcher. */
export type DescribeContext = {
  readonly cluster: ClusterRef;
  readonly caller: EcsCaller;
  readonly random: Random;
  readonly log: Logger;
  readonly list: WatchList;
  /** Aborts when the watcher closes. */
  readonly signal: AbortSignal;
  /** Called with each answer of ECS's. */
  readonly onAnswer: () => void;
};

/** One batch on its way: its entries without an answer so far, and whether ECS has answered at all. */
type Batch = { readonly open: Set<Entry>; answered: boolean };

/**
 * Describes a batch that was taken from the list, tells what ECS says of each task, and puts every
 * entry back. Where AWS refuses the request, it is halved until the tasks are found that it is refused
 * for. `permit` is for the first request. Rejects with the error of a request that failed otherwise.
 */
export async function describeBatch(
  context: DescribeContext,
  entries: readonly Entry[],
  permit: Permit,
): Promise<void> {
  const batch: Batch = { open: new Set(entries), answered: false };
  try {
    await describeOrSplit(context, batch, entries, permit);
    tellOpen(context, batch, "it does not tell of the task");
  } catch (error) {
    tellOpen(context, batch, error);
    throw error;
  } finally {
    // A task that the answer does not mention is asked for again.
    for (const entry of rotated([...batch.open], context.random)) postpone(context.list, entry);
  }
}

/** Tells those who wait for a look at the batch's open tasks why the requests showed nothing of them. */
function tellOpen({ cluster, signal }: DescribeContext, { open }: Batch, why: unknown): void {
  // The ordinary answer leaves none open, and each error costs a stack trace.
  if (signal.aborted || open.size === 0) return;
  const attempted = attemptOf("describeTasks", `in ${clusterInWords(cluster)}`);
  const error = typeof why === "string"
    ? new EcsError("unavailable", attempted, why)
    : toEcsError(why, attempted);
  for (const entry of open) tellFailure(entry, error);
}

async function describeOrSplit(
  context: DescribeContext,
  batch: Batch,
  part: readonly Entry[],
  permit: Permit,
): Promise<void> {
  try {
    await describe(context, batch, part, permit);
  } catch (error) {
    if (error instanceof EcsError && error.kind === "no_cluster") {
      return await tellNoCluster(context, batch, part);
    }
    if (!isOfTasks(error)) throw error;
    const [only] = part;
    if (part.length === 1 && only !== undefined) return refuse(context, batch, only, error);
    const { caller, signal } = context;
    const half = Math.ceil(part.length / 2);
    for (const smaller of [part.slice(0, half), part.slice(half)]) {
      const next = await caller.reserve("describeTasks", { priority: "watch", signal });
      await describeOrSplit(context, batch, smaller, next);
    }
    return;
  }
  batch.answered = true;
  const { refused } = context.list;
  // The policy that lets one refused task be described again may do so for all.
  if (part.some((entry) => refused.has(entry))) refused.clear();
  context.onAnswer();
}

/**
 * Tells of the tasks of the account that has no such cluster. Rejects with an `EcsError` where ECS does
 * not say that the cluster is gone, or says it of another account than a task's.
 */
async function tellNoCluster(
  context: DescribeContext,
  batch: Batch,
  part: readonly Entry[],
): Promise<void> {
  const { cluster, list } = context;
  const account = await accountWithoutCluster(context);
  let other: string | undefined;
  for (const entry of part) {
    const own = parseTaskArn(entry.arn)?.account;
    if (own !== account) {
      other = own;
      continue;
    }
    const { looks } = entry;
    entry.looks = none;
    batch.open.delete(entry);
    deliver(list, entry, { kind: "no cluster" }, looks);
  }
  if (other === undefined) return context.onAnswer();
  throw new EcsError(
    "credentials",
    attemptOf("describeTasks", `in ${clusterInWords(cluster)}`),
    `the credentials are those of AWS account ${account}, and the tasks are in account ${other}`,
  );
}

/** Makes one request and hands its answer on. */
async function describe(
  { cluster, caller, log, list, signal }: DescribeContext,
  { open }: Batch,
  part: readonly Entry[],
  permit: Permit,
): Promise<void> {
  // A look that is asked for while the request is under way waits for the next request.
  const asked = new Map<Entry, readonly Look[]>();
  for (const entry of part) {
    if (entry.looks.length > 0) asked.set(entry, entry.looks);
    entry.looks = none;
  }
  const tags = asked.size > 0;
  const byArn = new Map(part.map((entry) => [entry.arn, entry]));
  const settle = (arn: string | undefined, observation: Observation) => {
    const entry = byArn.get(arn ?? "");
    if (entry === undefined || !open.delete(entry)) return;
    const looks = asked.get(entry) ?? none;
    asked.delete(entry);
    deliver(list, entry, observation, looks);
  };
  try {
    const answer = await caller.call("describeTasks", {
      cluster: cluster.name,
      tasks: part.map(({ arn }) => arn),
      ...(tags ? { include: ["TAGS"] } : {}),
    }, {
      target: `of ${part.length} tasks in ${clusterInWords(cluster)}`,
      priority: "watch",
      permit,
      signal,
    });
    for (const task of answer.tasks ?? []) settle(task.taskArn, { kind: "seen", task, tags });
    for (const { arn, reason } of answer.failures ?? []) {
      if (reason === "MISSING") settle(arn, { kind: "missing" });
      else log.warn("ECS would not describe a task", { arn, reason });
    }
  } finally {
    for (const [entry, looks] of asked) entry.looks = [...looks, ...entry.looks];
  }
}

/** Notes that AWS refuses to describe one task, asked for alone. */
function refuse(
  { list, log }: DescribeContext,
  { open, answered }: Batch,
  entry: Entry,
  error: EcsError,
): void {
  if (!isWatched(list, entry)) return;
  const { refused, entries } = list;
  const known = refused.has(entry) && refused.size < entries.size;
  // A denial before the first answer concerns our identity, not this task.
  if (error.kind === "denied" && !answered && !known) throw error;
  open.delete(entry);
  tellFailure(entry, error);
  log.error("ECS refuses to describe a task; it counts as running", {
    arn: entry.arn,
    error: error.message,
  });
  setAside(list, entry);
}

/**
 * The entries in their order, from a random one on. Where a denied task came first in a batch, another
 * task's answer then shows that not all are denied.
 */
function rotated(entries: readonly Entry[], random: Random): Entry[] {
  const first = Math.floor(random() * entries.length);
  return [...entries.slice(first), ...entries.slice(0, first)];
}

/** Whether AWS may refuse the request because of one of its tasks. */
function isOfTasks(error: unknown): error is EcsError {
  return error instanceof EcsError && verdictOn("watch", error) === "tell the task's user";
}
