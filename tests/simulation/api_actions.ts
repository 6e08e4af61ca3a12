import { type Alloc, jobKinds } from "./alloc.ts";
import { damageHandle } from "./foreign.ts";
import type { Node } from "./node.ts";
import { apiWeathers } from "./nomad_servers.ts";
import {
  comeBack,
  disconnect,
  drain,
  isTerminal,
  isWanted,
  lose,
  openNodes,
  replace,
  type Scheduler,
  stopJob,
} from "./scheduler.ts";
import { type Action, ecsTaskOf, ofNewJob, ownerOf } from "./stage.ts";
import type { Process } from "./virtual_time.ts";

/** What is kept of a run besides what the servers know. */
export type ApiRun = Scheduler & {
  /** By allocation whose stop was answered while its ECS task ran on: to whom it was left. */
  readonly left: Map<
    Alloc,
    { readonly to: Alloc; readonly arn: string; readonly process: Process }
  >;
  /**
   * Allocations whose start may have had no good answer from Nomad's API, each with when its client
   * was last unable to learn of what runs beside its ECS task, in virtual milliseconds.
   */
  readonly uninformed: Map<Alloc, number>;
  /** Allocations for whose replacement there may be a place later. */
  readonly unplaced: Set<Alloc>;
  /** Allocations that were placed late because users asked for them: Nomad's list is asked after the start. */
  readonly askedFor: Set<Alloc>;
  /** Allocations that started while one before their predecessor was still being started. */
  readonly overtaking: Set<Alloc>;
  /** Allocations that their client started, or was starting, while it had no connection. */
  readonly startedAlone: Set<Alloc>;
  /** Allocations of which a start was answered. */
  readonly started: Set<Alloc>;
  readonly drains: Drain[];
  /** Whether nothing more is to go wrong. */
  finished: boolean;
  /** When users stopped everything, in virtual milliseconds; `Infinity` until they have. */
  calmSince: number;
};

/** A drain that is to interrupt nothing, unless something else goes wrong meanwhile. */
type Drain = {
  readonly old: Alloc;
  readonly next: Alloc;
  readonly arn: string;
  disturbed: boolean;
};

/** Jobs that are placed in one run at most, and allocations with those that replace them. */
const mostJobs = 6;
const mostAllocs = 60;

/** What users and servers of Nomad 1.10 and later may do now. */
export function apiActions(run: ApiRun): Action[] {
  const { stage: { time, chances, allocs, note }, servers } = run;
  const alloc = chances.pick(allocs.filter((other) => isWanted(run, other)));
  const node = chances.pick(openNodes(run));
  const busy = chances.pick(
    openNodes(run).filter((other) =>
      allocs.some((one) => one.node === other && isWanted(run, one))
    ),
  );
  const absent = chances.pick([...run.away.keys()].filter((other) => !run.gone.has(other)));
  const over = chances.pick(
    allocs.filter((other) => {
      const { id, previous } = other;
      const known = servers.allocation(id);
      if (known === undefined || known.desiredStatus === "run" || run.unplaced.has(other)) {
        return false;
      }
      // Nomad collects what has been over for an hour: so has what came before.
      return isTerminal(known) && isForgottenOrOver(run, previous);
    }),
  );
  const mayPlace = allocs.length < mostAllocs;
  return [
    [6, () => {
      const jobs = allocs.filter((other) => other.previous === undefined).length;
      if (jobs >= mostJobs || !mayPlace || node === undefined) return;
      run.place(ofNewJob(run.stage, node));
    }, "harmless"],
    [6, () => busy && drainNode(run, busy), "harmless"],
    [2, () => alloc && node && mayPlace && replace(run, alloc, "alloc stop", { node })],
    [2, () => alloc && node && mayPlace && update(run, alloc, node)],
    [2, () => alloc && stopJob(run, alloc)],
    [1.5, () => node && loseNode(run, node, "comes back")],
    [0.7, () => node?.id === "node-c" && loseNode(run, node, "never comes back")],
    [1, () => node && disconnectNode(run, node)],
    [0.5, () => {
      const misled = damageHandle(run.stage);
      if (misled === undefined) return;
      // Later than a driver hopes that ECS's answers about a foreign task were odd ones.
      time.until(time.now() + chances.between(65_000, 110_000)).then(() => {
        if (!run.finished) drainNode(run, misled.node);
      });
    }],
    [2, () => absent && comeBack(run, absent)],
    [2, () => {
      if (over === undefined) return;
      note(`the servers forget ${over.id}`);
      servers.forget(over.id);
      run.overs.get(over)?.resolve();
    }, "harmless"],
    [2, () => {
      servers.weather = chances.pick(apiWeathers);
      note(`Nomad's API is ${servers.weather}`);
      time.until(time.now() + chances.between(5_000, 60_000)).then(() => {
        note("Nomad's API is well");
        servers.weather = undefined;
      });
    }],
  ];
}

