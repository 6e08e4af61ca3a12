import type { Alloc } from "./alloc.ts";
import {
  ecsTaskOf,
  type Mode,
  nextId,
  ofNewJob,
  ownerOf,
  type Placement,
  type Stage,
  want,
} from "./stage.ts";

/** Jobs that are placed in one run at most, with those that take over. */
const mostAllocs = 8;

/**
 * Nomad 1.1 to 1.9: a drain detaches a task, and servers move its handle to another node. The plugin
 * has no `nomad` block.
 */
export function createHandlesMode(stage: Stage, place: (placement: Placement) => void): Mode {
  const { time, chances, ecs, nodes, allocs, note } = stage;
  /** Allocations that another stands for already. */
  const lost = new Set<Alloc>();

  const handOver = (old: Alloc) => {
    const handle = old.handOver ?? old.stored?.handle;
    if (handle === undefined) return;
    const { lineage, kind } = old;
    const node = nodes.find((other) => other !== old.node) ?? old.node;
    const stored = { taskId: `${nextId(stage)}/main/moved`, handle, at: time.now() };
    place({ lineage, kind, node, stored, restarts: 1 });
  };
  const lose = (alloc: Alloc) => {
    if (alloc.stored === undefined) return;
    // That takes servers many heartbeats, within which a task's tags have followed it.
    const task = ecsTaskOf(ecs, alloc.stored.handle);
    if (task === undefined || ownerOf(task) !== alloc.id) return;
    note(`alloc ${alloc.id} is lost to the servers`);
    lost.add(alloc);
    // Were both to start anew after an end, they would be two runs of Nomad's own making.
    alloc.restarts = 0;
    handOver(alloc);
    time.until(time.now() + chances.between(1_000, 60_000)).then(() => {
      if (alloc.state === "active") want(stage, alloc, "stop");
    });
  };

  /** Whether the servers want an allocation's task to run. */
  const isToRun = (alloc: Alloc) =>
    alloc.state === "active" && alloc.desired === "run" && !lost.has(alloc);

  return {
    actions: () => {
      const node = chances.pick(nodes);
      const alloc = chances.pick(allocs.filter(isToRun));
      return [
        [6, () => {
          if (allocs.length >= mostAllocs || node === undefined) return;
          place(ofNewJob(stage, node));
        }],
        [3, () => alloc && want(stage, alloc, "stop")],
        [2, () => alloc && want(stage, alloc, "detach")],
        // Servers give up on a node that runs on, hand its task to another, and stop it there later.
        [1, () => alloc && lose(alloc)],
      ];
    },
    before: () => Promise.resolve(),
    onStarted: () => {},
    onOver: (alloc) => {
      if (alloc.handOver !== undefined) handOver(alloc);
    },
    onLeft: ({ id }, task) => `${id}'s stop was answered while ${task.id.slice(0, 6)} runs on`,
    faultOf: (node, { arn, ownerNode }) =>
      ownerNode === undefined || ownerNode === node.id
        ? undefined
        : `${node.id} stopped ${arn.slice(-32, -26)}, which is ${ownerNode}'s`,
    isWanted: ({ lineage }) => allocs.some((other) => other.lineage === lineage && isToRun(other)),
    isExcused: () => false,
    isUnproven: () => false,
    disturb: () => {},
    look: () => {},
    settle: () => 0,
    calm: () => {},
    // A plugin learns its node's id from its first task, and can tell its orphans only then.
    beacons: () => nodes,
    quiesceTime: 3_600_000,
  };
}
