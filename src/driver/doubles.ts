/**
 * The search for second ECS tasks of tasks whose start did not learn of all allocations before them: Nomad
 * gave no whole answer, a server answered that was behind, or users asked for the allocation, so that its
 * start did not wait for the job's list. Such a start runs an ECS task of its own, and an earlier
 * allocation's may run beside it.
 */
import { orAborted } from "../aws/retry.ts";
import { type Clock, within } from "../clock.ts";
import type { Lifecycle } from "../lifecycle/lifecycle.ts";
import type { Logger } from "../logger.ts";
import type { NomadApi } from "../nomad/api.ts";
import type { AllocationStub } from "../nomad/documents.ts";
import { mostOfSearch } from "../nomad/turns.ts";
import { eachSideBySide } from "../side_by_side.ts";
import { type NomadLink, predecessorsFrom } from "./nomad_link.ts";
import type { TaskRecord } from "./task_record.ts";

/** Tasks beside which an earlier allocation's ECS task may run. */
export type Doubts = {
  add(record: TaskRecord): void;
  /** Takes up to `most` of them out, those first that came in first. */
  take(most: number): TaskRecord[];
  /** Resolves once there is one. */
  next(): Promise<void>;
};

/** What a question about one task goes by. */
export type DoubtContext = {
  readonly lifecycle: Lifecycle;
  readonly nomad: NomadLink;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
};

/** What the search goes by. */
export type DoublesContext = DoubtContext & { readonly doubts: Doubts };

/** Milliseconds before Nomad is asked, and between rounds in which it answers. */
const shortestPause = 5_000;
/** Longest milliseconds between rounds: the pause doubles with each round in which no question is settled. */
const longestPause = 60_000;
/**
 * Tasks that are asked about in one round: each costs a few requests to Nomad. A lost client may leave a
 * thousand tasks in doubt, for which ECS is asked about twenty times a second.
 */
const askedInRound = 200;
/** Milliseconds that Nomad and ECS have for all answers about one task. */
const searchTime = 60_000;
/** Questions without a useful answer that end a round: each may take Nomad seconds. */
const failuresInRound = 3;

/** Makes an empty list. */
export function createDoubts(): Doubts {
  const records = new Map<string, TaskRecord>();
  let added = Promise.withResolvers<void>();
  return {
    add: (record) => {
      records.set(record.task.id, record);
      added.resolve();
    },
    take: (most) => {
      const taken = [...records.values()].slice(0, most);
      for (const { task } of taken) records.delete(task.id);
      if (records.size === 0) added = Promise.withResolvers();
      return taken;
    },
    next: () => added.promise,
  };
}

/** Asks Nomad in rounds about the tasks in doubt until it tells of their predecessors, or the signal aborts. */
export async function searchDoubles(context: DoublesContext): Promise<void> {
  const { doubts, clock, signal } = context;
  let pause = shortestPause;
  while (!signal.aborted) {
    await orAborted(doubts.next(), signal).catch(() => {}); // the driver has ended
    await clock.sleep(pause, signal);
    if (signal.aborted) return;
    const settled = await askAbout(context, doubts.take(askedInRound));
    pause = settled > 0 ? shortestPause : Math.min(longestPause, 2 * pause);
  }
}

/** Asks about tasks, some at the same time. Answers how many are in doubt no more. */
async function askAbout(
  context: DoublesContext,
  records: readonly TaskRecord[],
): Promise<number> {
  const { doubts } = context;
  const sharing = { ...context, nomad: sharingLists(context.nomad) };
  let settled = 0;
  let failures = 0;
  await eachSideBySide(records, mostOfSearch, async (record) => {
    if (failures < failuresInRound && await settleDoubt(sharing, record, searchTime)) {
      settled += 1;
      return;
    }
    failures += 1;
    doubts.add(record);
  });
  return settled;
}

/**
 * A way to Nomad over which tasks of one job that follow one another share its list of allocations. An update of a
 * job leaves all its tasks in doubt at one time, and its list is as long as they are many.
 */
function sharingLists(nomad: NomadLink): NomadLink {
  let last: { readonly key: string; readonly list: Promise<AllocationStub[]> } | undefined;
  const share = (api: NomadApi): NomadApi => ({
    ...api,
    allocationsOf: (jobId, namespace, signal) => {
      const key = JSON.stringify([jobId, namespace]);
      if (last?.key !== key) {
        const asked = { key, list: api.allocationsOf(jobId, namespace, signal) };
        last = asked;
        asked.list.catch(() => {
          if (last === asked) last = undefined;
        });
      }
      return last.list;
    },
  });
  return {
    ...nomad,
    ask: (topic, question, signal) =>
      nomad.ask(topic, (api, bounded) => question(share(api), bounded), signal),
  };
}

/**
 * Asks once about a task, for at most `ms` milliseconds. Answers whether the question is answered for good: then
 * the ECS tasks beside it are being stopped. Never rejects.
 */
export async function settleDoubt(
  { lifecycle, nomad, clock, log, signal }: DoubtContext,
  record: TaskRecord,
  ms: number,
): Promise<boolean> {
  const { task, remote: { ref } } = record;
  if (!record.isLive()) return true;
  const late = () => new Error(`Nomad and ECS gave no answer within ${ms / 1_000} s`);
  try {
    const stopped = await within({ clock, ms, late, signal }, async (bounded) => {
      const predecessors = await predecessorsFrom(nomad, task, "after a start", bounded);
      if (predecessors === undefined || !predecessors.certain) {
        const error = predecessors?.failure;
        if (error !== undefined) {
          log.debug("Nomad has not told all earlier allocations of a task: it is asked again", {
            task_id: task.id,
            error,
          });
        }
        return undefined;
      }
      const inDoubt = { ref, owner: task, predecessors, isOpen: () => record.isLive() };
      return await lifecycle.stopDoubles(inDoubt, bounded);
    });
    if (stopped === undefined) return false;
    record.inDoubt = false;
    for (const arn of stopped) {
      record.remote.tell(
        `Stopping ECS task ${arn} of an earlier allocation: Nomad told of that allocation only ` +
          `after this one had its own ECS task`,
      );
    }
    return true;
  } catch (error) {
    log.debug("looking for a second ECS task failed", { task_id: task.id, error });
    return false;
  }
}
