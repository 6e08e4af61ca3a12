import { AwsError } from "../request/aws_error.ts";
import type { Input } from "../request/input.ts";
import { readShape, type Shape } from "../request/shape.ts";
import { admit } from "./admission.ts";
import type { Model } from "./model.ts";
import { categoryOf } from "./quotas.ts";

/** An operation of AWS's as the simulator has it. */
export type Operation = {
  /** JSON types of the request, by the AWS SDK's model. */
  readonly shape: Shape;
  readonly carryOut: (model: Model, region: string, input: Input) => unknown;
};

/** The operations of a service, by AWS's names. */
export type OperationTable = ReadonlyMap<string, Operation>;

/** Takes a token for an operation that AWS has a quota for. Throws a ThrottlingException without one. */
export function admitOperation(model: Model, region: string, name: string): void {
  const category = categoryOf(name);
  if (category !== undefined) admit(model, region, category);
}

/**
 * What carries out the operation of a name, and the request for it, without the members that AWS
 * ignores.
 *
 * @throws `AwsError` where the service has no such operation, or the request has other types.
 */
export function operationFor(
  table: OperationTable,
  name: string,
  request: Input,
): { readonly carryOut: Operation["carryOut"]; readonly input: Input } {
  const operation = table.get(name);
  if (operation === undefined) {
    throw new AwsError("UnknownOperationException", `Operation ${name} is not known`);
  }
  // The shape of a request is always that of a structure.
  const input = readShape(operation.shape, request) as Input;
  return { carryOut: operation.carryOut, input };
}
