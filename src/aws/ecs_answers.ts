/** What the driver reads of ECS's answers. What is not named here is neither read nor checked. */
import type * as Sdk from "@aws-sdk/client-ecs";
import type { Picked, ShapeOf } from "./shape.ts";

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
} as const satisfies ShapeOf<Sdk.Cluster>;

const container = {
  "name!": "text",
  lastStatus: "text",
  exitCode: "integer",
  reason: "text",
  runtimeId: "text",
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
export const startedTask = { "taskArn!": "task ARN" } as const satisfies ShapeOf<Sdk.Task>;

const containerDefinition = {
  name: "text",
  essential: "flag",
  firelensConfiguration: {},
  dependsOn: [{ containerName: "text" }],
  portMappings: [{ name: "text", containerPort: "integer" }],
  secrets: [{ name: "text" }],
} as const satisfies ShapeOf<Sdk.ContainerDefinition>;

/** A revision of a task definition. */
export const taskDefinition = {
  "taskDefinitionArn!": "text",
  revision: "integer",
  status: "text",
  networkMode: "text",
  compatibilities: ["text"],
  cpu: "text",
  memory: "text",
  taskRoleArn: "text",
  proxyConfiguration: { containerName: "text" },
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
 * An answer of DescribeTasks without what says nothing of a task: entries for one task that contradict
 * each other, and a task that has stopped without a word of its containers, whose exit codes are how
 * it ended. Who asked for such a task asks again.
 */
export function withoutContradictions<Answer extends Described>(answer: Answer): Answer {
  const { tasks = [], failures = [] } = answer;
  const entries = new Map<string, Task | Failure>();
  const contradicting = new Set<string>();
  for (const task of tasks) {
    const arn = task.taskArn ?? "";
    if (task.lastStatus === "STOPPED" && task.containers === undefined) contradicting.add(arn);
    note(arn, task);
  }
  const named = failures.filter(({ arn }) => arn !== undefined);
  for (const failure of named) note(failure.arn ?? "", failure);
  if (contradicting.size === 0 && entries.size === tasks.length + named.length) return answer;
  const stands = (arn: string | undefined, entry: Task | Failure) =>
    arn === undefined || (!contradicting.has(arn) && entries.get(arn) === entry);
  return {
    ...answer,
    tasks: tasks.filter((task) => stands(task.taskArn, task)),
    failures: failures.filter((failure) => stands(failure.arn, failure)),
  };

  function note(arn: string, entry: Task | Failure): void {
    const known = entries.get(arn);
    if (known === undefined) entries.set(arn, entry);
    else if (JSON.stringify(known) !== JSON.stringify(entry)) contradicting.add(arn);
  }
}
