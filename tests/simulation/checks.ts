import { advance } from "../../demo/simulator/state/task_life.ts";
import { startedBy } from "../../src/lifecycle/ownership/tags.ts";
import type { Checks } from "./alloc.ts";
import { checkForeign } from "./foreign.ts";
import { arnOf, ecsTaskOf, type Mode, ownerOf, type Stage } from "./stage.ts";

/** Milliseconds that may lie between a look at a task's tags and the stop that follows, on its way too. */
export const stopRace = 20_000;

/** What is checked when a client hears of its task. */
export function createChecks(
  { ecs, violate, note }: Stage,
  mode: Mode,
): Omit<Checks, "onStarted"> {
  return {
    onExit: (alloc, handle, { exitCode, error }) => {
      advance(ecs.model);
      const task = ecsTaskOf(ecs, handle);
      note(`alloc ${alloc.id} exits with ${exitCode} ${error ?? ""}`);
      if (task === undefined || ecs.foreign().includes(task)) return;
      if (task.status === "STOPPED") {
        const [main] = task.containers;
        if (error !== undefined || main?.exitCode === undefined || main.exitCode === exitCode) {
          return;
        }
        // A task that was left may have ended since.
        if (exitCode === 0 && mode.onLeft(alloc, task) === undefined) return;
        violate(`${alloc.id} was told of exit ${exitCode}, and it was ${main.exitCode}`);
        return;
      }
      if (error?.includes("runs on under Nomad node") && ownerOf(task) !== alloc.id) return;
      if (error === undefined && mode.onLeft(alloc, task) === undefined) return;
      violate(`${alloc.id} was told of its end while ${task.id.slice(0, 6)} is ${task.status}`);
    },
    onRecoverFailure: (alloc, error) => violate(`${alloc.id} could not be recovered: ${error}`),
    onStopped: (alloc, handle) => {
      advance(ecs.model);
      const task = ecsTaskOf(ecs, handle);
      if (task === undefined || task.desired === "STOPPED") return;
      if (ecs.foreign().includes(task)) return;
      if (ownerOf(task) !== alloc.id) return;
      const fault = mode.onLeft(alloc, task);
      if (fault !== undefined) violate(fault);
    },
  };
}

/** Checks what must hold at every moment. */
export function checkAll(stage: Stage, mode: Mode): void {
  checkDoubles(stage, mode);
  checkStops(stage, mode);
  checkForeign(stage);
}

/** Never two ECS tasks for one Nomad task. */
function checkDoubles({ ecs, allocs, violate }: Stage, mode: Mode): void {
  const live = ecs.live();
  for (const lineage of new Set(allocs.map((alloc) => alloc.lineage))) {
    const line = allocs.filter((alloc) => alloc.lineage === lineage);
    const indexes = line.map(({ id }) => startedBy({ allocId: id, name: "main" }));
    const own = live.filter(({ startedBy: by }) => indexes.includes(by ?? ""));
    if (own.length <= 1 + line.filter(mode.isExcused).length) continue;
    violate(`${lineage} has ${own.length} ECS tasks: ${own.map(({ id }) => id.slice(0, 6))}`);
  }
}

/** No stop of a task that is another's, or that is to run. */
function checkStops({ time, ecs, nodes, allocs, violate }: Stage, mode: Mode): void {
  for (const stop of ecs.stops.splice(0)) {
    // ECS stops no task on condition: tags may move between a look at them and the stop.
    if (stop.settled < stopRace) continue;
    const { arn, process, ownerAlloc } = stop;
    const node = nodes.find((candidate) => candidate.process() === process);
    if (node === undefined) continue;
    const fault = mode.faultOf(node, stop);
    if (fault !== undefined) violate(fault);
    // That of an allocation which is to run, and whose agent has long shown that it has the handle.
    const alloc = allocs.find((other) =>
      other.id === ownerAlloc && other.state === "active" && other.desired === "run" &&
      other.stored !== undefined && time.now() - other.stored.at >= stopRace &&
      arnOf(other.stored.handle) === arn && mode.isWanted(other)
    );
    if (alloc === undefined) continue;
    violate(`${node.id} stopped ${arn.slice(-32, -26)}, which is to run for ${alloc.id}`);
  }
}
