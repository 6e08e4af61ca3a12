import { refuseForeignArn } from "../request/arn.ts";
import { AwsError, invalidParameter } from "../request/aws_error.ts";
import { findCluster } from "./clusters.ts";
import {
  type Input,
  optionalString,
  requiredString,
  strings,
  word,
  words,
} from "../request/input.ts";
import { pageOf } from "../request/page.ts";
import type { EcsTask, Model } from "../state/model.ts";
import { describeTask } from "./describe_task.ts";
import { stop } from "../state/task_life.ts";

/** Launch types that tasks are listed by. */
const launchTypes = ["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"] as const;

/** DescribeTasks. */
export function describeTasks(model: Model, region: string, input: Input): unknown {
  const cluster = findCluster(model, region, input);
  const asked = strings(input, "tasks");
  if (asked.length === 0) throw invalidParameter("Tasks cannot be empty.");
  if (asked.length > 100) throw invalidParameter("taskIds can have at most 100 items.");
  const withTags = words(input, "include", ["TAGS"]).includes("TAGS");
  const tasks: unknown[] = [];
  const failures: unknown[] = [];
  for (const name of asked) {
    const arn = taskArn(model, region, cluster.name, name);
    const task = model.tasks.get(arn);
    if (task === undefined || task.cluster !== cluster || isFresh(model, task)) {
      failures.push({ arn, reason: "MISSING" });
    } else tasks.push(describeTask(model, task, withTags));
  }
  return { tasks, failures };
}

/** ListTasks. Lists tasks of desired status RUNNING, unless the request names another. */
export function listTasks(model: Model, region: string, input: Input): unknown {
  const cluster = findCluster(model, region, input);
  const startedBy = optionalString(input, "startedBy");
  const family = optionalString(input, "family");
  const launchType = word(input, "launchType", launchTypes);
  const instance = optionalString(input, "containerInstance")?.split("/").at(-1);
  const desired = word(input, "desiredStatus", ["RUNNING", "PENDING", "STOPPED"]);
  const others = ["family", "containerInstance", "serviceName", "launchType", "daemonName"];
  if (startedBy !== undefined && others.some((name) => input[name] !== undefined)) {
    throw invalidParameter("startedBy cannot be combined with another filter.");
  }
  // There are no services.
  if (optionalString(input, "serviceName") !== undefined) {
    throw new AwsError("ServiceNotFoundException", "Service not found.");
  }
  const arns = [...model.tasks.values()].filter((task) =>
    task.cluster === cluster && !isFresh(model, task) &&
    // There are no daemons, and so no tasks of one.
    input["daemonName"] === undefined &&
    task.desired === (desired ?? "RUNNING") &&
    (startedBy === undefined || task.startedBy === startedBy) &&
    (family === undefined || task.definition.family === family) &&
    (launchType === undefined || task.launchType === launchType) &&
    (instance === undefined || task.containerInstance?.split("/").at(-1) === instance)
  ).map(({ arn }) => arn);
  const { items, nextToken } = pageOf(input, arns);
  return { taskArns: items, nextToken };
}

/**
 * StopTask. It changes nothing for a task that already stops or has stopped. By the API reference,
 * the tags of the task are deleted.
 */
export function stopTask(model: Model, region: string, input: Input): unknown {
  const cluster = findCluster(model, region, input);
  const name = requiredString(input, "task", "taskId cannot be null or empty.");
  const task = model.tasks.get(taskArn(model, region, cluster.name, name));
  if (task === undefined || task.cluster !== cluster) {
    throw invalidParameter("The referenced task was not found.");
  }
  const reason = optionalString(input, "reason") ?? "Task stopped by user";
  stop(model, task, { code: "UserInitiated", reason });
  if (model.tagsAfterStop === "deleted") task.tags = [];
  return { task: describeTask(model, task, false) };
}

/** Whether ECS does not show the task yet: a new task is MISSING for a moment. */
function isFresh(model: Model, task: EcsTask): boolean {
  return model.now() - task.createdAt < model.pace.consistency / model.speed;
}

/**
 * The ARN of a task that a request names by id or ARN. Refuses what is no id, and an ARN of another
 * region, account or cluster than the request's.
 */
export function taskArn(model: Model, region: string, cluster: string, name: string): string {
  refuseForeignArn(name, region, model.account);
  const [, ofCluster, id = name] = /^arn:[^/]+:task\/([^/]+)\/(.+)$/.exec(name) ?? [];
  if (id.length !== 32 && id.length !== 36) {
    throw invalidParameter("taskId length should be one of [32,36]");
  }
  if (ofCluster !== undefined && ofCluster !== cluster) {
    throw invalidParameter(
      `Invalid identifier: Identifier is for cluster ${ofCluster}. Your cluster is ${cluster}`,
    );
  }
  return `arn:aws:ecs:${region}:${model.account}:task/${cluster}/${id}`;
}
