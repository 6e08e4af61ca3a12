import { AwsError } from "../request/aws_error.ts";
import { createCluster, deleteCluster, describeClusters, listClusters } from "./clusters.ts";
import type { Input } from "../request/input.ts";
import type { Model } from "../state/model.ts";
import { runTask } from "./run_task.ts";
import {
  deregisterTaskDefinition,
  describeTaskDefinition,
  listTaskDefinitions,
  registerTaskDefinition,
} from "./task_definitions.ts";
import { advance } from "../state/task_life.ts";
import {
  describeTasks,
  listTagsForResource,
  listTasks,
  stopTask,
  tagResource,
  untagResource,
} from "./tasks.ts";

type Operation = (model: Model, region: string, input: Input) => unknown;

const operations: ReadonlyMap<string, Operation> = new Map(Object.entries({
  CreateCluster: createCluster,
  DeleteCluster: deleteCluster,
  DescribeClusters: describeClusters,
  ListClusters: listClusters,
  RegisterTaskDefinition: registerTaskDefinition,
  DescribeTaskDefinition: describeTaskDefinition,
  DeregisterTaskDefinition: deregisterTaskDefinition,
  ListTaskDefinitions: listTaskDefinitions,
  RunTask: runTask,
  DescribeTasks: describeTasks,
  ListTasks: listTasks,
  StopTask: stopTask,
  TagResource: tagResource,
  UntagResource: untagResource,
  ListTagsForResource: listTagsForResource,
}));

/** Carries out one operation in a region. Throws an `AwsError` for whatever AWS would refuse. */
export function perform(model: Model, region: string, operation: string, input: Input): unknown {
  const carryOut = operations.get(operation);
  if (carryOut === undefined) {
    throw new AwsError("UnknownOperationException", `Operation ${operation} is not known`);
  }
  advance(model);
  return carryOut(model, region, input);
}
