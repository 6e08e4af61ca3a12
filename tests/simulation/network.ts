/** The network between the driver and ECS: it takes its time, and the weather strikes requests and answers. */
import { AwsError } from "../../demo/simulator/request/aws_error.ts";
import { faultModes } from "../../demo/simulator/state/faults.ts";
import type { Input as Request } from "../../demo/simulator/request/input.ts";
import type { EcsTask, Model } from "../../demo/simulator/state/model.ts";
import { perform } from "../../demo/simulator/operations/operations.ts";
import { describeTask } from "../../demo/simulator/operations/describe_task.ts";
import { distorted, distortions, unfiltered } from "./distortion.ts";
import type { Chances } from "./random.ts";
import { aborted, never, type Process, type VirtualTime } from "./virtual_time.ts";

/**
 * What may befall a call: besides what the simulator of `demo/simulator` knows, an answer that is empty
 * or distorted, a client that neither answers nor heeds its signal, as the SDK's while credentials do
 * not come, and credentials of another account, in which there is none of the clusters.
 */
export const weatherModes = [
  ...faultModes,
  ...distortions,
  "empty",
  "deaf",
  "another account",
] as const;

/** How calls go wrong for a while. */
export type Weather = {
  mode: typeof weatherModes[number];
  rate: number;
  /** The operation that is hit; undefined for all. */
  operation?: string | undefined;
};

/** ECS as the network reaches it. */
export type EcsBehindNetwork = {
  readonly model: Model;
  weather: Weather | undefined;
  /** Whether ListTasks never heeds its filter, as with some emulators. */
  unfiltered: boolean;
  /** Told when ECS has run a task for a process, before that hears of it. */
  onRun: (process: Process) => void;
  /** The tasks that are not the driver's. */
  foreign(): readonly EcsTask[];
  /** StopTask requests that ECS has acted on: which task, and by which process. */
  readonly stops: {
    arn: string;
    process: Process;
    ownerNode: string | undefined;
    ownerAlloc: string | undefined;
    /** The allocation that its tags say it was left to. */
    leftTo: string | undefined;
    /** Milliseconds since its tags were last changed. */
    settled: number;
  }[];
};

/** The network between processes and ECS. */
export type Network = {
  readonly ecs: EcsBehindNetwork;
  readonly time: VirtualTime;
  readonly chances: Chances;
  /** When each task's tags were last changed, by ARN, in virtual milliseconds. */
  readonly tagged: Map<string, number>;
};

/** A request on its way from a process. */
export type Sent = {
  readonly process: Process;
  /** The operation's name in AWS. */
  readonly operation: string;
  readonly input: Request;
  readonly signal: AbortSignal;
};

/** Carries a request to ECS and its answer back, as the weather lets them through. Rejects as the SDK does. */
export async function carry(network: Network, sent: Sent): Promise<unknown> {
  const { ecs, chances } = network;
  const { process, operation, input, signal } = sent;
  await travel(network, sent, 60);
  const fault = faultOf(network, operation);
  if (fault === "deaf") await never();
  if (fault === "hang") {
    await aborted(signal);
    // With its sender's end the connection went, and the request with it.
    if (!process.alive) await never();
  }
  if (fault !== undefined && isAnsweredBeforeEcs(fault, operation)) {
    await travel(network, sent, 60);
    return answerBeforeEcs(fault, operation, input);
  }
  const done = carryOut(network, sent, fault);
  // What has been accepted stays accepted, however the answer fares.
  await travel(network, sent, 200);
  if (fault === "cut-after") throw cut();
  if (fault === "garbage" || fault === "half-body") throw new SyntaxError("Unexpected token <");
  if (done.kind === "refused") {
    throw sdkError(fault === "foreign" ? namingForeign(network, done.error) : done.error);
  }
  if (fault === "empty") return { $metadata: {} };
  const distortion = distortions.find((known) => known === fault);
  if (distortion === undefined) return withDates(done.answer);
  const foreign = ecs.foreign().map((task) => describeTask(ecs.model, task, true));
  return withDates(
    distorted(distortion, operation, done.answer as Request, { foreign, chances }),
  );
}

/** Lets a request or an answer travel for 5 to `most` milliseconds, unless its sender gives it up or dies. */
async function travel({ time, chances }: Network, { process, signal }: Sent, most: number) {
  await Promise.race([time.until(time.now() + chances.between(5, most)), aborted(signal)]);
  if (!process.alive) await never();
  signal.throwIfAborted();
}

/** How the weather strikes a request; undefined where it does not. */
function faultOf({ ecs: { weather }, chances }: Network, operation: string) {
  if (weather === undefined || (weather.operation ?? operation) !== operation) return undefined;
  return chances.happens(weather.rate) ? weather.mode : undefined;
}

