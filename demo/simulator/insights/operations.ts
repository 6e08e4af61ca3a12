import * as sdk from "@aws-sdk/client-cloudwatch";
import { AwsError } from "../request/aws_error.ts";
import type { Input } from "../request/input.ts";
import { checkShape, type Shape, shapeOf } from "../request/shape.ts";
import { admit } from "../state/admission.ts";
import type { Model } from "../state/model.ts";
import { categoryOf } from "../state/quotas.ts";
import { advance } from "../state/task_life.ts";
import { getMetricData, listMetrics } from "./metrics.ts";

type Operation = {
  readonly shape: Shape;
  readonly carryOut: (model: Model, region: string, input: Input) => unknown;
};

/** All operations of CloudWatch that the simulator has. */
const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
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
  input: Input,
): unknown {
  const known = operations.get(operation);
  if (known === undefined) {
    throw new AwsError("UnknownOperationException", `Operation ${operation} is not known`);
  }
  const category = categoryOf(operation);
  if (category !== undefined) admit(model, region, category);
  checkShape(known.shape, input);
  advance(model);
  return known.carryOut(model, region, input);
}
