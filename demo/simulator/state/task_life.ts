import type { EcsTask, Model, StopCode } from "./model.ts";

/** Why a task is stopped. */
export type StopCause = { code: StopCode; reason: string };

/** Makes every change of status that is due, and forgets tasks that stopped long ago. */
export function advance(model: Model): void {
  if (model.frozen) return;
  const now = model.now();
  for (const task of [...model.moving]) {
    while (task.nextAt !== undefined && task.nextAt <= now) step(model, task, task.nextAt);
  }
  for (const task of model.tasks.values()) {
    // The map is in order of creation: after the first young task, all are young.
    if (now - task.createdAt < model.pace.retention / model.speed) break;
    if (
      task.stoppedAt !== undefined && now - task.stoppedAt >= model.pace.retention / model.speed
    ) {
      model.tasks.delete(task.arn);
    }
  }
}

/** Begins the life of a new task: its status changes with time from now on. */
export function begin(model: Model, task: EcsTask): void {
  task.nextAt = after(model, task.createdAt, model.pace.provisioning);
  model.moving.add(task);
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
  if (task.status === "RUNNING") {
    task.status = "DEACTIVATING";
    task.nextAt = after(model, now, model.pace.deactivating);
  } else {
    task.status = "DEPROVISIONING";
    task.nextAt = after(model, now, model.pace.deprovisioning);
  }
  model.moving.add(task);
}

/** Records that a container has ended. The end of an essential container stops its task. */
export function containerExited(
  model: Model,
  task: EcsTask,
  name: string,
  how: { exitCode: number; reason?: string },
): void {
  const container = task.containers.find(({ definition }) => definition.name === name);
  if (container === undefined || container.exitCode !== undefined) return;
  container.exitCode = how.exitCode;
  if (how.reason !== undefined) container.reason = how.reason;
  task.version += 1;
  if (container.definition.essential) {
    stop(model, task, {
      code: "EssentialContainerExited",
      reason: "Essential container in task exited",
    });
  }
  deprovisionWhenEmpty(model, task);
}

function step(model: Model, task: EcsTask, at: number): void {
  task.version += 1;
  switch (task.status) {
    case "PROVISIONING":
      task.status = "PENDING";
      task.nextAt = after(model, at, model.pace.pending);
      return;
    case "PENDING":
      if (failToStart(model, task)) return;
      task.status = "ACTIVATING";
      task.nextAt = after(model, at, model.pace.activating);
      return;
    case "ACTIVATING":
      task.status = "RUNNING";
      task.startedAt = at;
      rest(model, task);
      model.hooks.start(task);
      return;
    case "DEACTIVATING":
      task.status = "STOPPING";
      rest(model, task);
      task.terminated = true;
      model.hooks.terminate(task);
      deprovisionWhenEmpty(model, task);
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
function failToStart(model: Model, task: EcsTask): boolean {
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

function deprovisionWhenEmpty(model: Model, task: EcsTask): void {
  if (task.status !== "STOPPING") return;
  if (task.containers.some(({ exitCode }) => exitCode === undefined)) return;
  task.status = "DEPROVISIONING";
  task.nextAt = after(model, model.now(), model.pace.deprovisioning);
  task.version += 1;
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
