import type { Driver } from "../../src/driver/driver.ts";
import { DriverError } from "../../src/driver/driver_error.ts";
import type { ExitResult } from "../../src/driver/task_record.ts";
import type { TaskIdentity } from "../../src/lifecycle/task_identity.ts";
import { type Alloc, allocDirOf, type Checks, requestOf } from "./alloc.ts";
import type { Node } from "./node.ts";
import type { Chances } from "./random.ts";
import type { VirtualTime } from "./virtual_time.ts";

const killTimeout = 10_000;
/** Attempts that Nomad makes to kill a task. */
const killAttempts = 5;

type Interruption = "plugin died" | "agent died";
type Outcome<T> =
  | { kind: "done"; value: T }
  | { kind: "failed"; error: unknown }
  | { kind: Interruption };

/** One allocation that an agent drives. */
type Run = {
  readonly alloc: Alloc;
  readonly time: VirtualTime;
  readonly chances: Chances;
  readonly checks: Checks;
  /** Resolves when the agent dies. */
  readonly agentDeath: Promise<void>;
  /** Aborts when the agent dies. */
  readonly signal: AbortSignal;
};

/** What a client has stored of a task. */
type Stored = NonNullable<Alloc["stored"]>;

/** Whether the agent goes on with the allocation. It does not where it has died, or could not recover the task. */
type Step = "goes on" | "has gone";

/**
 * Drives one allocation as Nomad's task runner does, until it is over or its agent dies; then it is
 * called again with what the client has stored.
 */
export async function runTask(
  alloc: Alloc,
  { time, chances, checks }: { time: VirtualTime; chances: Chances; checks: Checks },
): Promise<void> {
  const { node } = alloc;
  const agentDeath = node.agentDeath();
  const run: Run = { alloc, time, chances, checks, agentDeath, signal: node.agentSignal() };
  node.disk.makeDirectory(allocDirOf(alloc.id));
  if (alloc.stored !== undefined && !recover(run)) return;
  while (alloc.state === "active") {
    const { stored } = alloc;
    const step = stored === undefined ? await start(run) : await attend(run, stored);
    if (step === "has gone") return;
  }
}

/** Starts the task, unless Nomad wants it no more. */
async function start(run: Run): Promise<Step> {
  const { alloc, time, chances, checks, signal } = run;
  const { node } = alloc;
  if (alloc.desired !== "run") {
    alloc.state = "over";
    return "goes on";
  }
  const taskId = `${alloc.id}/main/${hex(chances)}`;
  const request = requestOf(alloc);
  alloc.unanswered = true;
  const ask = () => guarded(run, node.driver().start(identity(alloc, taskId), request, signal));
  let started = await ask();
  // A plugin that dies is started anew and asked the same again, once.
  if (started.kind === "plugin died") started = await ask();
  if (started.kind === "agent died") return "has gone";
  if (started.kind !== "done") {
    const recoverable = started.kind === "failed" && started.error instanceof DriverError &&
      started.error.recoverable;
    return await restart(run, recoverable ? "may be started again" : "is over");
  }
  checks.onStarted(alloc, started.value.handle);
  // The handle is stored a moment after the answer.
  if ((await pause(run, chances.between(0, 5))).kind === "agent died") return "has gone";
  alloc.stored = { taskId, handle: started.value.handle, at: time.now() };
  alloc.unanswered = false;
  return known(node, taskId) || recover(run) ? "goes on" : "has gone";
}

/** Waits until the task ends or is to end, and does what Nomad does then. */
async function attend(run: Run, stored: Stored): Promise<Step> {
  const { alloc, checks, signal } = run;
  const waited = await guarded(
    run,
    Promise.race([
      exitOf(alloc.node.driver(), stored.taskId, signal).then((result) => ({ result })),
      alloc.desired === "run" ? alloc.changed.promise.then(() => undefined) : undefined,
    ]),
  );
  switch (waited.kind) {
    case "agent died":
    case "plugin died":
      return interrupted(run, waited.kind);
    case "failed":
      checks.onRecoverFailure(alloc, waited.error);
      return "has gone";
    case "done":
      break;
  }
  if (waited.value !== undefined) {
    checks.onExit(alloc, stored.handle, waited.value.result);
    destroy(alloc.node, stored.taskId);
    alloc.stored = undefined;
    return await restart(run, alloc.desired === "run" ? "may be started again" : "is over");
  }
  return alloc.desired === "detach" ? await detach(run, stored) : await kill(run, stored);
}

/** Waits before the task is started again, where its restart block allows that. Ends the allocation otherwise. */
async function restart(run: Run, task: "may be started again" | "is over"): Promise<Step> {
  const { alloc, chances } = run;
  if (task === "is over" || alloc.restarts-- <= 0) {
    alloc.state = "over";
    return "goes on";
  }
  const paused = await pause(run, chances.between(1_000, 15_000));
  return paused.kind === "agent died" ? "has gone" : "goes on";
}

