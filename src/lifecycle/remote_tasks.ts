import type { Clock, Random } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { ClusterRef } from "../aws/cluster_ref.ts";
import type { Account } from "./account.ts";
import { createLedger, type Ledger, type OwnedTask } from "./ownership/ledger.ts";
import type { RemoteTask, RemoteTaskServices, TaskToWatch } from "./task/remote_task.ts";
import { createRemoteTask } from "./task/watched_task.ts";
import type { Watcher } from "./watch/watcher.ts";

/** All ECS tasks that this process looks after or has yet to see stopped. */
export type RemoteTasks = {
  /** Whose each ECS task is, and what is being done about it. */
  readonly ledger: Ledger<RemoteTask>;
  /** Looks after an ECS task for a run of a Nomad task. */
  watch(task: TaskToWatch): RemoteTask;
  /**
   * Has ECS stop a task, asking until ECS acknowledges: through what looks after the task, where
   * something does. `index` is as in `TaskToWatch`.
   */
  stop(task: OwnedTask & Pick<TaskToWatch, "index">, reason: string): void;
  /**
   * As `stop`, for a task whose tags may still name another node: Nomad says that its allocation is
   * over, so this node may stop it.
   */
  stopForsaken(task: OwnedTask & Pick<TaskToWatch, "index">, reason: string): void;
};

/** Makes an empty collection. `signal` aborts when the driver ends. */
export function createRemoteTasks(
  { accountOf, clock, random, log, driverVersion, signal }: {
    accountOf: (cluster: ClusterRef) => Account;
    clock: Clock;
    random: Random;
    log: Logger;
    driverVersion: string;
    signal: AbortSignal;
  },
): RemoteTasks {
  const ledger = createLedger<RemoteTask>({ now: clock.monotonic });
  // The services of a cluster are dropped with its watcher, and so with its account.
  const services = new WeakMap<Watcher, RemoteTaskServices>();
  const servicesOf = (cluster: ClusterRef): RemoteTaskServices => {
    const account = accountOf(cluster);
    const watcher = account.watcher(cluster.name);
    const known = services.get(watcher);
    if (known !== undefined) return known;
    const made: RemoteTaskServices = {
      watcher,
      caller: account.caller,
      ledger,
      clock,
      random,
      log,
      driverVersion,
      definitionOf: account.definitions.ofTask,
      signal,
    };
    services.set(watcher, made);
    return made;
  };
  const watch = (task: TaskToWatch) => createRemoteTask(task, servicesOf(task.ref.cluster));

  const stop: RemoteTasks["stop"] = (task, reason) => {
    if (!ledger.mayStop(task.ref.arn)) return;
    const keepers = ledger.keepersOf(task.ref.arn);
    for (const keeper of keepers) keeper.stop(reason, 0);
    if (keepers.length > 0) return;
    const unattended = watch({ ...task, how: "to be stopped", onEvent: () => {} });
    unattended.stop(reason, 0);
    unattended.release("nothing looks after it");
  };

  return {
    ledger,
    watch,
    stop,
    stopForsaken: (task, reason) => {
      ledger.found(task);
      stop(task, reason);
    },
  };
}
