import type { Clock } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import type { Custody } from "../remote_tasks.ts";
import type { LaunchContext } from "./context.ts";
import { findLive } from "./find_live.ts";
import { startedBy } from "../ownership/tags.ts";
import type { TaskIdentity } from "../task_identity.ts";
import { clusterKey, type ClusterRef } from "../../aws/cluster_ref.ts";

/** Stops what starts that failed midway may have left behind, unless a later start goes on with it. */
export type Reaper = {
  /**
   * Leaves a start's task to be looked for and stopped. `openRun` is the task id under which ECS may
   * have accepted a RunTask.
   */
  leave(cluster: ClusterRef, owner: TaskIdentity, openRun: string): void;
  /**
   * Ends the search for what was left of the owner's earlier starts, which is the caller's from now
   * on. Answers the run that ECS may have accepted; undefined where there is none, or it was found.
   */
  takeBack(cluster: ClusterRef, owner: TaskIdentity): string | undefined;
};

/** What is left of a start that failed midway, while its ECS task is looked for. */
type Leaving = { openRun: string | undefined; readonly stop: AbortController };

/** Milliseconds for which the tasks of a start that failed midway are looked for. */
const reapPeriod = 120_000;
/** Milliseconds between looks. */
const reapInterval = 5_000;

/** Makes a reaper. `signal` aborts when the driver ends. */
export function createReaper(
  { custody, contextOf, clock, log, signal }: {
    custody: Custody;
    contextOf: (cluster: ClusterRef) => LaunchContext;
    clock: Clock;
    log: Logger;
    signal: AbortSignal;
  },
): Reaper {
  const left = new Map<string, Leaving>();
  const keyOf = (cluster: ClusterRef, owner: TaskIdentity) =>
    `${clusterKey(cluster)} ${startedBy(owner)}`;

  const reap = async (
    cluster: ClusterRef,
    owner: TaskIdentity,
    leaving: Leaving,
    signal: AbortSignal,
  ) => {
    const until = clock.monotonic() + reapPeriod;
    while (clock.monotonic() < until && !signal.aborted) {
      const found = await findLive(contextOf(cluster), owner, {
        except: custody.done,
        takenOver: "pass over",
        signal,
        activity: "clean up",
      });
      // A later start of the task takes over what it finds from then on.
      if (signal.aborted) return;
      for (const { taskArn } of found) {
        if (taskArn === undefined) continue;
        log.warn("stopping the ECS task of a start that failed", { arn: taskArn });
        leaving.openRun = undefined;
        custody.stopUnattended({ arn: taskArn, cluster }, owner, "Nomad: the task's start failed");
      }
      await clock.sleep(reapInterval, signal);
    }
  };

  return {
    takeBack: (cluster, owner) => {
      const leaving = left.get(keyOf(cluster, owner));
      leaving?.stop.abort();
      return leaving?.openRun;
    },
    leave: (cluster, owner, openRun) => {
      const key = keyOf(cluster, owner);
      const leaving: Leaving = { openRun, stop: new AbortController() };
      left.set(key, leaving);
      reap(cluster, owner, leaving, AbortSignal.any([leaving.stop.signal, signal]))
        .catch((error) => {
          if (leaving.stop.signal.aborted || signal.aborted) return;
          log.error("a failed start may have left an ECS task behind", {
            task_id: owner.id,
            error: String(error),
          });
        })
        .finally(() => {
          if (left.get(key) === leaving) left.delete(key);
        });
    },
  };
}
