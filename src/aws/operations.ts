import type { Role } from "./cluster_ref.ts";
import type { SessionMessagesApi } from "./session_socket.ts";
import type { Ec2Api } from "./ec2.ts";
import type { Category } from "./rate_limits.ts";
import {
  cluster,
  describedDefinition,
  entriesThatTell,
  failure,
  session,
  startedTask,
  task,
  taskDefinition,
} from "./ecs_answers.ts";
import type { SdkApi } from "./service_client.ts";
import type { Members, Picked, ShapeOf } from "./answer_shape.ts";

/** Most tasks that one DescribeTasks call takes. */
export const batchSize = 100;

/**
 * The services of AWS, by the name that their endpoints and permissions have: what goes into each
 * operation and what comes back. `services.ts` opens a client of each.
 */
type Apis = {
  ecs: SdkApi<typeof import("./packages/ecs.ts")>;
  ec2: Ec2Api;
  ssm: SdkApi<typeof import("./packages/ssm.ts")>;
  kms: SdkApi<typeof import("./packages/kms.ts")>;
  logs: SdkApi<typeof import("./packages/logs.ts")>;
  cloudwatch: SdkApi<typeof import("./packages/cloudwatch.ts")>;
  ssmmessages: SessionMessagesApi;
};

const ecs = operationOf("ecs");
const ec2 = operationOf("ec2");
const ssm = operationOf("ssm");
const kms = operationOf("kms");
const logs = operationOf("logs");
const cloudwatch = operationOf("cloudwatch");
const ssmmessages = operationOf("ssmmessages");

/**
 * The operations that the driver calls, by the name it calls them: the AWS service, its name there,
 * the category of AWS's limits, and what of its answer the driver reads. Types, clients, the checks of
 * answers, the calls of `AwsOperations` and the simulations of tests follow from a line here.
 *
 * @example A further operation of ECS, whose command `packages/ecs.ts` exports too
 * ```ts
 * executeCommand: ecs("ExecuteCommand", "cluster resource writes", { session }),
 * ```
 */
export const operations = {
  describeClusters: ecs("DescribeClusters", "cluster reads", {
    clusters: [cluster],
    failures: [failure],
  }),
  describeTasks: ecs(
    "DescribeTasks",
    "cluster resource reads",
    { tasks: [task], failures: [failure] },
    entriesThatTell,
  ),
  listTasks: ecs("ListTasks", "cluster resource reads", {
    "taskArns!": ["task ARN"],
    nextToken: "text",
  }),
  runTask: ecs("RunTask", "cluster resource writes", {
    tasks: [startedTask],
    failures: [failure],
  }),
  stopTask: ecs("StopTask", "cluster resource writes", { "task!": {} }),
  describeTaskDefinition: ecs(
    "DescribeTaskDefinition",
    "task definition reads",
    describedDefinition,
  ),
  listTaskDefinitions: ecs("ListTaskDefinitions", "task definition reads", {
    "taskDefinitionArns!": ["revision ARN"],
  }),
  registerTaskDefinition: ecs("RegisterTaskDefinition", "task definition writes", {
    "taskDefinition!": taskDefinition,
  }),
  deregisterTaskDefinition: ecs("DeregisterTaskDefinition", "task definition writes", {
    "taskDefinition!": {},
  }),
  tagResource: ecs("TagResource", "tag writes", {}),
  describeNetworkInterfaces: ec2("DescribeNetworkInterfaces", "EC2 reads", {
    publicAddress: "text",
  }),
  executeCommand: ecs("ExecuteCommand", "cluster resource writes", {
    session,
    containerName: "text",
  }),
  openDataChannel: ssmmessages("OpenDataChannel", "sessions", { "connection!": "anything" }),
  resumeSession: ssm("ResumeSession", "sessions", { StreamUrl: "text", "TokenValue!": "text" }),
  terminateSession: ssm("TerminateSession", "sessions", {}),
  generateDataKey: kms("GenerateDataKey", "sessions", {
    "Plaintext!": "bytes",
    CiphertextBlob: "bytes",
  }),
  filterLogEvents: logs("FilterLogEvents", "log reads", {
    events: [{
      logStreamName: "text",
      timestamp: "integer",
      message: "text",
      eventId: "text",
    }],
    nextToken: "text",
  }),
  getMetricData: cloudwatch("GetMetricData", "metric reads", {
    MetricDataResults: [{ Id: "text", Timestamps: ["date"], Values: ["number"] }],
    NextToken: "text",
  }),
};

