import { AwsError } from "../request/aws_error.ts";
import type { Model } from "./model.ts";
import type { Category } from "./quotas.ts";
import { takeTokens } from "./throttle.ts";

/** Takes tokens of a category. Throws a ThrottlingException if there are not as many. */
export function admit(model: Model, region: string, category: Category, tokens = 1): void {
  const { throttle, speed } = model;
  if (!takeTokens(throttle, { region, category, tokens, now: model.now(), speed })) {
    throw new AwsError("ThrottlingException", "Rate exceeded");
  }
}
