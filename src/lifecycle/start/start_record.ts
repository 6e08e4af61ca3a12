import { orAborted } from "../../aws/retry.ts";
import type { Clock } from "../../clock.ts";
import type { Files } from "../../files.ts";
import { parseJsonObject } from "../../json_object.ts";
import type { Logger } from "../../logger.ts";
import { startedBy } from "../ownership/tags.ts";
import type { RemoteTask } from "../task/remote_task.ts";
import type { TaskIdentity } from "../task_identity.ts";
import { type MetTasks, restoreTime } from "./met_tasks.ts";

/** What keeping records of starts needs. */
export type RecordContext = {
  readonly files: Files;
  readonly metTasks: MetTasks;
  /** Writes under way, by path: they are done one after the other. */
  readonly writes: Map<string, Promise<void>>;
  /** When this process began, in monotonic milliseconds. */
  readonly begunAt: number;
  readonly clock: Clock;
  readonly log: Logger;
};

/** Whose start it is, and the allocation's directory on this client where Nomad tells it. */
export type RecordedStart = {
  readonly owner: TaskIdentity;
  readonly allocDir?: string | undefined;
};

/** What is known, without asking ECS, of earlier starts of an allocation's task. */
export type EarlierStarts =
  /** There was no earlier start, and this one is on record. */
  | { readonly kind: "none" }
  /** There may have been an earlier start. */
  | {
    readonly kind: "possible";
    /** The run that it asked ECS for, where a record tells and the run's end is not known. */
    readonly openRun: string | undefined;
    /** Whether this very start asked for that run, in a process that has died. */
    readonly isOwn: boolean;
    /** Whether a process that has died may have asked for a run that no record tells of. */
    readonly unrecorded: boolean;
    /** Whether this process has met the task before. Then it reads no record: it knows its own starts. */
    readonly isMet: boolean;
  };

/** What is known where no record tells. */
const untold = {
  kind: "possible",
  openRun: undefined,
  isOwn: false,
  unrecorded: false,
  isMet: false,
} as const;
/** What is known where a process that has died may have asked for a run without a record. */
const maybeUnrecorded = { ...untold, unrecorded: true } as const;

/**
 * Finds out whether the allocation's task may have been started before, and puts the start on record
 * where it was not. There was no earlier start where all of this holds:
 * - this process has not met the allocation's task;
 * - the allocation's directory was made while this process runs, so no other has met it either;
 * - the directory holds no record of a start, should the wall clock have misled us;
 * - the record of this start is on the disk.
 *
 * A disk that cannot be read or written tells nothing. Rejects with the signal's reason when it aborts,
 * and then counts as not having been asked.
 */
export async function earlierStarts(
  context: RecordContext,
  start: RecordedStart,
  signal: AbortSignal,
): Promise<EarlierStarts> {
  const { metTasks } = context;
  const { owner, allocDir } = start;
  const index = startedBy(owner);
  // What this process knows of its own starts is newer than any record.
  const isMet = metTasks.meet(index) === "met";
  // Nomad names the directory of every allocation.
  if (isMet || allocDir === undefined) return { ...untold, isMet };
  try {
    return await orAborted(onDisk(context, start, allocDir, signal), signal);
  } catch (error) {
    metTasks.forget(index);
    throw error;
  }
}

/** What the allocation's directory tells. Records nothing once the signal has aborted. Does not reject. */
async function onDisk(
  context: RecordContext,
  start: RecordedStart,
  allocDir: string,
  signal: AbortSignal,
): Promise<EarlierStarts> {
  const { files, log } = context;
  const { owner } = start;
  try {
    const text = await files.read(pathOf(allocDir, owner));
    if (text !== undefined) return recorded(parse(text), owner);
    const created = await files.createdAt(allocDir);
    if (!isNew(context, created)) return isOlder(context, created) ? maybeUnrecorded : untold;
  } catch (error) {
    log.debug("the record of a task's start cannot be read", { task_id: owner.id, error });
    return maybeUnrecorded;
  }
  // The next start may have recorded its run by then.
  if (signal.aborted) return untold;
  return await recordRun(context, start, owner.id) ? { kind: "none" } : untold;
}

/** What a record tells. One that is damaged still tells that there was a start. */
function recorded({ taskId, run }: StartRecord, { id }: TaskIdentity): EarlierStarts {
  const unrecorded = taskId === undefined;
  return { kind: "possible", openRun: run, isOwn: taskId === id, unrecorded, isMet: false };
}

