import type { Clock } from "../clock.ts";
import type { RemoteTask } from "../lifecycle/remote_task.ts";
import { consoleUrl } from "../lifecycle/scope.ts";

/** Which run of which Nomad task this is. */
export type TaskIdentity = {
  /** `<alloc id>/<task name>/<8 hex>`. */
  readonly id: string;
  readonly name: string;
  readonly allocId: string;
  readonly namespace: string;
  readonly jobId: string;
  readonly group: string;
  readonly nodeId: string;
};

/** How a task ended, as Nomad is told. */
export type ExitResult = {
  readonly exitCode: number;
  readonly oomKilled: boolean;
  readonly error: string | undefined;
};

/** A task as Nomad may inspect it. Times are milliseconds since the Unix epoch. */
export type TaskStatus = {
  readonly task: TaskIdentity;
  readonly state: "running" | "exited";
  readonly startedAt: number | undefined;
  readonly completedAt: number | undefined;
  readonly result: ExitResult | undefined;
  readonly attributes: Readonly<Record<string, string>>;
};

/** One task that Nomad has started or recovered, until Nomad destroys it. */
export type TaskRecord = {
  readonly task: TaskIdentity;
  readonly remote: RemoteTask;
  /** Tells that Nomad has, or may have, the task's handle. */
  claim(): void;
  isClaimed(): boolean;
  /** Whether its ECS task is this record's to look after and nobody has asked that it end. */
  isLive(): boolean;
  /** Resolves with how the task ended; rejects with the signal's reason. */
  exited(signal: AbortSignal): Promise<ExitResult>;
  status(): TaskStatus;
  /** Ends the task as Nomad sees it, while the ECS task goes on. */
  detach(): void;
  /** Ends the record; who still waits is told that the task was destroyed. */
  destroy(): void;
};

/** Makes the record of a task that a remote task carries out. */
export function createTaskRecord(
  { task, remote, startedAt, clock }: {
    task: TaskIdentity;
    remote: RemoteTask;
    startedAt: number;
    clock: Clock;
  },
): TaskRecord {
  let result: ExitResult | undefined;
  let completedAt: number | undefined;
  let claimed = false;
  const exit = Promise.withResolvers<ExitResult>();

  const end = (how: ExitResult, at: number) => {
    if (result !== undefined) return;
    result = how;
    completedAt = at;
    exit.resolve(how);
  };
  remote.ended.then(({ exitCode, oomKilled, error, endedAt }) =>
    end({ exitCode, oomKilled, error }, endedAt ?? clock.now())
  );

  return {
    task,
    remote,
    claim: () => {
      claimed = true;
    },
    isClaimed: () => claimed,
    isLive: () => result === undefined && remote.state().kind !== "ended" && !remote.stopping(),
    exited: (signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const leave = () => reject(signal.reason);
        signal.addEventListener("abort", leave, { once: true });
        exit.promise.then((how) => {
          signal.removeEventListener("abort", leave);
          resolve(how);
        });
      }),
    status: () => {
      const state = remote.state();
      const snapshot = state.kind === "unseen" ? undefined : state.snapshot;
      const url = consoleUrl(remote.ref.arn);
      return {
        task,
        state: result === undefined ? "running" : "exited",
        startedAt: snapshot?.startedAt ?? startedAt,
        completedAt,
        result,
        attributes: {
          arn: remote.ref.arn,
          cluster: remote.ref.scope.cluster,
          ...(remote.ref.scope.region === undefined ? {} : { region: remote.ref.scope.region }),
          ...(snapshot === undefined ? {} : { last_status: snapshot.lastStatus }),
          ...(snapshot?.address === undefined ? {} : { address: snapshot.address }),
          ...(url === undefined ? {} : { console_url: url }),
        },
      };
    },
    detach: () => {
      remote.release();
      end({ exitCode: 0, oomKilled: false, error: undefined }, clock.now());
    },
    destroy: () => {
      remote.release();
      end({ exitCode: -1, oomKilled: false, error: "the task was destroyed" }, clock.now());
    },
  };
}
