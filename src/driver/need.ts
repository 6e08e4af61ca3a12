/** Whether anybody needs an ECS task that one of our drivers has started: Nomad alone can tell. */
import type { OthersTask } from "../lifecycle/lifecycle.ts";
import type { NomadApi } from "../nomad/api.ts";
import { type Allocation, isOver, isWanted } from "../nomad/documents.ts";

/** What Nomad says of an ECS task, with the reason in words that follow the task's name. */
export type Need =
  | { readonly kind: "needed"; readonly why: string }
  /** Proven: nobody will ever end the task. */
  | { readonly kind: "not needed"; readonly why: string }
  /** Nomad does not show enough. The task may not be stopped. */
  | { readonly kind: "unproven"; readonly why: string };

/** What Nomad's answers are read against. */
export type NeedContext = {
  readonly api: NomadApi;
  /** The nodes that Nomad lists, or has listed. A task of any other node may be another Nomad's. */
  readonly known: ReadonlySet<string>;
  /** ARNs of tasks that are proven to be of this Nomad. What is proven is added. */
  readonly ours: Set<string>;
};

/**
 * Milliseconds between an ECS task's start and its node's first missed heartbeat that prove the task to be of this
 * Nomad. After its last heartbeat a node may have gone to another Nomad. A miss is noticed at most five minutes and ten
 * seconds later by Nomad's defaults, after a change of leader. The rest is for AWS's and Nomad's clocks, which differ.
 */
export const provenAge = 600_000;

/**
 * What the task's tags tell by themselves: a successor that never came will not come, whatever Nomad
 * remembers of the earlier allocation. Undefined where only Nomad can tell. `now` is wall-clock milliseconds
 * of a host that keeps time as the clients do: a person's machine may not.
 */
export function needByTags({ left }: OthersTask, now: number): Need | undefined {
  return left !== undefined && now > left.until
    ? notNeeded(`allocation ${left.allocId} was to take it over and did not`)
    : undefined;
}

/**
 * Tells whether anybody needs a task whose node does not work: no driver on that node can end it. Only Nomad's
 * answers decide, and no clock of this machine. Rejects with a `NomadError`, or with the signal's reason.
 */
export async function needOf(
  context: NeedContext,
  task: OthersTask,
  signal: AbortSignal,
): Promise<Need> {
  const { api, ours } = context;
  const { ref: { arn }, owner: { allocId, namespace, nodeId }, left } = task;
  const allocation = await api.allocation(allocId, namespace, signal);
  if (allocation === "unknown") return await needOfUnknown(context, task, signal);
  if (allocation.nodeId !== nodeId) {
    return unproven(`Nomad has its allocation on node ${allocation.nodeId}`);
  }
  ours.add(arn);
  if (isWanted(allocation)) return needed("Nomad wants its allocation to run");
  const why = `its allocation is over (${allocation.clientStatus})`;
  const successor = left?.allocId ?? allocation.nextAllocation;
  return await needOfSuccessor(api, { why, successor, namespace }, signal);
}

/** Tells the same of a task whose allocation Nomad does not know. */
async function needOfUnknown(
  context: NeedContext,
  task: OthersTask,
  signal: AbortSignal,
): Promise<Need> {
  const { api, known } = context;
  const { owner: { allocId, namespace, nodeId }, left } = task;
  if (!known.has(nodeId)) return unproven(`this Nomad does not know its node ${nodeId}`);
  const isForgotten = await api.isForgotten(allocId, namespace, signal);
  if (!isForgotten) return unproven("the token may not read its allocation");
  if (!await isOurs(context, task, signal)) {
    return unproven("Nomad has removed its allocation, or never had it");
  }
  const why = "Nomad has removed its allocation";
  return await needOfSuccessor(api, { why, successor: left?.allocId, namespace }, signal);
}

