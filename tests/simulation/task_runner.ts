import type { Driver, Handle } from "../../src/driver/driver.ts";
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
  node.disk.makeDirectory(allocDirOf(alloc.id));
  const signal = node.agentSignal();

  const guarded = async <T>(work: Promise<T>): Promise<Outcome<T>> => {
    const pluginDeath = node.pluginDeath();
    return await Promise.race([
      agentDeath.then((): Outcome<T> => ({ kind: "agent died" })),
      pluginDeath.then((): Outcome<T> => ({ kind: "plugin died" })),
      work.then(
        (value): Outcome<T> => ({ kind: "done", value }),
        (error): Outcome<T> => ({ kind: "failed", error }),
      ),
    ]);
  };
  const pause = (ms: number) => guarded(time.until(time.now() + ms));

  const recover = (): boolean => {
    if (alloc.stored === undefined) return false;
    try {
      const task = identity(alloc, alloc.stored.taskId);
      node.driver().recover(task, alloc.stored.handle, { allocDir: allocDirOf(alloc.id) });
      return true;
    } catch (error) {
      checks.onRecoverFailure(alloc, error);
      return false;
    }
  };

  if (alloc.stored !== undefined && !recover()) return;
  while (alloc.state === "active") {
    if (alloc.stored === undefined) {
      if (alloc.desired !== "run") {
        alloc.state = "over";
        return;
      }
      const taskId = `${alloc.id}/main/${hex(chances)}`;
      const request = requestOf(alloc);
      alloc.unanswered = true;
      let started = await guarded(node.driver().start(identity(alloc, taskId), request, signal));
      // A plugin that dies is started anew and asked the same again, once.
      if (started.kind === "plugin died") {
        started = await guarded(node.driver().start(identity(alloc, taskId), request, signal));
      }
      if (started.kind === "agent died") return;
      if (started.kind !== "done") {
        const recoverable = started.kind === "failed" && started.error instanceof DriverError &&
          started.error.recoverable;
        if (!recoverable || alloc.restarts-- <= 0) {
          alloc.state = "over";
          return;
        }
        if ((await pause(chances.between(1_000, 15_000))).kind === "agent died") return;
        continue;
      }
      checks.onStarted(alloc, started.value.handle);
      // The handle is stored a moment after the answer.
      if ((await pause(chances.between(0, 5))).kind === "agent died") return;
      alloc.stored = { taskId, handle: started.value.handle, at: time.now() };
      alloc.unanswered = false;
      if (node.driver() !== undefined && !known(node, taskId) && !recover()) return;
    }
    const stored = alloc.stored;
    const waited = await guarded(Promise.race([
      exitOf(node.driver(), stored.taskId, signal).then((result) => ({ result })),
      alloc.desired === "run" ? alloc.changed.promise.then(() => undefined) : undefined,
    ]));
    switch (waited.kind) {
      case "agent died":
        return;
      case "plugin died":
        if (!recover()) return;
        continue;
      case "failed":
        checks.onRecoverFailure(alloc, waited.error);
        return;
      case "done":
        break;
    }
    if (waited.value !== undefined) {
      checks.onExit(alloc, stored.handle, waited.value.result);
      destroy(node, stored.taskId);
      alloc.stored = undefined;
      if (alloc.desired !== "run" || alloc.restarts-- <= 0) alloc.state = "over";
      else if ((await pause(chances.between(1_000, 15_000))).kind === "agent died") return;
      continue;
    }
    if (alloc.desired === "detach") {
      const left = await guarded(node.driver().stop(stored.taskId, killTimeout, "DETACH"));
      if (left.kind === "agent died") return;
      if (left.kind === "plugin died") {
        if (!recover()) return;
        continue;
      }
      destroy(node, stored.taskId);
      alloc.handOver = stored.handle;
      alloc.stored = undefined;
      alloc.state = "over";
      return;
    }
    const ended = await kill(alloc, stored, guarded, {
      chances,
      checks,
      recover,
      pause,
      signal,
    });
    if (ended === "agent died") return;
    if (ended === "ended") {
      alloc.stored = undefined;
      alloc.state = "over";
    }
  }
}

async function kill(
  alloc: Alloc,
  stored: { taskId: string; handle: Handle },
  guarded: <T>(work: Promise<T>) => Promise<Outcome<T>>,
  { chances, checks, recover, pause, signal }: {
    chances: Chances;
    checks: Checks;
    recover: () => boolean;
    pause: (ms: number) => Promise<Outcome<void>>;
    signal: AbortSignal;
  },
): Promise<"ended" | "again" | "agent died"> {
  const { node } = alloc;
  let acknowledged = false;
  for (let attempt = 0; attempt < killAttempts; attempt++) {
    const stopped = await guarded(node.driver().stop(stored.taskId, killTimeout, "SIGTERM"));
    if (stopped.kind === "agent died") return "agent died";
    if (stopped.kind === "plugin died") {
      // Nomad recovers the task, sees that it is to be killed, and begins anew.
      return recover() ? "again" : "agent died";
    }
    if (stopped.kind === "done") {
      checks.onStopped(alloc, stored.handle);
      acknowledged = true;
      break;
    }
    const paused = await pause(5_000);
    if (paused.kind === "agent died") return "agent died";
    if (paused.kind === "plugin died") return recover() ? "again" : "agent died";
  }
  if (!acknowledged && chances.happens(0.3)) {
    alloc.unanswered = true;
    // The allocation's state is collected as garbage, whatever became of its task.
    if (known(node, stored.taskId)) node.driver().destroy(stored.taskId, "by force");
    return "ended";
  }
  const waited = await guarded(exitOf(node.driver(), stored.taskId, signal));
  switch (waited.kind) {
    case "agent died":
      return "agent died";
    case "plugin died":
      return recover() ? "again" : "agent died";
    case "failed":
      checks.onRecoverFailure(alloc, waited.error);
      return "ended";
    case "done":
      checks.onExit(alloc, stored.handle, waited.value);
      destroy(node, stored.taskId);
      return "ended";
  }
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