function isForgottenOrOver({ servers }: ApiRun, alloc: Alloc | undefined): boolean {
  const known = alloc && servers.allocation(alloc.id);
  return known === undefined || (isTerminal(known) && alloc?.state === "over");
}

function update(run: ApiRun, alloc: Alloc, node: Node): void {
  // A start looks for earlier ECS tasks in its own cluster.
  const kinds = jobKinds.filter((kind) => kind !== "another cluster");
  const kind = alloc.kind === "another cluster" || run.stage.chances.happens(0.5)
    ? alloc.kind
    : run.stage.chances.pick(kinds) ?? alloc.kind;
  replace(run, alloc, "update", { node, kind, version: alloc.version + 1 });
}

/** Drains a node, if it is not drained already and there may be more allocations. */
export function drainNode(run: ApiRun, node: Node): void {
  if (!openNodes(run).includes(node) || run.stage.allocs.length >= mostAllocs) return;
  disturbDrains(run, ({ next }) => next.node === node);
  const how = run.stage.chances.happens(0.4) ? "by force" : "gently";
  stopBeforeDrain(run, node, how);
  drain(run, node, how, (old) => moveInDrain(run, old));
}

/** Has a user stop an allocation of a node that is drained by force, now and then. */
function stopBeforeDrain(run: ApiRun, node: Node, how: "gently" | "by force"): void {
  const { stage: { chances, allocs } } = run;
  const stopped = chances.pick(allocs.filter((old) => old.node === node && isWanted(run, old)));
  const target = chances.pick(openNodes(run).filter((other) => other !== node));
  if (how === "gently" || !chances.happens(0.3)) return;
  if (stopped === undefined || target === undefined) return;
  disturbDrains(run, ({ next }) => next === stopped);
  replace(run, stopped, "alloc stop", { node: target });
}

/** Moves an allocation off its node, which is drained. */
function moveInDrain(run: ApiRun, old: Alloc): void {
  const { stage: { chances, time } } = run;
  const place = chances.happens(0.85)
    ? chances.pick(openNodes(run).filter((other) => other !== old.node))
    : undefined;
  // On a drain the stop is committed even if no place is found.
  if (place === undefined) {
    stopJob(run, old, { desiredDescription: "alloc is being migrated", migrate: true });
    return placeLate(run, old);
  }
  const blocked = chances.happens(0.1);
  // What was to be updated while its node is drained runs the new version at its new place.
  const version = old.version + (chances.happens(0.1) ? 1 : 0);
  const calm = isCalm(run, old, place) && !blocked && version === old.version;
  const next = replace(run, old, "drain", { node: place, blocked, version });
  if (calm) run.drains.push({ old, next, arn: arnOfRunning(run, old) ?? "", disturbed: false });
  if (!chances.happens(0.2)) return;
  time.until(time.now() + chances.between(0, 10_000)).then(() => {
    const target = chances.pick(openNodes(run));
    if (run.finished || target === undefined || !isWanted(run, next)) return;
    disturbDrains(run, (open) => open.next === next);
    if (chances.happens(0.6)) update(run, next, target);
    else stopJob(run, next);
  });
}