/** Tells the same of a task whose allocation is over, and why it is. Only a successor can need the task then. */
async function needOfSuccessor(
  api: NomadApi,
  { why, successor, namespace }: { why: string; successor: string | undefined; namespace: string },
  signal: AbortSignal,
): Promise<Need> {
  if (successor === undefined) return notNeeded(why);
  const waiting = await waitingFrom(api, successor, namespace, signal);
  return waiting !== undefined
    ? needed(`allocation ${waiting} waits to take it over`)
    : notNeeded(`${why}, and allocation ${successor} has not taken it over`);
}

/**
 * Whether it is proven that a task is of this Nomad, though Nomad does not know its allocation. The node alone does
 * not prove it: a client may have gone to another Nomad with its node id.
 */
async function isOurs(
  { api, ours }: NeedContext,
  { ref: { arn }, owner: { nodeId }, createdAt }: OthersTask,
  signal: AbortSignal,
): Promise<boolean> {
  if (ours.has(arn)) return true;
  if (createdAt === undefined) return false;
  const node = await api.node(nodeId, signal);
  if (node === "unknown" || node.missedSince === undefined) return false;
  if (createdAt > node.missedSince - provenAge) return false;
  ours.add(arn);
  return true;
}

/**
 * The allocation that waits to start: the successor, or one that replaced it after it had ended unstarted. One
 * that waits takes the ECS task over, or stops it. One that runs has done so, and nobody waits behind it.
 */
async function waitingFrom(
  api: NomadApi,
  successor: string,
  namespace: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const seen = new Set<string>();
  let id: string | undefined = successor;
  while (id !== undefined && !seen.has(id)) {
    seen.add(id);
    const allocation: Allocation | "unknown" = await api.allocation(id, namespace, signal);
    if (allocation === "unknown") return undefined;
    if (isWanted(allocation)) return allocation.clientStatus === "pending" ? id : undefined;
    id = allocation.nextAllocation;
  }
  return undefined;
}

/**
 * Tells whether anybody needs a task whose node works. That node's own driver ends the task, so this asks for more
 * than `needOf`: the client must have told the end of the allocation, and of every allocation that replaced it.
 */
export async function needOnWorkingNode(
  context: NeedContext,
  task: OthersTask,
  signal: AbortSignal,
): Promise<Need> {
  const api = askingOnce(context.api);
  const need = await needOf({ ...context, api }, task, signal);
  if (need.kind !== "not needed") return need;
  const { owner: { allocId, namespace }, left } = task;
  const seen = new Set<string>();
  const open = [allocId, ...(left === undefined ? [] : [left.allocId])];
  for (const id of open) {
    if (seen.has(id)) continue;
    seen.add(id);
    const allocation = await api.allocation(id, namespace, signal);
    if (allocation === "unknown") {
      if (await api.isForgotten(id, namespace, signal)) continue;
      return unproven(`the token may not read allocation ${id}`);
    }
    if (!isOver(allocation)) {
      return unproven(
        `the client of allocation ${id} has not told its end (${allocation.clientStatus})`,
      );
    }
    if (allocation.nextAllocation !== undefined) open.push(allocation.nextAllocation);
  }
  return need;
}

/** The API, which is asked about each allocation once. */
function askingOnce(api: NomadApi): NomadApi {
  return { ...api, allocation: once(api.allocation), isForgotten: once(api.isForgotten) };
}

/** A question about an allocation, as the API has it. */
type Question<T> = (id: string, namespace: string, signal: AbortSignal) => Promise<T>;

function once<T>(ask: Question<T>): Question<T> {
  const answers = new Map<string, Promise<T>>();
  return (id, namespace, signal) => {
    const answer = answers.get(id) ?? ask(id, namespace, signal);
    answers.set(id, answer);
    return answer;
  };
}

function needed(why: string): Need {
  return { kind: "needed", why };
}

function notNeeded(why: string): Need {
  return { kind: "not needed", why };
}

function unproven(why: string): Need {
  return { kind: "unproven", why };
}
