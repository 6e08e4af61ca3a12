import type { EcsTask } from "../../demo/simulator/state/model.ts";
import { decodeHandleState, encodeHandleState } from "../../src/driver/handle_state.ts";
import type { Handle } from "../../src/driver/driver.ts";
import { runForeignTask } from "../harness/foreign_task.ts";
import type { Alloc } from "./alloc.ts";
import { clusters } from "./simulated_ecs.ts";
import { ecsTaskOf, type Stage } from "./stage.ts";

type ForeignTask = {
  startedBy: string | undefined;
  tags: { key: string; value: string }[];
};

/** ECS tasks that are none of the driver's, some with tags that its own might have. */
const foreignTasks: ForeignTask[] = [
  { startedBy: "ecs-svc/1234567890123456789", tags: [{ key: "nomad:node_id", value: "node-a" }] },
  {
    startedBy: "ecs-svc/9876543210987654321",
    tags: [
      { key: "nomad:alloc_id", value: "alloc-0" },
      { key: "nomad:node_id", value: "node-b" },
      { key: "nomad:task", value: "main" },
    ],
  },
  {
    // That of the same driver under another Nomad.
    startedBy: "nomad/allocation-of-another-nomad/main",
    tags: [
      { key: "nomad:job_id", value: "job-of-another-nomad" },
      { key: "nomad:alloc_id", value: "allocation-of-another-nomad" },
      { key: "nomad:node_id", value: "node-of-another-nomad" },
      { key: "nomad:task", value: "main" },
    ],
  },
  { startedBy: undefined, tags: [] },
  { startedBy: "nomad/alloc-0/sidecar", tags: [] },
];

/** Runs tasks of others beside the driver's, in some runs on an ECS that heeds no filter. */
export function runForeignTasks({ ecs, chances }: Pick<Stage, "ecs" | "chances">): void {
  ecs.unfiltered = chances.happens(0.15);
  const only = chances.pick([...clusters, undefined]);
  for (const task of foreignTasks) {
    const cluster = only ?? chances.pick(clusters) ?? "second";
    ecs.addForeign(runForeignTask(ecs.model, { ...task, cluster }));
  }
}

/** Checks that the tasks of others were neither stopped nor tagged. */
export function checkForeign({ ecs, violate }: Stage): void {
  for (const [at, { id, desired, tags }] of ecs.foreign().entries()) {
    if (desired !== "RUNNING") violate(`${id.slice(0, 6)} was stopped, which is foreign`);
    if (tags.length !== foreignTasks[at]?.tags.length) violate(`${id.slice(0, 6)} was tagged`);
  }
}

/** Checks that a start was not answered with a task of others, as ECS may name one for a client token. */
export function checkStarted({ ecs, violate }: Stage, { id }: Alloc, handle: Handle): void {
  const task = ecsTaskOf(ecs, handle);
  if (task === undefined || !ecs.foreign().includes(task)) return;
  violate(`${id} was started with ${task.id.slice(0, 6)}, which is foreign`);
}

/**
 * Damages the handle that a client has stored, so that it names a foreign task or a wrong cluster. Answers
 * the allocation.
 */
export function damageHandle({ chances, ecs, allocs, note }: Stage): Alloc | undefined {
  const wrong = chances.pick(ecs.foreign());
  const what = chances.pick(["task", "cluster"]);
  const alloc = chances.pick(
    allocs.filter(({ state, desired, stored }) =>
      state === "active" && desired === "run" && stored !== undefined
    ),
  );
  if (alloc?.stored === undefined || wrong === undefined) return undefined;
  note(`the handle of ${alloc.id} names a wrong ${what}`);
  const { handle } = alloc.stored;
  const damaged = what === "task" ? handleOf(wrong, handle) : withWrongCluster(handle);
  alloc.stored = { ...alloc.stored, handle: damaged };
  alloc.misled = true;
  alloc.node.killPlugin();
  return alloc;
}

/** A handle as it is, but of another ECS task. */
function handleOf({ arn, cluster: { name } }: EcsTask, handle: Handle): Handle {
  const { ref, ...others } = decodeHandleState({ ...handle, fallback: {} });
  const wrong = { arn, cluster: { ...ref.cluster, name } };
  return { ...handle, state: encodeHandleState({ ...others, ref: wrong }) };
}

/** A handle as it is, but for the cluster that it names, which contradicts its ARN. */
function withWrongCluster(handle: Handle): Handle {
  const { ref, ...others } = decodeHandleState({ ...handle, fallback: {} });
  const name = clusters.find((other) => other !== ref.cluster.name) ?? "";
  const wrong = { ...ref, cluster: { ...ref.cluster, name } };
  return { ...handle, state: encodeHandleState({ ...others, ref: wrong }) };
}
