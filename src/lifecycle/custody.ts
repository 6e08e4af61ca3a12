import type { Clock, Random } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { type Owner, startedBy } from "./ownership.ts";
import type { Region } from "./region.ts";
import { createRemoteTask, type RemoteTask } from "./remote_task.ts";
import type { Scope, TaskRef } from "./scope.ts";
import type { TaskEvent } from "./tracking.ts";

/** All ECS tasks that this driver looks after or has yet to see stopped. */
export type Custody = {
  /** Looks after an ECS task for a run of a Nomad task. */
  take(ward: Ward): RemoteTask;
  /** Has ECS stop a task that nobody looks after. */
  stopUnattended(ref: TaskRef, owner: Owner, reason: string): void;
  /** The tasks that are looked after. */
  tasks(): Iterable<RemoteTask>;
  /** ARNs of tasks that have ended or been given up: never to be taken for live again. */
  readonly done: DoneTasks;
  /**
   * Resolves once ECS has acknowledged every stop that was asked for an allocation's task; undefined
   * when there is none to wait for.
   */
  stopsPending(index: string): Promise<unknown> | undefined;
};

/** An ECS task to look after, and for whom. */
export type Ward = {
  readonly ref: TaskRef;
  readonly owner: Owner;
  /** Whether its ownership tags may still name somebody else. */
  readonly claim: boolean;
  /** Whether the state that is seen first is news to the user. */
  readonly announce: boolean;
  readonly onEvent: (event: TaskEvent) => void;
};

/** A set of ARNs that forgets the oldest. */
export type DoneTasks = { add(arn: string): void; has(arn: string): boolean };

/** ARNs remembered as done. ECS itself forgets a stopped task after about an hour. */
const rememberedDone = 20_000;

/** Makes a custody. `signal` aborts when the driver ends. */
export function createCustody(
  { regionOf, clock, random, log, signal }: {
    regionOf: (scope: Scope) => Region;
    clock: Clock;
    random: Random;
    log: Logger;
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

  const take = (ward: Ward): RemoteTask => {
    const { ref, owner } = ward;
    const region = regionOf(ref.scope);
    const task = createRemoteTask({
      ...ward,
      watcher: region.watcher(ref.scope.cluster),
      caller: region.caller,
      clock,
      random,
      log,
      essentialContainers: region.essentialContainers,
      signal,
    });
    tasks.add(task);
    task.ended.then(() => {
      tasks.delete(task);
      done.add(ref.arn);
    });
    return {
      ...task,
      stop: (reason, timeout) => {
        holdBack(startedBy(owner), task.stopAcknowledged);
        return task.stop(reason, timeout);
      },
      release: () => {
        tasks.delete(task);
        task.release();
      },
    };
  };

  return {
    take,
    tasks: () => tasks,
    done,
    stopsPending: (index) => {
      const pending = stopping.get(index);
      return pending === undefined ? undefined : Promise.all(pending);
    },
    stopUnattended: (ref, owner, reason) => {
      if (done.has(ref.arn)) return;
      done.add(ref.arn);
      const left = take({ ref, owner, claim: false, announce: false, onEvent: () => {} });
      left.stop(reason, 0);
      left.release();
    },
  };
}

function createDoneTasks(): DoneTasks {
  const arns = new Set<string>();
  return {
    has: (arn) => arns.has(arn),
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
