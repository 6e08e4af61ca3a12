import { boundedText } from "../bounded_text.ts";
import type { RemoteState, RemoteTask, TaskIdentity } from "../lifecycle/lifecycle.ts";
import { consoleUrl } from "../aws/cluster_ref.ts";
import type { LogSource, TaskLog } from "../logs/logs.ts";
import type { KnownNetwork, TaskNetwork } from "./network.ts";

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
  /** Undefined where ECS has not told the task's address, or it has none of its own. */
  readonly network: TaskNetwork | undefined;
  readonly attributes: Readonly<Record<string, string>>;
};

/** What is known of a task besides what ECS tells. */
export type KnownTask = {
  readonly network: KnownNetwork;
  /** Milliseconds since the Unix epoch, as this node's clock had it. */
  readonly startedAt: number;
  /** Whether another client's driver may take the ECS task over. */
  readonly handover: boolean;
  /** Whether an earlier allocation's ECS task may run beside it, of which its start could not learn. */
  readonly inDoubt?: boolean | undefined;
  /** The log streams to show; undefined where they are still to be found out. */
  readonly sources?: readonly LogSource[] | undefined;
};

/** What this client has for a task's run. */
export type TaskPlace = {
  /** The allocation's directory; undefined where Nomad tells none. */
  readonly allocDir?: string | undefined;
  /** Paths of Nomad's FIFOs for the task's output; undefined where Nomad collects none. */
  readonly fifos?: { readonly stdout: string; readonly stderr: string } | undefined;
};

/** One task that Nomad has started or recovered, until Nomad destroys it. */
export type TaskRecord = {
  readonly task: TaskIdentity;
  readonly remote: RemoteTask;
  /** Milliseconds since the Unix epoch, as this node's clock had it. */
  readonly startedAt: number;
  /** Whether another client's driver may take the ECS task over. */
  readonly handover: boolean;
  /** See `KnownTask`. */
  inDoubt: boolean;
  /** See `KnownTask`. */
  sources: readonly LogSource[] | undefined;
  /** Its logs while they are shown. Nomad hears of the task's end after theirs. */
  log: TaskLog | undefined;
  /** What is known of it by now. */
  known(): KnownTask;
  /**
   * Tells that Nomad has the task's handle, as it shows by asking for the task. The answer to a start
   * may not have reached an agent that died meanwhile.
   */
  confirm(): void;
  /** Whether its ECS task is this record's to look after and nobody has asked that it end. */
  isLive(): boolean;
  /** Calls back once with how the task ended, at once if it has. Returns a function that removes the listener. */
  onExit(listener: (how: ExitResult) => void): () => void;
  status(): TaskStatus;
  /** Ends the task as Nomad sees it, while the ECS task goes on. */
  detach(): void;
  /** Ends the record; who still waits is told that the task was destroyed. */
  destroy(): void;
};

/** Makes the record of a task that a remote task carries out. */
export function createTaskRecord(
  { remote, ...known }: KnownTask & { remote: RemoteTask },
): TaskRecord {
  return new KeptTask(remote, known);
}

// A class, since there may be thousands at rest.
class KeptTask implements TaskRecord {
  readonly remote: RemoteTask;
  readonly startedAt: number;
  readonly handover: boolean;
  inDoubt: boolean;
  sources: readonly LogSource[] | undefined;
  log: TaskLog | undefined = undefined;
  readonly #network: KnownNetwork;

  constructor(
    remote: RemoteTask,
    { network, startedAt, handover, inDoubt = false, sources }: KnownTask,
  ) {
    this.remote = remote;
    this.#network = network;
    this.startedAt = startedAt;
    this.handover = handover;
    this.inDoubt = inDoubt;
    this.sources = sources;
  }

  get task(): TaskIdentity {
    return this.remote.owner;
  }

  known(): KnownTask {
    const { startedAt, handover, inDoubt, sources } = this;
    return { network: this.#networkNow(), startedAt, handover, inDoubt, sources };
  }

  /** What is known of where it is reached. */
  #networkNow(): KnownNetwork {
    const { advertise, address } = this.#network;
    const state = this.remote.state();
    // What ECS tells is the private address, which is not for those who are to get the public one.
    const seen = state.kind === "unseen" || advertise === "public"
      ? undefined
      : state.snapshot?.address;
    return { ...this.#network, address: address ?? seen };
  }

  confirm(): void {
    this.remote.confirm();
  }

  isLive(): boolean {
    return this.remote.state().kind !== "ended" && !this.remote.stopping();
  }

  onExit(listener: (how: ExitResult) => void): () => void {
    const result = resultOf(this.remote.state());
    if (result !== undefined) return this.#afterLog(() => listener(result));
    let forget = this.remote.listen((state) => {
      const how = resultOf(state);
      if (how !== undefined) forget = this.#afterLog(() => listener(how));
    });
    return () => forget();
  }

  /** Calls back when the task's logs have ended. Returns a function that removes the listener. */
  #afterLog(listener: () => void): () => void {
    if (this.log !== undefined) return this.log.onEnd(listener);
    listener();
    return () => {};
  }

  status(): TaskStatus {
    const { ref } = this.remote;
    const state = this.remote.state();
    const snapshot = state.kind === "unseen" ? undefined : state.snapshot;
    const url = consoleUrl(ref.arn);
    const { address, ports } = this.#networkNow();
    return {
      task: this.task,
      state: state.kind === "ended" ? "exited" : "running",
      startedAt: snapshot?.startedAt ?? this.startedAt,
      completedAt: state.kind === "ended" ? state.ending.endedAt : undefined,
      result: resultOf(state),
      network: address === undefined ? undefined : { address, ports },
      attributes: {
        arn: ref.arn,
        cluster: ref.cluster.name,
        ...(ref.cluster.region === undefined ? {} : { region: ref.cluster.region }),
        ...(snapshot === undefined ? {} : { last_status: snapshot.lastStatus }),
        ...(snapshot?.address === undefined ? {} : { address: snapshot.address }),
        ...(url === undefined ? {} : { console_url: url }),
      },
    };
  }

  detach(): void {
    this.log?.close();
    this.remote.leave();
  }

  destroy(): void {
    this.log?.close();
    this.remote.release("the task was destroyed");
  }
}

/** How a task ended; undefined while it has not. */
function resultOf(state: RemoteState): ExitResult | undefined {
  if (state.kind !== "ended") return undefined;
  const { exitCode, oomKilled, error } = state.ending;
  return { exitCode, oomKilled, error: error === undefined ? undefined : boundedText(error) };
}
