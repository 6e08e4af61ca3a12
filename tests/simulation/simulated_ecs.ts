import {
  type AwsOperations,
  eachOperation,
  type Input,
  type OperationName,
  operations,
  type Output,
} from "../../src/aws/operations.ts";
import { AwsError } from "../../demo/simulator/request/aws_error.ts";
import { faultModes } from "../../demo/simulator/state/faults.ts";
import type { Input as Request } from "../../demo/simulator/request/input.ts";
import { createModel, type EcsTask, type Model } from "../../demo/simulator/state/model.ts";
import { perform } from "../../demo/simulator/operations/operations.ts";
import { describeTask } from "../../demo/simulator/operations/describe_task.ts";
import { demoPreset, loadPreset } from "../../demo/simulator/preset.ts";
import { advance, containerExited } from "../../demo/simulator/state/task_life.ts";
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

/** The clusters that tasks may run in: the one of the nodes' configuration, and one that jobs name. */
export const clusters = ["nomad-remote-driver-demo", "second"] as const;

/** ECS in virtual time, with a network between it and the driver. */
export type SimulatedEcs = {
  readonly model: Model;
  weather: Weather | undefined;
  /** Whether ListTasks never heeds its filter, as with some emulators. */
  unfiltered: boolean;
  /** The operations as one process sees them. */
  connect(process: Process): AwsOperations;
  /** Told when ECS has run a task for a process, before that hears of it. */
  onRun: (process: Process) => void;
  /** Tasks that are wanted running, but for foreign ones. */
  live(): EcsTask[];
  /** Takes a task for one that is not the driver's. */
  addForeign(task: EcsTask): void;
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
  const stops: SimulatedEcs["stops"] = [];
  const foreign: EcsTask[] = [];
  const tagged = new Map<string, number>();

  const request = async <N extends OperationName>(
    process: Process,
    name: N,
    input: Input<N>,
    signal: AbortSignal,
  ): Promise<Output<N>> => {
    const operation = operations[name].command;
    const arrive = async (ms: number) => {
      await Promise.race([time.until(time.now() + ms), aborted(signal)]);
      if (!process.alive) await never();
      signal.throwIfAborted();
    };
    await arrive(chances.between(5, 60));
    const { weather } = ecs;
    const struck = weather !== undefined && (weather.operation ?? operation) === operation &&
      chances.happens(weather.rate);
    const fault = struck ? weather?.mode : undefined;
    const before = refusals[fault ?? "none"];
    if (fault === "deaf") await never();
    if (fault === "hang") {
      await aborted(signal);
      // With its sender's end the connection went, and the request with it.
      if (!process.alive) await never();
    }
    if (before !== undefined) {
      await arrive(chances.between(5, 60));
      throw sdkError(before);
    }
    if (fault === "another account") {
      await arrive(chances.between(5, 60));
      return ofAnotherAccount(operation, (input as Request)["clusters"]) as Output<N>;
    }
    if (fault === "capacity" && operation === "RunTask") {
      await arrive(chances.between(5, 60));
      return { tasks: [], failures: [{ reason: "RESOURCE:ENI" }], $metadata: {} } as Output<N>;
    }
    let answer: unknown;
    let refusal: AwsError | undefined;
    try {
      if (operation === "StopTask") noteStop(process, String((input as { task?: string }).task));
      if (operation === "TagResource") {
        tagged.set(String((input as { resourceArn?: string }).resourceArn), time.now());
      }
      const asked = structuredClone(input) as unknown as Request;
      const heard = ecs.unfiltered || fault === "unfiltered" ? unfiltered(operation, asked) : asked;
      answer = perform(model, "us-east-1", operation, heard);
      if (operation === "RunTask") ecs.onRun(process);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      refusal = error;
    }
    // What has been accepted stays accepted, however the answer fares.
    await arrive(chances.between(5, 200));
    if (fault === "cut-after") throw cut();
    if (fault === "garbage" || fault === "half-body") throw new SyntaxError("Unexpected token <");
    if (refusal?.type === "ConflictException" && fault === "foreign") {
      const resourceIds = [chances.pick(foreign)?.arn];
      refusal = new AwsError(refusal.type, refusal.message, refusal.status, { resourceIds });
    }
    if (refusal !== undefined) throw sdkError(refusal);
    if (fault === "empty") return { $metadata: {} } as Output<N>;
    const distortion = distortions.find((known) => known === fault);
    return withDates(
      distortion === undefined ? answer : distorted(distortion, operation, answer as Request, {
        foreign: foreign.map((task) => describeTask(model, task, true)),
        chances,
      }),
    ) as Output<N>;
  };

  const noteStop = (process: Process, arn: string) => {
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
  };

  const ecs: SimulatedEcs = {
    model,
    weather: undefined,
    onRun: () => {},
    unfiltered: false,
    addForeign: (task) => foreign.push(task),
    foreign: () => foreign,
    stops,
    live: () => {
      advance(model);
      return [...model.tasks.values()].filter((task) =>
        task.desired === "RUNNING" && !foreign.includes(task)
      );
    },
    connect: (process) =>
      eachOperation((name, input, signal) => request(process, name, input, signal)),
  };
  return ecs;
}

const refusals: Partial<Record<Weather["mode"] | "none", AwsError>> = {
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