/** Whether a request is answered before it reaches the model of ECS. */
function isAnsweredBeforeEcs(fault: Weather["mode"], operation: string): boolean {
  return refusals[fault] !== undefined || fault === "another account" ||
    (fault === "capacity" && operation === "RunTask");
}

/** The answer then. Throws where it is an error. */
function answerBeforeEcs(fault: Weather["mode"], operation: string, input: Request): unknown {
  if (fault === "another account") return ofAnotherAccount(operation, input["clusters"]);
  const refusal = refusals[fault];
  if (refusal !== undefined) throw sdkError(refusal);
  return { tasks: [], failures: [{ reason: "RESOURCE:ENI" }], $metadata: {} };
}

/** What the model of ECS makes of a request. */
type Done =
  | { readonly kind: "done"; readonly answer: unknown }
  | { readonly kind: "refused"; readonly error: AwsError };

/** Has the model of ECS carry a request out. */
function carryOut(network: Network, sent: Sent, fault: Weather["mode"] | undefined): Done {
  const { ecs, time, tagged } = network;
  const { process, operation, input } = sent;
  try {
    if (operation === "StopTask") noteStop(network, process, String(input["task"]));
    if (operation === "TagResource") tagged.set(String(input["resourceArn"]), time.now());
    const asked = structuredClone(input);
    const heard = ecs.unfiltered || fault === "unfiltered" ? unfiltered(operation, asked) : asked;
    const answer = perform(ecs.model, "us-east-1", operation, heard);
    if (operation === "RunTask") ecs.onRun(process);
    return { kind: "done", answer };
  } catch (error) {
    if (error instanceof AwsError) return { kind: "refused", error };
    throw error;
  }
}

/** Notes which task a process has stopped, and what the task's tags say at that moment. */
function noteStop({ ecs: { model, stops }, time, tagged }: Network, process: Process, arn: string) {
  const tags = model.tasks.get(arn)?.tags ?? [];
  const tag = (name: string) => tags.find(({ key }) => key === name)?.value;
  stops.push({
    arn,
    process,
    settled: time.now() - (tagged.get(arn) ?? -Infinity),
    ownerNode: tag("nomad:node_id"),
    ownerAlloc: tag("nomad:alloc_id"),
    leftTo: tag("nomad:left_for"),
  });
}

/** A conflict about a client token as one that names a foreign task; any other error as it is. */
function namingForeign({ ecs, chances }: Network, error: AwsError): AwsError {
  const { type, message, status } = error;
  if (type !== "ConflictException") return error;
  return new AwsError(type, message, status, { resourceIds: [chances.pick(ecs.foreign())?.arn] });
}

/** Faults by which a request is refused before ECS hears of it. */
const refusals: Partial<Record<Weather["mode"], AwsError>> = {
  throttle: new AwsError("ThrottlingException", "Rate exceeded"),
  error500: new AwsError("ServerException", "Service Unavailable", 500),
  error503: new AwsError("ServiceUnavailableException", "Service Unavailable", 503),
  "cut-before": new AwsError("TimeoutError", "socket hang up", 0),
  "access-denied": new AwsError("AccessDeniedException", "not authorized"),
  expired: new AwsError("ExpiredTokenException", "expired"),
  "unrecognized-client": new AwsError("UnrecognizedClientException", "invalid"),
};

/** The answer of an account that has no clusters. */
function ofAnotherAccount(operation: string, names: unknown): unknown {
  if (operation !== "DescribeClusters") {
    throw sdkError(new AwsError("ClusterNotFoundException", "Cluster not found."));
  }
  const failures = (Array.isArray(names) ? names : []).map((name) => ({
    arn: `arn:aws:ecs:us-east-1:210987654321:cluster/${name}`,
    reason: "MISSING",
  }));
  return { clusters: [], failures, $metadata: {} };
}

/** An error as the SDK throws it. */
function sdkError({ type, message, status, fields }: AwsError): Error {
  const error = new Error(message);
  error.name = type;
  if (status === 0) return error;
  return Object.assign(error, {
    ...fields,
    $metadata: { httpStatusCode: status },
    $fault: status >= 500 ? "server" : "client",
  });
}

function cut(): Error {
  const error = new Error("socket hang up");
  error.name = "TimeoutError";
  return error;
}

/** Times are seconds on the wire and Dates in the SDK's answers. */
function withDates(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withDates);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([, inner]) => inner !== undefined).map(([key, inner]) => [
      key,
      key.endsWith("At") && typeof inner === "number" ? new Date(inner * 1_000) : withDates(inner),
    ]),
  );
}
