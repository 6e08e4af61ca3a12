import { nextSampleAt, sampleTasks } from "../insights/sample.ts";
import { containerNamed, mayStop, nextDeadline, outlookOf } from "./dependencies.ts";
import { closeContainerLog, logProblem, openContainerLog } from "./container_logs.ts";
import {
  type EcsTask,
  type Health,
  type Model,
  randomHex,
  type StopCode,
  type TaskContainer,
} from "./model.ts";

/** Why a task is stopped. */
export type StopCause = { code: StopCode; reason: string };

/** Makes every change of status that is due, and forgets tasks that stopped long ago. */
export function advance(model: Model): void {
  if (model.frozen) return;
  const now = model.now();
  for (const task of [...model.moving]) {
    while (task.nextAt !== undefined && task.nextAt <= now) step(model, task, task.nextAt);
  }
  sampleTasks(model);
  const retentionStart = now - model.pace.retention / model.speed;
  for (const task of model.tasks.values()) {
    // The map is in order of creation: after the first young task, all are young.
    if (task.createdAt > retentionStart) break;
    if (task.stoppedAt === undefined || task.stoppedAt > retentionStart) continue;
    model.tasks.delete(task.arn);
    model.insights.series.delete(task.arn);
  }
}

/** When something changes next by itself, in milliseconds since the Unix epoch. */
export function nextChangeAt(model: Model): number {
  let next = nextSampleAt(model) ?? Infinity;
  for (const { nextAt } of model.moving) if (nextAt !== undefined) next = Math.min(next, nextAt);
  return next;
}

/** Begins the life of a new task: its status changes with time from now on. */
export function begin(model: Model, task: EcsTask): void {
  wakeAt(model, task, after(model, task.createdAt, model.pace.provisioning));
}

/** Stops a task, because of StopTask, a spot interruption or the end of a container. */
export function stop(model: Model, task: EcsTask, cause: StopCause): void {
  if (task.desired === "STOPPED") return;
  const now = model.now();
  task.desired = "STOPPED";
  task.stopCode = cause.code;
  task.stoppedReason = cause.reason;
  task.stoppingAt = now;
  task.version += 1;
  for (const container of task.containers) {
    if (container.phase === "waiting") container.phase = "ended";
  }
  switch (task.status) {
    case "ACTIVATING":
    case "RUNNING":
      task.status = "DEACTIVATING";
      wakeAt(model, task, after(model, now, model.pace.deactivating));
      return;
    default:
      task.status = "STOPPING";
      terminateContainers(model, task);
  }
}

/** Records that a container has ended. The end of an essential container stops its task. */
export function containerExited(
  model: Model,
  task: EcsTask,
  name: string,
  how: { exitCode: number; reason?: string },
): void {
  const container = containerNamed(task, name);
  if (container === undefined || container.phase !== "running") return;
  container.phase = "ended";
  container.exitCode = how.exitCode;
  closeContainerLog(model, container);
  model.hooks.ended?.(container);
  if (how.reason !== undefined) container.reason = how.reason;
  task.version += 1;
  if (container.definition.essential) {
    // ECS hears that the containers run before it hears that one has ended.
    if (task.status === "ACTIVATING") becomeRunning(model, task, model.now());
    stop(model, task, {
      code: "EssentialContainerExited",
      reason: "Essential container in task exited",
    });
  }
  if (task.status === "STOPPING") terminateContainers(model, task);
  else if (task.status === "PENDING") startContainers(model, task, model.now());
}

/** Records the health of a running container. Containers that wait for it may start. */
export function healthReported(model: Model, task: EcsTask, name: string, health: Health): void {
  const container = containerNamed(task, name);
  if (container === undefined || container.phase !== "running") return;
  if (container.health === health) return;
  container.health = health;
  task.version += 1;
  if (task.status === "PENDING") startContainers(model, task, model.now());
}

function step(model: Model, task: EcsTask, at: number): void {
  task.version += 1;
  switch (task.status) {
    case "PROVISIONING":
      task.status = "PENDING";
      task.pendingAt = at;
      wakeAt(model, task, after(model, at, model.pace.pending));
      return;
    case "PENDING":
      if (task.pulledAt === undefined && failToPull(model, task)) return;
      task.pulledAt ??= at;
      startContainers(model, task, at);
      return;
    case "ACTIVATING":
      becomeRunning(model, task, at);
      return;
    case "DEACTIVATING":
      task.status = "STOPPING";
      terminateContainers(model, task);
      return;
    case "DEPROVISIONING":
      task.status = "STOPPED";
      task.stoppedAt = at;
      rest(model, task);
      return;
    case "RUNNING":
    case "STOPPING":
    case "STOPPED":
      rest(model, task);
      return;
  }
}

