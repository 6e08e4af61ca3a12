import * as sdk from "@aws-sdk/client-cloudwatch";
import type { Input } from "../request/input.ts";
import { shapeOf } from "../request/shape.ts";
import type { Model } from "../state/model.ts";
import { admitOperation, operationFor, type OperationTable } from "../state/operation.ts";
import { advance } from "../state/task_life.ts";
import { listMetrics } from "./list_metrics.ts";
import { getMetricData } from "./metrics.ts";

/** All operations of CloudWatch that the simulator has. */
const operations: OperationTable = new Map([
  ["GetMetricData", { shape: shapeOf(sdk.GetMetricDataInput$), carryOut: getMetricData }],
  ["ListMetrics", { shape: shapeOf(sdk.ListMetricsInput$), carryOut: listMetrics }],
]);

/**
 * Carries out one operation of CloudWatch in a region, if the account's quotas allow it.
 *
 * @throws `AwsError` where AWS refuses the request.
 */
export function performCloudWatch(
  model: Model,
  region: string,
  operation: string,
  request: Input,
): unknown {
  admitOperation(model, region, operation);
  const { carryOut, input } = operationFor(operations, operation, request);
  advance(model);
  return carryOut(model, region, input);
}