/** Lets drains interrupt their ECS tasks, as something else goes wrong meanwhile. */
export function disturbDrains(
  { drains }: ApiRun,
  isMeant: (drain: Drain) => boolean = () => true,
): void {
  for (const drain of drains) if (isMeant(drain)) drain.disturbed = true;
}

/** Whether nothing is wrong that could keep a drain from handing the ECS task over. */
function isCalm(run: ApiRun, old: Alloc, to: Node): boolean {
  const { stage: { time, ecs }, servers } = run;
  return ecs.weather === undefined && servers.weather === undefined &&
    servers.node(to.id).takesOver && servers.node(old.node.id).takesOver &&
    old.stored !== undefined && time.now() - old.stored.at > 5_000 &&
    arnOfRunning(run, old) !== undefined;
}

function arnOfRunning({ stage: { ecs } }: ApiRun, alloc: Alloc): string | undefined {
  const task = alloc.stored && ecsTaskOf(ecs, alloc.stored.handle);
  const isRunning = task?.status === "RUNNING" && task.desired === "RUNNING";
  return isRunning && ownerOf(task) === alloc.id ? task.arn : undefined;
}

function loseNode(run: ApiRun, node: Node, fate: "comes back" | "never comes back"): void {
  const { stage: { time, chances, allocs, ecs } } = run;
  const own = allocs.filter((alloc) => alloc.node === node && alloc.state === "active");
  // A start that goes on without the servers could be a second run of Nomad's own making.
  const settled = own.every(({ id, stored }) => {
    const task = stored && ecsTaskOf(ecs, stored.handle);
    return task !== undefined && ownerOf(task) === id;
  });
  if (fate === "never comes back") run.gone.add(node);
  const cut = fate === "comes back" && settled && chances.happens(0.5) ? "network" : "machine";
  lose(run, node, cut, (old) => {
    const place = chances.pick(openNodes(run));
    if (run.finished || place === undefined || chances.happens(0.25)) {
      stopJob(run, old);
      return placeLate(run, old);
    }
    if (chances.happens(0.15)) update(run, old, place);
    else replace(run, old, "lost", { node: place });
  });
  if (fate === "never comes back") return;
  time.until(time.now() + chances.between(5_000, 150_000)).then(() => comeBack(run, node));
}

/** Has an allocation placed for which there was no place at first: it names no predecessor. */
function placeLate(run: ApiRun, old: Alloc): void {
  const { stage: { time, chances, allocs, note }, servers } = run;
  // Its job may have been stopped by then.
  if (chances.happens(0.4)) return;
  run.unplaced.add(old);
  const when = Promise.all([
    run.overs.get(old)?.promise,
    time.until(time.now() + chances.between(1_000, 60_000)),
  ]);
  when.then(() => {
    const node = chances.pick(openNodes(run));
    if (run.finished || node === undefined || allocs.length >= mostAllocs) return;
    const { lineage, kind, version } = old;
    note(`there is a place at last for what ${old.id} was`);
    const stored = undefined;
    const next = run.place({ lineage, kind, node, version, previous: old, stored, restarts: 2 });
    const isAskedFor = chances.happens(0.4);
    if (isAskedFor) run.askedFor.add(next);
    const evalId = isAskedFor ? "job-register" : "queued-allocs";
    servers.change(next.id, { previousAllocation: undefined, evalId });
  });
}

function disconnectNode(run: ApiRun, node: Node): void {
  const { stage: { time, chances } } = run;
  disconnect(run, node, (alloc) => {
    if (chances.happens(0.5)) stopJob(run, alloc);
  });
  time.until(time.now() + chances.between(20_000, 100_000)).then(() => comeBack(run, node));
}
