import { type Checkpoint, decodeCheckpoint } from "./checkpoint.ts";
import type { LogDisk } from "./disk.ts";
import type { LogRequest } from "./log_request.ts";
import { type Position, positionAt } from "./position.ts";
import { decodePositions } from "./position_tag.ts";

/**
 * Milliseconds before the task's start as this machine's clock has it, from which on a new task's stream is
 * read. The stream is the task's own, so that it only has to be long before the first event.
 */
const beforeStart = 24 * 3_600_000;
/** Milliseconds before now from which a stream is read that another allocation has shown until now. */
const beforeTakeOver = 15_000;

/** Where the reading of a task's streams begins. */
export type FirstPositions = {
  /** The checkpoint of an earlier process, whose log files are this one's; undefined where there is none. */
  readonly own: Checkpoint | undefined;
  /** In the order of the task's sources. */
  readonly positions: readonly Position[];
  /** What an earlier allocation had read and not delivered when it ended, by output. */
  readonly undelivered: ReadonlyMap<string, Uint8Array>;
};

/**
 * Finds out where the reading begins: where an earlier process was, or where another allocation on this
 * client or on another one ended, as far as that is known. `now` is this machine's clock. Rejects where the
 * disk cannot be read.
 */
export async function firstPositions(
  disk: LogDisk,
  { sources, checkpoint, earlier, shown, begins }: LogRequest,
  now: number,
): Promise<FirstPositions> {
  const read = async (path: string) => {
    const found = decodeCheckpoint(await disk.readText(path) ?? "");
    return sources.some(({ stream }) => found?.positions.has(stream)) ? found : undefined;
  };
  const own = checkpoint === undefined ? undefined : await read(checkpoint);
  let known = own;
  for (const path of earlier) known ??= await read(path);
  const handedOver = shown === undefined ? undefined : decodePositions(shown, sources.length);
  const first = Math.max(0, now - (begins === "with the task" ? beforeStart : beforeTakeOver));
  const positions = sources.map(({ stream }, at) =>
    known?.positions.get(stream) ?? handedOver?.[at] ?? positionAt(first)
  );
  const left = own === undefined && known !== undefined ? [...known.outputs] : [];
  return {
    own,
    positions,
    undelivered: new Map(left.map(([name, { waiting }]) => [name, waiting])),
  };
}