/**
 * Puts on record that ECS is about to be asked for a run; undefined once no run is open any more.
 * Answers whether it could. Does not reject: where there is no record, the next process looks for
 * earlier starts.
 */
export async function recordRun(
  context: RecordContext,
  start: RecordedStart,
  run: string | undefined,
): Promise<boolean> {
  if (start.allocDir === undefined) return false;
  try {
    await write(context, start, run);
    return true;
  } catch (error) {
    context.log.debug("the start of a task cannot be recorded", { task_id: start.owner.id, error });
    return false;
  }
}

/** Puts on record that the task has ended, once ECS says so. Else a later process would resume its run. */
export function recordEnd(
  context: RecordContext,
  { owner, allocDir }: RecordedStart,
  remote: RemoteTask,
): void {
  if (allocDir === undefined) return;
  remote.listen((state) => {
    const isStopped = state.kind === "ended" && state.snapshot?.lastStatus === "STOPPED";
    if (isStopped) recordRun(context, { owner, allocDir }, undefined);
  });
}

/**
 * Whether an earlier allocation's task on this client has a run on record whose end is not known. Does
 * not reject.
 */
export async function hasOpenRun(
  { files }: RecordContext,
  { owner, allocDir }: RecordedStart,
  earlierAllocId: string,
): Promise<boolean> {
  // Nomad keeps the directories of a client's allocations side by side.
  if (allocDir === undefined || !allocDir.endsWith(`/${owner.allocId}`)) return false;
  const earlierDir = allocDir.slice(0, -owner.allocId.length) + earlierAllocId;
  const text = await files.read(pathOf(earlierDir, owner)).catch(() => undefined);
  return text !== undefined && parse(text).run !== undefined;
}

/**
 * Whether only this process can have started a task of an allocation whose directory was made at
 * `created`, in milliseconds since the Unix epoch. A time that is yet to come proves nothing. If the wall clock
 * was behind when this process began, and has been set since, a time after `knownSince` proves nothing either.
 */
function isNew(context: RecordContext, created: number | undefined): boolean {
  const { metTasks, clock } = context;
  const knownSince = Math.max(metTasks.knownSince(), begun(context) + restoreTime);
  return created !== undefined && created > knownSince && created <= clock.now();
}

/** Whether a directory may have been made before this process began. */
function isOlder(context: RecordContext, created: number | undefined): boolean {
  return created === undefined || created <= begun(context) || created > context.clock.now();
}

/** When this process began, by what the wall clock says now, in milliseconds since the Unix epoch. */
function begun({ begunAt, clock }: RecordContext): number {
  return clock.now() - (clock.monotonic() - begunAt);
}

/**
 * The record's path: at the top of the allocation's directory, which is the agent's own. Nomad takes
 * `local` and `data` along to the next allocation, and lets a jobspec write into the task's directory.
 */
function pathOf(allocDir: string, { name }: TaskIdentity): string {
  return `${allocDir}/nomad-driver-ecs.${name}.json`;
}

async function write(
  { files, writes }: RecordContext,
  { owner, allocDir }: RecordedStart,
  run: string | undefined,
): Promise<void> {
  if (allocDir === undefined) return;
  const path = pathOf(allocDir, owner);
  const text = JSON.stringify({ task_id: owner.id, run });
  const before = writes.get(path) ?? Promise.resolve();
  const written = before.catch(() => {}).then(() => writeOrRemove(files, path, text));
  writes.set(path, written);
  try {
    await written;
  } finally {
    if (writes.get(path) === written) writes.delete(path);
  }
}

/** Writes a record. One that cannot be replaced is removed: the next process would believe it. */
async function writeOrRemove(files: Files, path: string, text: string): Promise<void> {
  try {
    await files.write(path, text);
  } catch (error) {
    await files.remove(path);
    throw error;
  }
}

/** A record as it stands on the disk, each field undefined where it is missing or damaged. */
type StartRecord = { readonly taskId: string | undefined; readonly run: string | undefined };

function parse(text: string): StartRecord {
  const fields = parseJsonObject(text) ?? {};
  const field = (name: string) => typeof fields[name] === "string" ? fields[name] : undefined;
  return { taskId: field("task_id"), run: field("run") };
}
