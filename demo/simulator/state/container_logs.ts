import { endLogDriver, print, startLogDriver } from "../logs/log_driver.ts";
import { groupOf } from "../logs/store.ts";
import type { EcsTask, Model, TaskContainer } from "./model.ts";

/** Starts the log driver of a container that starts, if its definition has awslogs. */
export function openContainerLog(model: Model, task: EcsTask, container: TaskContainer): void {
  const { name, awslogs } = container.definition;
  if (awslogs === undefined) return;
  // Without a prefix, which only EC2 allows, the stream is named by the container's Docker id.
  const stream = awslogs.prefix === undefined
    ? container.runtimeId ?? ""
    : `${awslogs.prefix}/${name}/${task.id}`;
  const driver = startLogDriver(model.logs, { ...awslogs, stream }, conditions(model));
  model.logDrivers.set(container, driver);
}

/** Takes what a container has printed to the log driver of the container. */
export function containerPrinted(
  model: Model,
  container: TaskContainer,
  output: "stdout" | "stderr",
  text: string,
): void {
  const driver = model.logDrivers.get(container);
  if (driver !== undefined) print(model.logs, driver, output, text, conditions(model));
}

/** Ends the log driver of a container that has ended. */
export function closeContainerLog(model: Model, container: TaskContainer): void {
  const driver = model.logDrivers.get(container);
  if (driver === undefined) return;
  endLogDriver(model.logs, driver, conditions(model));
  model.logDrivers.delete(container);
}

/**
 * Why a container cannot start for its log configuration. Undefined: it can. In mode `blocking` the
 * group must be there; otherwise the container runs without logs.
 */
export function logProblem(
  model: Model,
  task: EcsTask,
  { definition: { awslogs } }: TaskContainer,
): string | undefined {
  if (awslogs === undefined || !awslogs.blocking || awslogs.createGroup) return undefined;
  if (groupOf(model.logs, awslogs.region, awslogs.group) !== undefined) return undefined;
  const problem = "failed to create Cloudwatch log stream: ResourceNotFoundException: The " +
    "specified log group does not exist.";
  return task.launchType === "FARGATE"
    ? `ResourceInitializationError: failed to validate logger args: create stream has been ` +
      `retried 1 times: ${problem} : exit status 1`
    : "CannotStartContainerError: Error response from daemon: failed to create task for " +
      `container: failed to initialize logging driver: ${problem}`;
}

function conditions({ now, random, speed }: Model) {
  return { now: now(), random, speed };
}
