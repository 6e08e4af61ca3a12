import {
  type AwsOperations,
  eachOperation,
  operations,
  type Output,
} from "../../src/aws/operations.ts";
import type { Input as Request } from "../../demo/simulator/request/input.ts";
import { createModel, type EcsTask } from "../../demo/simulator/state/model.ts";
import { perform } from "../../demo/simulator/operations/operations.ts";
import { demoPreset, loadPreset } from "../../demo/simulator/preset.ts";
import { advance, containerExited } from "../../demo/simulator/state/task_life.ts";
import { carry, type EcsBehindNetwork, type Network } from "./network.ts";
import type { Chances } from "./random.ts";
import type { Process, VirtualTime } from "./virtual_time.ts";

/** The clusters that tasks may run in: the one of the nodes' configuration, and one that jobs name. */
export const clusters = ["nomad-remote-driver-demo", "second"] as const;

/** ECS in virtual time, with a network between it and the driver. */
export type SimulatedEcs = EcsBehindNetwork & {
  /** The operations as one process sees them. */
  connect(process: Process): AwsOperations;
  /** Tasks that are wanted running, but for foreign ones. */
  live(): EcsTask[];
  /** Takes a task for one that is not the driver's. */
  addForeign(task: EcsTask): void;
};

/** Makes an ECS whose chances and time come in. */
export function createSimulatedEcs(
  time: VirtualTime,
  chances: Chances,
  epoch: number,
): SimulatedEcs {
  const model = createModel({
    now: () => epoch + time.now(),
    random: chances.next,
    pace: { consistency: chances.pick([0, 300, 2_000]) ?? 0 },
    hooks: {
      start: () => {},
      terminate: (task, { definition }) => {
        time.until(time.now() + chances.between(100, 30_000)).then(() =>
          containerExited(model, task, definition.name, { exitCode: 143 })
        );
      },
    },
  });
  model.tagsAfterStop = chances.pick(["deleted", "kept"]) ?? "deleted";
  loadPreset(model, { ...demoPreset, clusters });
  const foreign: EcsTask[] = [];
  const ecs: SimulatedEcs = {
    model,
    weather: undefined,
    onRun: () => {},
    unfiltered: false,
    addForeign: (task) => foreign.push(task),
    foreign: () => foreign,
    stops: [],
    live: () => {
      advance(model);
      return [...model.tasks.values()].filter((task) =>
        task.desired === "RUNNING" && !foreign.includes(task)
      );
    },
    connect: (process) =>
      eachOperation(async (name, input, signal) => {
        const operation = operations[name].command;
        const sent = { process, operation, input: input as unknown as Request, signal };
        return await carry(network, sent) as Output<typeof name>;
      }),
  };
  const network: Network = { ecs, time, chances, tagged: new Map() };
  return ecs;
}

/**
 * Deletes a cluster, in which all tasks have been stopped before, and forgets them. Answers what creates
 * it anew, empty. Does nothing where there is no such cluster, or it has tasks of others.
 */
export function deleteCluster(
  { model, foreign }: SimulatedEcs,
  name: string,
): (() => void) | undefined {
  if (!model.clusters.has(`us-east-1/${name}`)) return undefined;
  if (foreign().some(({ cluster }) => cluster.name === name)) return undefined;
  for (const [arn, task] of model.tasks) if (task.cluster.name === name) model.tasks.delete(arn);
  model.clusters.delete(`us-east-1/${name}`);
  return () => perform(model, "us-east-1", "CreateCluster", { clusterName: name });
}
