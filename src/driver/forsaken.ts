/**
 * The search for ECS tasks that nobody will end: their client is down or gone, and Nomad wants them no
 * more. Their own node's driver cannot stop them, so any other does, after `orphan_grace`.
 */
import { clusterKey, type ClusterRef } from "../aws/cluster_ref.ts";
import type { Lifecycle, OthersTask } from "../lifecycle/lifecycle.ts";
import type { Logger } from "../logger.ts";
import { mostOfSearch } from "../nomad/turns.ts";
import { eachSideBySide } from "../side_by_side.ts";
import { needByTags, type NeedContext, needOf } from "./need.ts";
import type { NomadLink } from "./nomad_link.ts";
import type { OrphanPolicy } from "./orphans.ts";
import { keepThose, nextRound, type RoundContext, searchEach } from "./rounds.ts";

/** What the search goes by. */
export type ForsakenContext = RoundContext & {
  readonly lifecycle: Lifecycle;
  readonly nomad: NomadLink;
  readonly log: Logger;
  readonly clusters: () => ClusterRef[];
  /** Told of a cluster that was searched. */
  readonly onSearched: (cluster: ClusterRef) => void;
  /** The node id of this client, or of the agent that answers; undefined where neither is known. */
  readonly nodeId: () => Promise<string | undefined>;
  readonly policy: () => OrphanPolicy;
};

/** What the search remembers of one cluster between its rounds. All times are monotonic milliseconds. */
type Memory = {
  /** The node that each described task is tagged as, by ARN. */
  readonly nodes: Map<string, string>;
  /** When Nomad was last asked about a task, by ARN. */
  readonly asked: Map<string, number>;
  /** Since when a task has had nobody who will end it, by ARN. */
  readonly since: Map<string, number>;
  readonly reported: Set<string>;
  /** ARNs of tasks that are proven to be of this Nomad. */
  readonly ours: Set<string>;
  /** The nodes that worked in the last round. */
  working: ReadonlySet<string>;
  /** When all tasks were last due to be described. */
  forgottenAt: number;
};

/** The nodes of this Nomad. */
type Nodes = {
  /** Those that work: each one's own driver ends its tasks. */
  readonly working: ReadonlySet<string>;
  /** Those that Nomad lists, or has listed. A task of any other node may be another Nomad's. */
  readonly known: ReadonlySet<string>;
};

/**
 * Tasks of one cluster about which Nomad is asked in one round: each costs one to three requests. Every client asks
 * about all of them. With the default `orphan_grace` a hundred clients ask Nomad's servers at most 200 questions a
 * second.
 */
const askedInRound = 200;

/** Milliseconds after which tasks of working nodes are described again: another node may have taken them. */
const settledTime = 3_600_000;

/** Searches in rounds until the signal aborts. Without a `nomad` block it does nothing. */
export async function searchForsaken(context: ForsakenContext): Promise<void> {
  const { policy, nomad, log, signal } = context;
  const memories = new Map<string, Memory>();
  const memoryOf = (cluster: ClusterRef): Memory => {
    const key = clusterKey(cluster);
    const memory = memories.get(key) ?? emptyMemory(context.clock.monotonic());
    memories.set(key, memory);
    return memory;
  };
  const known = new Set<string>();
  while (!signal.aborted) {
    await nextRound(context);
    if (signal.aborted || nomad.api() === undefined || policy() === "ignore") continue;
    const nodeId = await context.nodeId();
    if (nodeId === undefined) continue;
    const listed = await nomad.ask(
      { kind: "nodes" },
      (api, bounded) => api.nodes(bounded),
      signal,
    );
    if (listed === undefined) continue;
    for (const { id } of listed) known.add(id);
    const working = new Set(listed.filter(({ status }) => status !== "down").map(({ id }) => id));
    const nodes = { working, known };
    const clusters = context.clusters();
    keepThose(memories, clusters);
    await searchEach(
      clusters,
      (cluster) =>
        searchCluster(context, memoryOf(cluster), cluster, nodeId, nodes).catch((error) =>
          log.debug("looking for forsaken tasks failed", { cluster: cluster.name, error })
        ),
    );
  }
}

