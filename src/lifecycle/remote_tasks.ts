import type { Clock, Random } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { NodeTask } from "./ownership/node_search.ts";
import type { TaskIdentity } from "./task_identity.ts";
import type { Account } from "./account.ts";
import {
  createRemoteTask,
  type RemoteTask,
  type RemoteTaskServices,
  type Ward,
} from "./task/remote_task.ts";
import { clusterKey, type ClusterRef, type TaskRef } from "../aws/cluster_ref.ts";

/** All ECS tasks that this driver looks after or has yet to see stopped. */
export type Custody = {
  /** Looks after an ECS task for a run of a Nomad task. */
  take(ward: Ward): RemoteTask;
  /**
   * Has ECS stop a task that nobody looks after. `index` is the `startedBy` under which a start of the
   * owner's allocation looks for it, where the owner's own fields do not give it.
   */
  stopUnattended(ref: TaskRef, owner: TaskIdentity, reason: string, index?: string): void;
  /** Has ECS stop a task that no allocation claims, whether or not it is still looked after. */
  stopOrphan(ref: TaskRef, task: Pick<NodeTask, "owner" | "index">): void;
  /** The tasks that are looked after. */
  tasks(): Iterable<RemoteTask>;
  /** ARNs of tasks that ECS has stopped or been asked to: never to be taken for live again. */
  readonly done: DoneTasks;
  /**
   * Resolves once ECS has acknowledged every stop that was asked for an allocation's task; undefined
   * when there is none to wait for.
   */
  stopsPending(index: string): Promise<unknown> | undefined;
};

/** A set of ARNs that forgets the oldest. */
export type DoneTasks = {
  add(arn: string): void;
  has(arn: string): boolean;
  delete(arn: string): void;
};

/** ARNs remembered as done. ECS itself forgets a stopped task after about an hour. */
const rememberedDone = 20_000;

/** Makes a custody. `signal` aborts when the driver ends. */
export function createCustody(
  { accountOf, clock, random, log, driverVersion, signal }: {
    accountOf: (cluster: ClusterRef) => Account;
    clock: Clock;
    random: Random;
    log: Logger;
    driverVersion: string;
    signal: AbortSignal;
  },
): Custody {
  const tasks = new Set<RemoteTask>();
  const done = createDoneTasks();
  const stopping = new Map<string, Set<Promise<void>>>();

  const holdBack = (index: string, acknowledged: Promise<void>) => {
    const pending = stopping.get(index) ?? new Set();
    stopping.set(index, pending.add(acknowledged));
    acknowledged.then(() => {
      pending.delete(acknowledged);
      if (pending.size === 0 && stopping.get(index) === pending) stopping.delete(index);
    });
  };

  const services = new Map<string, RemoteTaskServices>();
  const servicesOf = (cluster: ClusterRef): RemoteTaskServices => {
    const key = clusterKey(cluster);
    const known = services.get(key);
    if (known !== undefined) return known;
    const account = accountOf(cluster);
    const made: RemoteTaskServices = {
      watcher: account.watcher(cluster.name),
      caller: account.caller,
      clock,
      random,
      log,
      driverVersion,
      essentialContainers: account.definitions.essentialContainers,
      onStop: ({ index }, acknowledged) => holdBack(index, acknowledged),
      onRelease: (task) => tasks.delete(task),
      onEnded: (task) => {
        tasks.delete(task);
        const state = task.state();
        const stopped = state.kind === "ended" && state.snapshot?.lastStatus === "STOPPED";
        // A task that ECS has only lost sight of may show again, and is then to be found.
        if (stopped) done.add(task.ref.arn);
        else done.delete(task.ref.arn);
      },
      signal,
    };
    services.set(key, made);
    return made;
  };

  const take = (ward: Ward): RemoteTask => {
    const task = createRemoteTask(ward, servicesOf(ward.ref.cluster));
    tasks.add(task);
    return task;
  };

  const stopUnattended: Custody["stopUnattended"] = (ref, owner, reason, index) => {
    if (done.has(ref.arn)) return;
    done.add(ref.arn);
    const left = take({ ref, owner, index, claim: false, announce: false, onEvent: () => {} });
    left.stop(reason, 0);
    left.release();
  };

  return {
    take,
    tasks: () => tasks,
    done,
    stopsPending: (index) => {
      const pending = stopping.get(index);
      return pending === undefined ? undefined : Promise.all(pending);
    },
    stopUnattended,
    stopOrphan: (ref, { owner, index }) => {
      const reason = "Nomad: no allocation claims this task";
      const kept = [...tasks].filter((task) => task.ref.arn === ref.arn);
      // That of a start whose answer no agent has got: it must not be answered for any more.
      for (const task of kept) task.stop(reason, 0);
      if (kept.length === 0) stopUnattended(ref, owner, reason, index);
    },
  };
}

function createDoneTasks(): DoneTasks {
  const arns = new Set<string>();
  return {
    has: (arn) => arns.has(arn),
    delete: (arn) => arns.delete(arn),
    add: (arn) => {
      arns.delete(arn);
      arns.add(arn);
      for (const oldest of arns) {
        if (arns.size <= rememberedDone) break;
        arns.delete(oldest);
      }
    },
  };
}
