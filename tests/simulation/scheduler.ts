import type { Allocation } from "../../src/nomad/documents.ts";
import { allocationWith } from "../harness/nomad_documents.ts";
import type { Alloc, JobKind } from "./alloc.ts";
import type { Node } from "./node.ts";
import type { NomadServers } from "./nomad_servers.ts";
import { nextId, type Placement, type Stage, want } from "./stage.ts";

/** Nomad's servers of 1.10 and later, as they place, move, stop and forget allocations. */
export type Scheduler = {
  readonly stage: Stage;
  readonly servers: NomadServers;
  readonly place: (placement: Placement) => Alloc;
  /** Allocations whose client never gets to start them. */
  readonly blocked: Set<Alloc>;
  /** Allocations whose client was lost or disconnected. */
  readonly lost: Set<Alloc>;
  /** Nodes without a connection, each with what resolves when it has one again. */
  readonly away: Map<Node, PromiseWithResolvers<void>>;
  /** Nodes whose machine never comes back. */
  readonly gone: Set<Node>;
  /** By allocation: resolves when it is over for its client, as the servers know. */
  readonly overs: Map<Alloc, PromiseWithResolvers<void>>;
  /** When each node was last shown as draining, in virtual milliseconds. */
  readonly drained: Map<Node, number>;
  /** When each node was last drained by force, which never shows as draining, in virtual milliseconds. */
  readonly forced: Map<Node, number>;
};

/** Why servers replace an allocation. */
export type Cause = "drain" | "alloc stop" | "update" | "lost";

/** What the evaluation is made for that places an allocation. */
const triggers: Record<Cause, string> = {
  drain: "node-drain",
  "alloc stop": "alloc-stop",
  update: "job-register",
  lost: "node-update",
};

const descriptions: Record<Cause, string> = {
  drain: "alloc is being migrated",
  "alloc stop": "alloc is being migrated",
  update: "alloc is being updated due to job update",
  lost: "alloc is lost since its node is down",
};

/** Whether the servers want the allocation to run. */
export function isWanted({ servers }: Scheduler, { id }: Alloc): boolean {
  const known = servers.allocation(id);
  return known?.desiredStatus === "run" && !isTerminal(known);
}

/** Whether an allocation is over for its client, as far as the servers know. */
export function isTerminal({ clientStatus }: Allocation): boolean {
  return ["complete", "failed", "lost"].includes(clientStatus);
}

/** The nodes that take new allocations. */
export function openNodes({ stage, servers, away }: Scheduler): Node[] {
  return stage.nodes.filter((node) => {
    const { status, draining, drained } = servers.node(node.id);
    return !away.has(node) && status === "ready" && !draining && !drained;
  });
}

/** Enters an allocation that is being placed. */
export function enter({ stage, servers, overs }: Scheduler, alloc: Alloc): void {
  servers.put(allocationWith({
    id: alloc.id,
    name: `${alloc.lineage}.group[0]`,
    jobId: "job",
    nodeId: alloc.node.id,
    jobVersion: alloc.version,
    clientStatus: "pending",
    previousAllocation: alloc.previous?.id,
    createIndex: stage.allocs.length,
  }));
  overs.set(alloc, Promise.withResolvers());
}

/** Notes that the servers know of an allocation's end. */
export function noteOver({ overs }: Scheduler, alloc: Alloc): void {
  overs.get(alloc)?.resolve();
}

/** Places an allocation in another's stead, and has the other stopped. */
export function replace(
  scheduler: Scheduler,
  old: Alloc,
  cause: Cause,
  { node, kind = old.kind, blocked = false, version = old.version }: {
    node: Node;
    kind?: JobKind;
    blocked?: boolean;
    version?: number;
  },
): Alloc {
  const { servers, stage } = scheduler;
  stage.note(`${cause}: alloc ${nextId(stage)} of version ${version} replaces ${old.id}`);
  const { lineage } = old;
  const next = scheduler.place({
    lineage,
    kind,
    node,
    version,
    previous: old,
    stored: undefined,
    restarts: 2,
  });
  if (blocked) scheduler.blocked.add(next);
  servers.change(next.id, { evalId: triggers[cause] });
  servers.change(old.id, {
    desiredStatus: "stop",
    desiredDescription: descriptions[cause],
    migrate: cause === "drain" || cause === "alloc stop",
    nextAllocation: next.id,
    ...(cause === "lost" ? { clientStatus: "lost" } : {}),
  });
  tellClient(scheduler, old);
  return next;
}

/** Has an allocation stopped without another in its stead. */
export function stopJob(scheduler: Scheduler, alloc: Alloc, changes: Partial<Allocation> = {}) {
  scheduler.stage.note(`job of ${alloc.id} is stopped`);
  scheduler.servers.change(alloc.id, {
    desiredStatus: "stop",
    desiredDescription: "alloc not needed due to job update",
    ...changes,
  });
  tellClient(scheduler, alloc);
}

/**
 * Drains a node: each allocation moves to another node, or stops where there is no place. By force, as at a
 * drain's deadline, the drain ends for the servers as soon as the allocations are told to stop.
 */
