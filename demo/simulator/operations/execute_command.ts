import { AwsError, invalidParameter } from "../request/aws_error.ts";
import { type Input, optionalString, requiredString } from "../request/input.ts";
import { seconds } from "../request/timestamp.ts";
import { addSession, streamUrl } from "../session_manager/sessions.ts";
import { containerNamed } from "../state/dependencies.ts";
import type { EcsTask, Model, TaskContainer } from "../state/model.ts";
import { findCluster } from "./clusters.ts";
import { taskArn } from "./tasks.ts";

/** ExecuteCommand. */
export function executeCommand(model: Model, region: string, input: Input): unknown {
  const cluster = findCluster(model, region, input);
  const command = requiredString(input, "command", "Command cannot be null or empty.");
  const name = requiredString(input, "task", "Task cannot be null or empty.");
  if (input["interactive"] !== true) {
    throw invalidParameter("Interactive is the only mode supported currently.");
  }
  const task = model.tasks.get(taskArn(model, region, cluster.name, name));
  if (task === undefined) throw invalidParameter("The referenced task was not found.");
  const container = containerOf(task, optionalString(input, "container"));
  if (agentStatus(model, task, container) !== "RUNNING") {
    throw invalidParameter(
      "The execute command failed because execute command was not enabled when the task was run or " +
        "the execute command agent isn’t running. Wait and try again or run a new task with execute " +
        "command enabled and try again.",
    );
  }
  if (container.agent === "UNREACHABLE") {
    throw new AwsError(
      "TargetNotConnectedException",
      "The execute command failed due to an internal error. Try again later.",
    );
  }
  const session = addSession(model, { task, container, command });
  model.hooks.openSession?.(session);
  return {
    clusterArn: cluster.arn,
    containerArn: container.arn,
    containerName: container.definition.name,
    interactive: true,
    session: {
      sessionId: session.id,
      streamUrl: streamUrl(model, session),
      tokenValue: session.token,
    },
    taskArn: task.arn,
  };
}

/** The ExecuteCommandAgent of a container, as DescribeTasks answers it; none without ECS Exec. */
export function managedAgents(
  model: Model,
  task: EcsTask,
  container: TaskContainer,
): unknown[] | undefined {
  if (task.input["enableExecuteCommand"] !== true) return undefined;
  const lastStatus = agentStatus(model, task, container);
  const startedAt = agentStartsAt(model, container);
  return [{
    name: "ExecuteCommandAgent",
    lastStatus,
    ...(startedAt !== undefined && lastStatus !== "PENDING"
      ? { lastStartedAt: seconds(startedAt) }
      : {}),
    ...(container.agent === "STOPPED" ? { reason: "Received Container Stopped event" } : {}),
  }];
}

function agentStatus(
  model: Model,
  task: EcsTask,
  container: TaskContainer,
): "PENDING" | "RUNNING" | "STOPPED" {
  if (task.input["enableExecuteCommand"] !== true) return "STOPPED";
  if (container.phase === "ended" || container.agent === "STOPPED") return "STOPPED";
  const startsAt = agentStartsAt(model, container);
  return startsAt === undefined || startsAt > model.now() ? "PENDING" : "RUNNING";
}

/** The agent starts a while after its container. */
function agentStartsAt({ pace, speed }: Model, { startedAt }: TaskContainer): number | undefined {
  return startedAt === undefined ? undefined : startedAt + pace.agent / speed;
}

function containerOf(task: EcsTask, name: string | undefined): TaskContainer {
  const [only, ...others] = task.containers;
  if (name === undefined && others.length > 0) {
    throw invalidParameter("Container must be specified for a task with several containers.");
  }
  const container = name === undefined ? only : containerNamed(task, name);
  if (container === undefined) {
    throw invalidParameter(`The container ${name} does not exist in the task.`);
  }
  return container;
}
