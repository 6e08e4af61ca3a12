import { perform } from "../../demo/simulator/operations/operations.ts";
import type { Input } from "../../demo/simulator/request/input.ts";
import { createModel, type EcsTask, type Model } from "../../demo/simulator/state/model.ts";
import { noQuotas } from "../../demo/simulator/state/quotas.ts";
import { advance } from "../../demo/simulator/state/task_life.ts";
import { containers, region } from "./simulator_definitions.ts";

/** A model whose time a test moves, and what the model had its containers do. */
export type TaskModel = {
  readonly model: Model;
  /** Containers in the order in which they were started and told to end: `start app`, `end app`. */
  readonly events: string[];
  /** Moves time to this many milliseconds. */
  at(ms: number): void;
};

/** Makes a model of which every span is exact: 1 s provisioning, 1 s pending, no other. */
export function createTaskModel(random: () => number = () => 0.5): TaskModel {
  let now = 0;
  const events: string[] = [];
  const model = createModel({
    now: () => now,
    random,
    quotas: noQuotas,
    pace: {
      provisioning: 1_000,
      pending: 1_000,
      activating: 0,
      deactivating: 0,
      deprovisioning: 0,
      consistency: 0,
    },
    hooks: {
      start: (_task, { definition }) => events.push(`start ${definition.name}`),
      terminate: (_task, { definition }) => events.push(`end ${definition.name}`),
    },
  });
  perform(model, region, "CreateCluster", { clusterName: "main" });
  return {
    model,
    events,
    at: (ms) => {
      now = ms;
      advance(model);
    },
  };
}

/** Runs a task on EC2 of these containers, each with an image and memory already. */
export function runContainers({ model }: TaskModel, all: Record<string, Input>): EcsTask {
  perform(model, region, "RegisterTaskDefinition", containers(all));
  perform(model, region, "RunTask", { cluster: "main", taskDefinition: "web" });
  const task = [...model.tasks.values()].at(-1);
  if (task === undefined) throw new Error("RunTask made no task");
  return task;
}

/** Phase and exit code of each container. */
export function phasesOf(task: EcsTask): Record<string, string> {
  return Object.fromEntries(
    task.containers.map(({ definition, phase, exitCode }) => [
      definition.name,
      exitCode === undefined ? phase : `${phase} ${exitCode}`,
    ]),
  );
}
