import type { LogSource } from "./source.ts";

/** One run of a Nomad task whose logs are to be shown. */
export type LogRequest = {
  /** At least one. */
  readonly sources: readonly LogSource[];
  /** The ECS task's region; undefined where it is not known. */
  readonly taskRegion: string | undefined;
  /** Nomad's FIFOs. */
  readonly stdout: string;
  readonly stderr: string;
  /** Path of the file that tells the next process how far the logs were written; undefined for none. */
  readonly checkpoint: string | undefined;
  /** Paths of the files of earlier allocations on this client, whose ECS task it may be. */
  readonly earlier: readonly string[];
  /** How far another client's allocation has shown the logs, from `pause`; undefined where none tells. */
  readonly shown?: string | undefined;
  /**
   * Where the logs begin if nothing else tells: with the ECS task, or about now, as the task was another
   * allocation's or an older driver's before.
   */
  readonly begins: "with the task" | "about now";
};
