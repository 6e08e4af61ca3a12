/** What the driver reads of ECS's answers. What is not named here is neither read nor checked. */
import type * as Sdk from "@aws-sdk/client-ecs";
import type { Picked, ShapeOf } from "./answer_shape.ts";

const tag = { key: "text", value: "text" } as const satisfies ShapeOf<Sdk.Tag>;

/** Why ECS does not answer for what was asked about. */
export const failure = {
  arn: "text",
  reason: "text",
  detail: "text",
} as const satisfies ShapeOf<Sdk.Failure>;

/** A cluster, as DescribeClusters tells it. */
export const cluster = {
  clusterArn: "text",
  status: "text",
  settings: [{ name: "text", value: "text" }],
  configuration: { executeCommandConfiguration: { kmsKeyId: "text" } },
} as const satisfies ShapeOf<Sdk.Cluster>;

const container = {
  "name!": "text",
  lastStatus: "text",
  exitCode: "integer",
  reason: "text",
  runtimeId: "text",
  managedAgents: [{ name: "text", lastStatus: "text" }],
  networkInterfaces: [{ privateIpv4Address: "text", ipv6Address: "text" }],
} as const satisfies ShapeOf<Sdk.Container>;

const attachment = {
  type: "text",
  status: "text",
  details: [{ name: "text", value: "text" }],
} as const satisfies ShapeOf<Sdk.Attachment>;

/** A task, as DescribeTasks tells it. */
export const task = {
  "taskArn!": "text",
  "lastStatus!": "text",
  desiredStatus: "text",
  startedBy: "text",
  enableExecuteCommand: "flag",
  taskDefinitionArn: "text",
  createdAt: "date",
  startedAt: "date",
  stoppedAt: "date",
  executionStoppedAt: "date",
  stopCode: "text",
  stoppedReason: "text",
  containers: [container],
  attachments: [attachment],
  tags: [tag],
} as const satisfies ShapeOf<Sdk.Task>;

/** The task that RunTask has started. */
export const startedTask = {
  "taskArn!": "task ARN",
  startedBy: "text",
} as const satisfies ShapeOf<Sdk.Task>;

const containerDefinition = {
  name: "text",
  essential: "flag",
  firelensConfiguration: {},
  dependsOn: [{ containerName: "text" }],
  portMappings: [{ name: "text", containerPort: "integer" }],
  secrets: [{ name: "text" }],
  logConfiguration: { logDriver: "text", options: "anything" },
} as const satisfies ShapeOf<Sdk.ContainerDefinition>;

/** A revision of a task definition. */
export const taskDefinition = {
  "taskDefinitionArn!": "revision ARN",
  revision: "integer",
  status: "text",
  networkMode: "text",
  compatibilities: ["text"],
  cpu: "text",
  memory: "text",
  taskRoleArn: "text",
  executionRoleArn: "text",
  proxyConfiguration: { containerName: "text" },
  runtimePlatform: { operatingSystemFamily: "text" },
  volumes: [{ name: "text", configuredAtLaunch: "flag" }],
  containerDefinitions: [containerDefinition],
} as const satisfies ShapeOf<Sdk.TaskDefinition>;

/** An answer of DescribeTaskDefinition. */
export const describedDefinition = {
  "taskDefinition!": taskDefinition,
  tags: [tag],
} as const satisfies ShapeOf<Sdk.DescribeTaskDefinitionResponse>;

/** A session that ExecuteCommand has opened. */
export const session = {
  sessionId: "text",
  streamUrl: "text",
  tokenValue: "text",
} as const satisfies ShapeOf<Sdk.Session>;

export type Tag = Picked<Sdk.Tag, typeof tag>;
export type Failure = Picked<Sdk.Failure, typeof failure>;
export type Container = Picked<Sdk.Container, typeof container>;
export type Attachment = Picked<Sdk.Attachment, typeof attachment>;
export type Task = Picked<Sdk.Task, typeof task>;
export type TaskDefinition = Picked<Sdk.TaskDefinition, typeof taskDefinition>;

type Described = { tasks?: Task[] | undefined; failures?: Failure[] | undefined };

/**
 * An answer of DescribeTasks without the entries that cannot be used: tasks that were not asked for,
 * contradictory entries for one task, and a stopped task without its containers, whose exit codes say
 * how it ended. The caller then sees the task as not mentioned.
 */
export function entriesThatTell<Answer extends Described>(
  answer: Answer,
  input: { readonly tasks?: readonly string[] | undefined },
): Answer {
  const { tasks = [], failures = [] } = answer;
  const asked = new Set(input.tasks);
  /** The entry that stands for a task; undefined where its entries contradict each other. */
  const entries = new Map<string, Task | Failure | undefined>();
  let silent = 0;
  const note = (arn: string, entry: Task | Failure) => {
    const repeated = entries.has(arn);
    if (repeated) silent += 1;
    if (!repeated) entries.set(arn, entry);
    else if (!isSame(entries.get(arn), entry)) entries.set(arn, undefined);
  };
  for (const task of tasks) {
    const { taskArn: arn = "" } = task;
    if (asked.has(arn) && tellsHowItEnded(task)) note(arn, task);
    else silent += 1;
  }
  for (const failure of failures) if (failure.arn !== undefined) note(failure.arn, failure);
  // The usual case: with nothing to drop, nothing is copied.
  if (silent === 0) return answer;
  return {
    ...answer,
    tasks: tasks.filter((task) => entries.get(task.taskArn ?? "") === task),
    failures: failures.filter(({ arn }, at) =>
      arn === undefined || entries.get(arn) === failures[at]
    ),
  };
}

function tellsHowItEnded({ lastStatus, containers }: Task): boolean {
  return lastStatus !== "STOPPED" || containers !== undefined;
}

function isSame(one: Task | Failure | undefined, other: Task | Failure): boolean {
  return one !== undefined && JSON.stringify(one) === JSON.stringify(other);
}