/** Leaves the ECS task to another node, as Nomad 1.1 to 1.9 do in a drain. */
async function detach(run: Run, stored: Stored): Promise<Step> {
  const { alloc } = run;
  const { node } = alloc;
  const left = await guarded(run, node.driver().stop(stored.taskId, killTimeout, "DETACH"));
  if (left.kind === "agent died" || left.kind === "plugin died") return interrupted(run, left.kind);
  destroy(node, stored.taskId);
  alloc.handOver = stored.handle;
  return end(alloc);
}

/** Stops the task, and waits for its end. */
async function kill(run: Run, stored: Stored): Promise<Step> {
  const { alloc, chances, checks, signal } = run;
  const { node } = alloc;
  const asked = await askToStop(run, stored);
  if (asked === "goes on" || asked === "has gone") return asked;
  if (asked === "not acknowledged" && chances.happens(0.3)) {
    alloc.unanswered = true;
    // The allocation's state is collected as garbage, whatever became of its task.
    if (known(node, stored.taskId)) node.driver().destroy(stored.taskId, "by force");
    return end(alloc);
  }
  const waited = await guarded(run, exitOf(node.driver(), stored.taskId, signal));
  switch (waited.kind) {
    case "agent died":
    case "plugin died":
      return interrupted(run, waited.kind);
    case "failed":
      checks.onRecoverFailure(alloc, waited.error);
      return end(alloc);
    case "done":
      checks.onExit(alloc, stored.handle, waited.value);
      destroy(node, stored.taskId);
      return end(alloc);
  }
}

/** Asks the driver to stop the task, as often as Nomad does. A step where agent or plugin died meanwhile. */
async function askToStop(
  run: Run,
  stored: Stored,
): Promise<"acknowledged" | "not acknowledged" | Step> {
  const { alloc, checks } = run;
  for (let attempt = 0; attempt < killAttempts; attempt++) {
    const stop = alloc.node.driver().stop(stored.taskId, killTimeout, "SIGTERM");
    const stopped = await guarded(run, stop);
    if (stopped.kind === "done") {
      checks.onStopped(alloc, stored.handle);
      return "acknowledged";
    }
    // Where the plugin died, Nomad recovers the task, sees that it is to be killed, and begins anew.
    if (stopped.kind !== "failed") return interrupted(run, stopped.kind);
    const paused = await pause(run, 5_000);
    if (paused.kind === "agent died" || paused.kind === "plugin died") {
      return interrupted(run, paused.kind);
    }
  }
  return "not acknowledged";
}

/** Ends an allocation of which its client stores nothing more. */
function end(alloc: Alloc): Step {
  alloc.stored = undefined;
  alloc.state = "over";
  return "goes on";
}

/** What follows a death: a new plugin recovers the task. */
function interrupted(run: Run, kind: Interruption): Step {
  return kind === "plugin died" && recover(run) ? "goes on" : "has gone";
}

/** Has the plugin recover the task from what is stored. Answers whether it could. */
function recover({ alloc, checks }: Run): boolean {
  if (alloc.stored === undefined) return false;
  try {
    const task = identity(alloc, alloc.stored.taskId);
    alloc.node.driver().recover(task, alloc.stored.handle, { allocDir: allocDirOf(alloc.id) });
    return true;
  } catch (error) {
    checks.onRecoverFailure(alloc, error);
    return false;
  }
}

/** How work settles, or which process died before it did. */
function guarded<T>({ alloc: { node }, agentDeath }: Run, work: Promise<T>): Promise<Outcome<T>> {
  return Promise.race([
    agentDeath.then((): Outcome<T> => ({ kind: "agent died" })),
    node.pluginDeath().then((): Outcome<T> => ({ kind: "plugin died" })),
    work.then(
      (value): Outcome<T> => ({ kind: "done", value }),
      (error): Outcome<T> => ({ kind: "failed", error }),
    ),
  ]);
}

function pause(run: Run, ms: number): Promise<Outcome<void>> {
  return guarded(run, run.time.until(run.time.now() + ms));
}

/** How a task ends; rejects where the driver does not know it, or its agent has died. */
function exitOf(driver: Driver, taskId: string, agent: AbortSignal): Promise<ExitResult> {
  return new Promise((resolve, reject) => {
    if (agent.aborted) return reject(agent.reason);
    const leave = () => {
      forget();
      reject(agent.reason);
    };
    const forget = driver.onExit(taskId, (how) => {
      agent.removeEventListener("abort", leave);
      resolve(how);
    });
    agent.addEventListener("abort", leave, { once: true });
  });
}

function destroy(node: Node, taskId: string): void {
  if (known(node, taskId)) node.driver().destroy(taskId, "unless running");
}

function known(node: Node, taskId: string): boolean {
  try {
    node.driver().inspect(taskId);
    return true;
  } catch {
    return false;
  }
}

function identity({ id, node }: Alloc, taskId: string): TaskIdentity {
  return {
    id: taskId,
    name: "main",
    allocId: id,
    namespace: "default",
    jobId: "job",
    group: "group",
    nodeId: node.id,
  };
}

function hex(chances: Chances): string {
  return Math.floor(chances.next() * 0xffffffff).toString(16).padStart(8, "0");
}
