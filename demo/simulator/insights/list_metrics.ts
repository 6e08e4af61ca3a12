import { AwsError } from "../request/aws_error.ts";
import { type Input, objects, optionalString } from "../request/input.ts";
import type { Model } from "../state/model.ts";
import { type Metric, metricsOf, namespace } from "./metrics.ts";

/** Metrics of a page, by the CloudWatch API reference. */
const pageSize = 500;

/** ListMetrics: the metrics of Container Insights. */
export function listMetrics(model: Model, region: string, input: Input): unknown {
  const token = optionalString(input, "NextToken");
  if (token !== undefined && !/^[1-9][0-9]{0,9}$/.test(token)) {
    throw new AwsError("InvalidParameterValue", "The next token specified is invalid.");
  }
  const from = Number(token ?? 0);
  const next = from + pageSize;
  const found = metricsOf(model, region).filter((metric) => isAskedFor(metric, input));
  return {
    Metrics: found.slice(from, next).map(({ name, dimensions }) => ({
      Namespace: namespace,
      MetricName: name,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    })),
    NextToken: next < found.length ? String(next) : undefined,
  };
}

/** Whether a metric has the name and the dimensions of a request; it may have other dimensions too. */
function isAskedFor(metric: Metric, input: Input): boolean {
  const name = optionalString(input, "MetricName");
  return (optionalString(input, "Namespace") ?? namespace) === namespace &&
    (name === undefined || metric.name === name) &&
    objects(input, "Dimensions").every(({ Name, Value }) => {
      const value = metric.dimensions[String(Name)];
      return value !== undefined && (Value === undefined || Value === value);
    });
}