/** One line of the table. */
export type Operation<Service extends string, Input, Output> = {
  readonly service: Service;
  /** The operation's name in AWS. */
  readonly command: string;
  readonly category: Category;
  /**
   * What a usable answer looks like, as far as it is read. Of the lists and structures in it, an answer
   * has at least one.
   */
  readonly answer: Members;
  /** Makes of an answer that fits what its caller is given. */
  readonly settle: ((answer: Output, input: Input) => Output) | undefined;
  /** For the compiler alone: what goes in and what comes back. */
  readonly types?: readonly [Input, Output];
};

function operationOf<Service extends keyof Apis>(service: Service) {
  type Api = Apis[Service];
  return <
    Command extends keyof Api & string,
    const Answer extends ShapeOf<OutputOf<Api[Command]>> & Members,
  >(
    command: Command,
    category: Category,
    answer: Answer,
    settle?: (
      answer: Read<OutputOf<Api[Command]>, Answer>,
      input: InputOf<Api[Command]>,
    ) => Read<OutputOf<Api[Command]>, Answer>,
  ): Operation<Service, InputOf<Api[Command]>, Read<OutputOf<Api[Command]>, Answer>> => ({
    service,
    command,
    category,
    answer,
    settle,
  });
}

/** What is read of an answer, beside what the SDK puts with it. */
type Read<Output, Answer> = Picked<Output, Answer> & { $metadata?: unknown };

type InputOf<Pair> = Pair extends readonly [infer Input, unknown] ? Input : never;
type OutputOf<Pair> = Pair extends readonly [unknown, infer Output] ? Output : never;

type Table = typeof operations;

/** What the driver calls an operation. */
export type OperationName = keyof Table;

/** A service of AWS, as `Apis` names it. */
export type ServiceName = keyof Apis;

/** The services as their users know them, for messages. */
const titles: { readonly [Service in ServiceName]: string } = {
  ecs: "ECS",
  ec2: "EC2",
  ssm: "Session Manager",
  ssmmessages: "Session Manager",
  kms: "KMS",
  logs: "CloudWatch Logs",
  cloudwatch: "CloudWatch",
};

/** An operation and what it is about, for messages: `ECS RunTask web:7 in cluster prod`. */
export function attemptOf(name: OperationName, target: string): string {
  const { service, command } = operations[name];
  return `${titles[service]} ${command} ${target}`;
}

/** What goes into an operation. */
export type Input<Name extends OperationName> = InputOf<NonNullable<Table[Name]["types"]>>;

/** What an operation answers. */
export type Output<Name extends OperationName> = OutputOf<NonNullable<Table[Name]["types"]>>;

/** The operations themselves: each a single attempt that rejects with the SDK's error. */
export type AwsOperations = {
  readonly [Name in OperationName]: (
    input: Input<Name>,
    signal: AbortSignal,
  ) => Promise<Output<Name>>;
};

/** All operations of the table, performed by `perform`. */
export function eachOperation(
  perform: <Name extends OperationName>(
    name: Name,
    input: Input<Name>,
    signal: AbortSignal,
  ) => Promise<Output<Name>>,
): AwsOperations {
  const names = Object.keys(operations) as OperationName[];
  return Object.fromEntries(names.map((name) => [
    name,
    (input: Input<typeof name>, signal: AbortSignal) => perform(name, input, signal),
  ])) as unknown as AwsOperations;
}

/** Where AWS is and as whom it is called; what is undefined is left to the SDK's own sources. */
export type AwsTarget = {
  readonly region: string | undefined;
  readonly role: Role | undefined;
  /** URL of ECS. */
  readonly endpoint: string | undefined;
  readonly profile: string | undefined;
};

/** Makes the operations of one target. */
export type ConnectAws = (target: AwsTarget) => AwsOperations;
