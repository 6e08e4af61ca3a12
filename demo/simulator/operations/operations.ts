import * as sdk from "@aws-sdk/client-ecs";
import type { Input } from "../request/input.ts";
import { shapeOf } from "../request/shape.ts";
import type { Model } from "../state/model.ts";
import { admitOperation, operationFor, type OperationTable } from "../state/operation.ts";
import { advance } from "../state/task_life.ts";
import {
  createCluster,
  deleteCluster,
  describeClusters,
  listClusters,
  putClusterCapacityProviders,
  updateCluster,
  updateClusterSettings,
} from "./clusters.ts";
import { executeCommand } from "./execute_command.ts";
import { runTask } from "./run_task.ts";
import { listTagsForResource, tagResource, untagResource } from "./tags.ts";
import {
  deleteTaskDefinitions,
  deregisterTaskDefinition,
  describeTaskDefinition,
  listTaskDefinitionFamilies,
  listTaskDefinitions,
  registerTaskDefinition,
} from "./task_definitions.ts";
import { describeTasks, listTasks, stopTask } from "./tasks.ts";

/** All operations of ECS that the simulator has. */
const operations: OperationTable = new Map([
  ["CreateCluster", { shape: shapeOf(sdk.CreateClusterRequest$), carryOut: createCluster }],
  ["DeleteCluster", { shape: shapeOf(sdk.DeleteClusterRequest$), carryOut: deleteCluster }],
  ["DescribeClusters", {
    shape: shapeOf(sdk.DescribeClustersRequest$),
    carryOut: describeClusters,
  }],
  ["ListClusters", { shape: shapeOf(sdk.ListClustersRequest$), carryOut: listClusters }],
  ["UpdateCluster", { shape: shapeOf(sdk.UpdateClusterRequest$), carryOut: updateCluster }],
  ["UpdateClusterSettings", {
    shape: shapeOf(sdk.UpdateClusterSettingsRequest$),
    carryOut: updateClusterSettings,
  }],
  ["PutClusterCapacityProviders", {
    shape: shapeOf(sdk.PutClusterCapacityProvidersRequest$),
    carryOut: putClusterCapacityProviders,
  }],
  ["RegisterTaskDefinition", {
    shape: shapeOf(sdk.RegisterTaskDefinitionRequest$),
    carryOut: registerTaskDefinition,
  }],
  ["DescribeTaskDefinition", {
    shape: shapeOf(sdk.DescribeTaskDefinitionRequest$),
    carryOut: describeTaskDefinition,
  }],
  ["DeregisterTaskDefinition", {
    shape: shapeOf(sdk.DeregisterTaskDefinitionRequest$),
    carryOut: deregisterTaskDefinition,
  }],
  ["ListTaskDefinitions", {
    shape: shapeOf(sdk.ListTaskDefinitionsRequest$),
    carryOut: listTaskDefinitions,
  }],
  ["ListTaskDefinitionFamilies", {
    shape: shapeOf(sdk.ListTaskDefinitionFamiliesRequest$),
    carryOut: listTaskDefinitionFamilies,
  }],
  ["DeleteTaskDefinitions", {
    shape: shapeOf(sdk.DeleteTaskDefinitionsRequest$),
    carryOut: deleteTaskDefinitions,
  }],
  ["RunTask", { shape: shapeOf(sdk.RunTaskRequest$), carryOut: runTask }],
  ["ExecuteCommand", { shape: shapeOf(sdk.ExecuteCommandRequest$), carryOut: executeCommand }],
  ["DescribeTasks", { shape: shapeOf(sdk.DescribeTasksRequest$), carryOut: describeTasks }],
  ["ListTasks", { shape: shapeOf(sdk.ListTasksRequest$), carryOut: listTasks }],
  ["StopTask", { shape: shapeOf(sdk.StopTaskRequest$), carryOut: stopTask }],
  ["TagResource", { shape: shapeOf(sdk.TagResourceRequest$), carryOut: tagResource }],
  ["UntagResource", { shape: shapeOf(sdk.UntagResourceRequest$), carryOut: untagResource }],
  ["ListTagsForResource", {
    shape: shapeOf(sdk.ListTagsForResourceRequest$),
    carryOut: listTagsForResource,
  }],
]);

/**
 * Carries out one operation of ECS in a region, if the account's quotas allow it.
 *
 * @throws `AwsError` where AWS refuses the request.
 */
export function perform(model: Model, region: string, operation: string, input: Input): unknown {
  admitOperation(model, region, operation);
  return performUnthrottled(model, region, operation, input);
}

/** The same for what the simulator itself sets up: it takes no tokens. */
export function performUnthrottled(
  model: Model,
  region: string,
  operation: string,
  request: Input,
): unknown {
  const { carryOut, input } = operationFor(operations, operation, request);
  advance(model);
  return carryOut(model, region, input);
}
