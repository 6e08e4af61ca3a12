import { performCloudWatch } from "../insights/operations.ts";
import { performLogs } from "../logs/operations.ts";
import { perform } from "../operations/operations.ts";
import type { Input } from "../request/input.ts";
import { performSessions } from "../session_manager/operations.ts";
import type { Simulator } from "../simulator.ts";

/** A service whose requests are objects: AWS JSON, or Smithy RPC v2 CBOR. */
export type Service = {
  /** The name of the service in `x-amz-target` and in the path of a CBOR request. */
  readonly target: string;
  /** The service in the scope of a signature. */
  readonly signedAs: string;
  perform(simulator: Simulator, region: string, operation: string, input: Input): unknown;
};

const services: readonly Service[] = [{
  target: "AmazonEC2ContainerServiceV20141113",
  signedAs: "ecs",
  perform: ({ model }, region, operation, input) => perform(model, region, operation, input),
}, {
  target: "Logs_20140328",
  signedAs: "logs",
  perform: ({ model }, region, operation, input) => performLogs(model, region, operation, input),
}, {
  target: "GraniteServiceVersion20100801",
  signedAs: "monitoring",
  perform: ({ model }, region, operation, input) =>
    performCloudWatch(model, region, operation, input),
}, {
  target: "AmazonSSM",
  signedAs: "ssm",
  perform: ({ model }, region, operation, input) =>
    performSessions(model, region, operation, input),
}, {
  target: "TrentService",
  signedAs: "kms",
  perform: ({ model }, region, operation, input) =>
    performSessions(model, region, operation, input),
}];

/** The service that a request names. */
export function serviceOf(target: string): Service | undefined {
  return services.find((service) => service.target === target);
}