export async function drain(
  scheduler: Scheduler,
  node: Node,
  how: "gently" | "by force",
  /** How an allocation is moved; undefined where there is no place for it. */
  move: (alloc: Alloc) => void,
): Promise<void> {
  const { stage: { time, chances, allocs, note }, servers, overs, away } = scheduler;
  note(`${node.id} is drained ${how}`);
  if (how === "by force") scheduler.forced.set(node, time.now());
  servers.changeNode(node.id, how === "by force" ? { drained: true } : { draining: true });
  const own = allocs.filter((alloc) => alloc.node === node && isWanted(scheduler, alloc));
  for (const alloc of own) move(alloc);
  await Promise.all(own.map((alloc) => overs.get(alloc)?.promise));
  await time.until(time.now() + chances.between(2_000, 20_000));
  if (away.has(node)) return; // it is no longer drained when it comes back
  if (how === "gently") scheduler.drained.set(node, time.now());
  servers.changeNode(node.id, { draining: false, drained: false });
  note(`${node.id} is not drained any more`);
}

/**
 * Cuts a node off, with its machine or only the network; the servers miss it after a while. `replaced`
 * is told of each allocation that is lost with it.
 */
export async function lose(
  scheduler: Scheduler,
  node: Node,
  cut: "machine" | "network",
  replaced: (alloc: Alloc) => void,
): Promise<void> {
  const { stage: { time, chances, allocs, note }, servers, away } = scheduler;
  note(`${node.id} loses its ${cut}`);
  const back = Promise.withResolvers<void>();
  away.set(node, back);
  servers.cutOff.add(node.id);
  if (cut === "machine") node.turnOff();
  const isAway = () => away.get(node) === back;
  await time.until(time.now() + chances.between(10_000, 30_000));
  if (!isAway()) return;
  note(`${node.id} is down for the servers`);
  servers.changeNode(node.id, { status: "down" });
  // The scheduler may be behind, as after an election.
  await time.until(time.now() + chances.between(200, chances.happens(0.3) ? 90_000 : 1_000));
  if (!isAway()) return;
  for (const alloc of allocs.filter((other) => other.node === node)) {
    const known = servers.allocation(alloc.id);
    if (known === undefined || isTerminal(known)) continue;
    scheduler.lost.add(alloc);
    // Were both to start anew after an end, they would be two runs of Nomad's own making.
    alloc.restarts = 0;
    if (known.desiredStatus === "run") replaced(alloc);
    servers.change(alloc.id, { clientStatus: "lost" });
    noteOver(scheduler, alloc);
    if (scheduler.gone.has(node)) alloc.state = "over";
  }
}

/** Cuts a node off for less than its jobs' `disconnect` allows. */
export async function disconnect(
  scheduler: Scheduler,
  node: Node,
  meanwhile: (alloc: Alloc) => void,
): Promise<void> {
  const { stage: { time, chances, allocs, note }, servers, away } = scheduler;
  note(`${node.id} is disconnected`);
  const back = Promise.withResolvers<void>();
  away.set(node, back);
  servers.cutOff.add(node.id);
  await time.until(time.now() + chances.between(10_000, 30_000));
  if (away.get(node) !== back) return;
  servers.changeNode(node.id, { status: "disconnected" });
  for (const alloc of allocs.filter((other) => other.node === node)) {
    const known = servers.allocation(alloc.id);
    if (known === undefined || isTerminal(known)) continue;
    scheduler.lost.add(alloc);
    // As in `lose`.
    alloc.restarts = 0;
    servers.change(alloc.id, { clientStatus: "unknown" });
    if (known.desiredStatus === "run") meanwhile(alloc);
  }
}

/** A node's connection, and its machine, come back. */
export function comeBack(scheduler: Scheduler, node: Node): void {
  const { stage: { allocs, note }, servers, away } = scheduler;
  const back = away.get(node);
  if (back === undefined || scheduler.gone.has(node)) return;
  note(`${node.id} is back`);
  away.delete(node);
  servers.cutOff.delete(node.id);
  servers.changeNode(node.id, { status: "ready", draining: false, drained: false });
  for (const alloc of allocs.filter((other) => other.node === node)) {
    if (servers.allocation(alloc.id)?.clientStatus === "unknown") {
      servers.change(alloc.id, { clientStatus: "running" });
    }
    if (alloc.state === "active" && !isWanted(scheduler, alloc)) {
      want(scheduler.stage, alloc, "stop");
    }
  }
  if (!node.isOn()) node.turnOn();
  back.resolve();
}

/** Tells the client soon that its allocation is to stop. */
export async function tellClient(scheduler: Scheduler, alloc: Alloc): Promise<void> {
  const { stage: { time, chances }, away } = scheduler;
  await time.until(time.now() + chances.between(50, 1_000));
  await away.get(alloc.node)?.promise;
  if (alloc.state === "active" && alloc.desired === "run") want(scheduler.stage, alloc, "stop");
}

/** Has the servers hear soon what an allocation's client says of it. */
export async function hear(
  scheduler: Scheduler,
  alloc: Alloc,
  clientStatus: "running" | "complete" | "failed",
): Promise<void> {
  const { stage: { time, chances }, servers, away } = scheduler;
  await time.until(time.now() + chances.between(50, 500));
  await away.get(alloc.node)?.promise;
  const known = servers.allocation(alloc.id);
  if (known !== undefined && (clientStatus !== "running" || known.clientStatus === "pending")) {
    servers.change(alloc.id, { clientStatus });
  }
  if (clientStatus !== "running") noteOver(scheduler, alloc);
}