/** Fails a task with an image that cannot be pulled: one with `does-not-exist` in its name. */
function failToPull(model: Model, task: EcsTask): boolean {
  const container = task.containers.find(({ definition }) =>
    definition.image.includes("does-not-exist")
  );
  if (container === undefined) return false;
  const { image } = container.definition;
  const reason = `CannotPullContainerError: pull image manifest has been retried 5 time(s): ` +
    `failed to resolve ref ${image}: not found`;
  container.reason = reason;
  stop(model, task, { code: "TaskFailedToStart", reason });
  return true;
}

/** Starts the containers whose dependencies are met. Once all have started, the task goes on. */
function startContainers(model: Model, task: EcsTask, at: number): void {
  for (let again = task.pulledAt !== undefined; again;) {
    again = false;
    for (const container of task.containers) {
      // Starting a container can end it, and thereby the task.
      if (!isPending(task)) return;
      if (container.phase !== "waiting") continue;
      const outlook = outlookOf(task, container, at);
      if (outlook.kind === "waiting") continue;
      again = true;
      task.version += 1;
      if (outlook.kind === "never") neverStart(model, task, container, outlook.reason);
      else startContainer(model, task, container, at);
    }
  }
  if (!isPending(task) || task.pulledAt === undefined) return;
  if (task.containers.some(({ phase }) => phase === "waiting")) {
    const deadline = nextDeadline(task);
    if (deadline === undefined) rest(model, task);
    else wakeAt(model, task, deadline);
    return;
  }
  task.status = "ACTIVATING";
  wakeAt(model, task, after(model, at, model.pace.activating));
}

/** Ends a container whose dependencies can no longer be met, and its task where it is essential. */
function neverStart(model: Model, task: EcsTask, container: TaskContainer, reason: string): void {
  container.phase = "ended";
  // The exit code that the ECS agent reports for a container that it never starts.
  container.exitCode = 143;
  container.reason = reason;
  if (!container.definition.essential) return;
  stop(model, task, { code: "TaskFailedToStart", reason: "Task failed to start" });
}

/** Starts a container, or ends its task where its log configuration keeps it from starting. */
function startContainer(model: Model, task: EcsTask, container: TaskContainer, at: number): void {
  const problem = logProblem(model, task, container);
  if (problem !== undefined) {
    container.phase = "ended";
    container.reason = problem;
    stop(model, task, { code: "TaskFailedToStart", reason: problem });
    return;
  }
  const { startTimeout } = container.definition;
  container.phase = "running";
  container.startedAt = at;
  container.runtimeId = runtimeIdOf(model, task);
  if (startTimeout !== undefined) {
    container.startDeadline = at + startTimeout * 1_000 / model.speed;
  }
  openContainerLog(model, task, container);
  model.hooks.start(task, container);
}

/** The id of a container at its runtime: Fargate's has the task's id in it, Docker's is random. */
function runtimeIdOf(model: Model, { id, launchType }: EcsTask): string {
  return launchType === "FARGATE"
    ? `${id}-${String(Math.floor(model.random() * 1e10)).padStart(10, "0")}`
    : randomHex(model, 64);
}

function isPending({ status }: EcsTask): boolean {
  return status === "PENDING";
}

function becomeRunning(model: Model, task: EcsTask, at: number): void {
  task.status = "RUNNING";
  task.startedAt = at;
  rest(model, task);
}

/** Ends the containers that no other depends on. Once all have ended, the task goes on. */
function terminateContainers(model: Model, task: EcsTask): void {
  rest(model, task);
  for (const container of task.containers) {
    if (container.phase !== "running" || container.terminated) continue;
    if (!mayStop(task, container)) continue;
    container.terminated = true;
    model.hooks.terminate(task, container);
  }
  if (task.status !== "STOPPING" || task.containers.some(({ phase }) => phase !== "ended")) return;
  task.status = "DEPROVISIONING";
  task.executionStoppedAt = model.now();
  wakeAt(model, task, after(model, model.now(), model.pace.deprovisioning));
  task.version += 1;
}

function wakeAt(model: Model, task: EcsTask, at: number): void {
  task.nextAt = at;
  model.moving.add(task);
}

function rest(model: Model, task: EcsTask): void {
  task.nextAt = undefined;
  model.moving.delete(task);
}

/** The time one span after `at`: the span divided by the model's speed, give or take a fifth. */
function after(model: Model, at: number, span: number): number {
  return at + span * (0.8 + 0.4 * model.random()) / model.speed;
}
