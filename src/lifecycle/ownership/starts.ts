import { clusterKey, type ClusterRef } from "../../aws/cluster_ref.ts";

/** A run of a start that failed before ECS told whether it accepted the run. */
export type OpenRun = {
  readonly cluster: ClusterRef;
  /** The `startedBy` under which a start looks for the run's ECS task. */
  readonly index: string;
  /** The task id of the run, from which its client token is made. */
  readonly taskId: string;
  /** When the start failed, in monotonic milliseconds. */
  readonly since: number;
  /** Aborts when a later start resumes the run. */
  readonly resumed: AbortSignal;
};

/** What is known of starts: their ECS tasks may not be known yet. */
export type Starts = {
  /** A start is under way that looks for ECS tasks under this `startedBy`. Returns what ends it. */
  beginStart(index: string): () => void;
  /** Whether such a start is under way. */
  isStarting(index: string): boolean;
  /** ECS may have accepted the run of a start that has failed. */
  leaveRun(run: Omit<OpenRun, "resumed">): OpenRun;
  /** The run that is open under this `startedBy`, and whose ECS task has not been found. */
  openRun(cluster: ClusterRef, index: string): OpenRun | undefined;
  /** The run's ECS task was found, so no start is to ask for it under the run's client token. */
  foundRun(run: OpenRun): void;
  /**
   * A new start takes the open run over, and the search for the run's ECS task ends. Answers the run's
   * task id; undefined where no run is open, or the search has found its ECS task.
   */
  resumeRun(cluster: ClusterRef, index: string): string | undefined;
  /** The run's ECS task is not looked for any more. */
  closeRun(run: OpenRun): void;
};

type Search = { readonly run: OpenRun; readonly resume: AbortController; found: boolean };

/** One reason for all, as each new one would cost a stack trace. */
const resumed = new Error("a later start resumes the run");

/** Makes an empty list of starts. */
export function createStarts(): Starts {
  /** How many starts are under way, by `startedBy`. */
  const underWay = new Map<string, number>();
  const open = new Map<string, Search>();
  const keyOf = ({ cluster, index }: Pick<OpenRun, "cluster" | "index">) =>
    `${clusterKey(cluster)} ${index}`;
  const searchOf = (run: OpenRun) => {
    const search = open.get(keyOf(run));
    return search?.run === run ? search : undefined;
  };
  const resumeRun: Starts["resumeRun"] = (cluster, index) => {
    const key = keyOf({ cluster, index });
    const search = open.get(key);
    open.delete(key);
    search?.resume.abort(resumed);
    return search === undefined || search.found ? undefined : search.run.taskId;
  };

  return {
    beginStart: (index) => {
      underWay.set(index, (underWay.get(index) ?? 0) + 1);
      return () => {
        const others = (underWay.get(index) ?? 0) - 1;
        if (others > 0) underWay.set(index, others);
        else underWay.delete(index);
      };
    },
    isStarting: (index) => underWay.has(index),
    resumeRun,
    leaveRun: (left) => {
      resumeRun(left.cluster, left.index);
      const resume = new AbortController();
      const run = { ...left, resumed: resume.signal };
      open.set(keyOf(run), { run, resume, found: false });
      return run;
    },
    openRun: (cluster, index) => {
      const search = open.get(keyOf({ cluster, index }));
      return search === undefined || search.found ? undefined : search.run;
    },
    foundRun: (run) => {
      const search = searchOf(run);
      if (search !== undefined) search.found = true;
    },
    closeRun: (run) => {
      if (searchOf(run) !== undefined) open.delete(keyOf(run));
    },
  };
}
