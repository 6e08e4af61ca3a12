/** The allocations' tasks that this process has started, recovered or found, by `startedBy`. */
export type MetTasks = {
  /** Notes an allocation's task. Answers whether this process has met it before. */
  meet(index: string): "new" | "met";
  /** Removes the note: the next `meet` answers "new", and so the next start looks for earlier ones again. */
  forget(index: string): void;
  /**
   * Milliseconds since the Unix epoch. Of an allocation whose directory was made later than this, only
   * this process can have started a task, and `meet` knows of it.
   */
  knownSince(): number;
};

/**
 * Milliseconds at the beginning of a process within which the agent restores its allocations, and makes
 * the directories anew that were lost, as those in memory are with the machine's power.
 */
export const restoreTime = 60_000;
/** How many tasks are remembered. Past that, `knownSince` moves on with each one that is forgotten. */
export const rememberedTasks = 20_000;

/** Makes an empty list. `now` gives the wall clock's milliseconds since the Unix epoch. */
export function createMetTasks({ now }: { now: () => number }): MetTasks {
  /** When each task was last met, the one that was met longest ago first. */
  const met = new Map<string, number>();
  let knownSince = now() + restoreTime;
  return {
    meet: (index) => {
      const known = met.delete(index);
      met.set(index, now());
      for (const [oldest, at] of met) {
        if (met.size <= rememberedTasks) break;
        met.delete(oldest);
        knownSince = Math.max(knownSince, at);
      }
      return known ? "met" : "new";
    },
    forget: (index) => void met.delete(index),
    knownSince: () => knownSince,
  };
}