function emptyMemory(now: number): Memory {
  return {
    nodes: new Map(),
    asked: new Map(),
    since: new Map(),
    reported: new Set(),
    ours: new Set(),
    working: new Set(),
    forgottenAt: now,
  };
}

/**
 * Has all tasks described anew after a node has stopped working, and once in a while: another node may have taken
 * tasks since they were described.
 */
function forgetNodes(memory: Memory, working: ReadonlySet<string>, now: number): void {
  const isSame = [...memory.working].every((id) => working.has(id));
  memory.working = working;
  if (isSame && now - memory.forgottenAt < settledTime) return;
  memory.forgottenAt = now;
  memory.nodes.clear();
}

async function searchCluster(
  context: ForsakenContext,
  memory: Memory,
  cluster: ClusterRef,
  nodeId: string,
  { working, known }: Nodes,
): Promise<void> {
  const { lifecycle, onSearched, clock, signal } = context;
  forgetNodes(memory, working, clock.monotonic());
  // A task of a node that works needs no look: that node's own driver ends it.
  const isSettled = (arn: string) => working.has(memory.nodes.get(arn) ?? "");
  const found = await lifecycle.tasksOfOthers(cluster, nodeId, isSettled, signal);
  onSearched(cluster);
  for (const { ref, owner } of found.described) memory.nodes.set(ref.arn, owner.nodeId);
  forgetTasks(memory, found.listed);
  // Those that were asked about longest ago come first: the tasks of another Nomad may be many.
  const open = found.described.filter(({ owner }) => !working.has(owner.nodeId))
    .toSorted((one, other) => askedAt(memory, one) - askedAt(memory, other));
  await eachSideBySide(
    open.slice(0, askedInRound),
    mostOfSearch,
    (task) => askAbout(context, memory, task, known),
  );
}

/** Forgets the tasks that the cluster has no more. */
function forgetTasks(
  { nodes, asked, since, reported, ours }: Memory,
  listed: ReadonlySet<string>,
): void {
  for (const table of [nodes, asked, since, reported, ours]) {
    for (const arn of table.keys()) if (!listed.has(arn)) table.delete(arn);
  }
}

/** Asks Nomad about a task, and settles it once it has been forsaken for the grace period. */
async function askAbout(
  context: ForsakenContext,
  memory: Memory,
  task: OthersTask,
  known: ReadonlySet<string>,
): Promise<void> {
  const { clock, grace } = context;
  const { arn } = task.ref;
  memory.asked.set(arn, clock.monotonic());
  if (!await isForsaken(context, task, { known, ours: memory.ours })) {
    memory.since.delete(arn);
    return;
  }
  const since = memory.since.get(arn) ?? clock.monotonic();
  memory.since.set(arn, since);
  if (clock.monotonic() - since >= grace()) settle(context, memory, task);
}

function askedAt({ asked }: Memory, { ref: { arn } }: OthersTask): number {
  return asked.get(arn) ?? -1;
}

function settle(
  { lifecycle, policy, log }: ForsakenContext,
  memory: Memory,
  task: OthersTask,
): void {
  const stops = policy() === "stop";
  const { ref: { arn, cluster }, owner } = task;
  if (!memory.reported.has(arn)) {
    memory.reported.add(arn);
    log.warn("an ECS task's Nomad client is gone, and no allocation needs the task", {
      arn,
      cluster: cluster.name,
      alloc_id: owner.allocId,
      node_id: owner.nodeId,
      stopped: stops,
    });
  }
  if (stops) lifecycle.stopForsaken(task, "Nomad: the task's client is gone, and nobody wants it");
}

/**
 * Whether a task of a node that does not work has nobody who will end it. That must be proven: false where Nomad
 * does not answer, or does not show enough.
 */
async function isForsaken(
  { nomad, clock, signal }: ForsakenContext,
  task: OthersTask,
  proofs: Pick<NeedContext, "known" | "ours">,
): Promise<boolean> {
  const need = needByTags(task, clock.now()) ?? await nomad.ask(
    { kind: "others" },
    (api, bounded) => needOf({ api, ...proofs }, task, bounded),
    signal,
  );
  return need?.kind === "not needed";
}
