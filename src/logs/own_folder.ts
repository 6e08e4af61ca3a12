/**
 * Proof that a file was opened in the folder that its path names, and not behind a link that a task has put
 * in the folder's place.
 *
 * Tasks can write to `alloc/`, and so replace `alloc/logs` at any time, also between a check and an open.
 * They cannot do so unseen: the kernel then sets the time of change of `alloc/`, which no process can set
 * back. Nothing above `alloc/` is theirs. So a file was opened in the folder where the folder was no link
 * before, and the time of change is the same before and after.
 */
import { lstatSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import type { Clock } from "../clock.ts";

/**
 * Milliseconds after a time of change, as Deno tells it, from which on every change has another one. Deno
 * 2.9.3 leaves the parts of a second out, and Linux's clock for file times lags by 1 to 10 ms.
 */
const distinct = 1_100;
/** Milliseconds between two attempts while a folder keeps changing, and how many there are. */
const pause = 250;
const mostTries = 20;

/** How something is opened, and closed where it turned out to be elsewhere. */
export type Opening<T> = {
  readonly open: () => T | Promise<T>;
  readonly close: (opened: T) => void | Promise<void>;
};

/**
 * Opens the file at a path, in the folder that the path names. Waits at most 5 s until nothing was made or
 * renamed beside the folder for one to two seconds. Rejects after that, where the folder is a link, and where
 * `open` fails.
 */
export async function openedInFolder<T>(
  path: string,
  clock: Clock,
  { open, close }: Opening<T>,
): Promise<T> {
  const folder = dirname(path);
  for (let tries = 1; tries <= mostTries; tries++) {
    const before = parentOf(folder);
    refuseLinkedFolder(path);
    // A clock that was set back leaves a time to come, which a change does not have either.
    const age = Math.abs(clock.now() - before.ctimeMs);
    if (age >= distinct) {
      const opened = await open();
      if (isUnchanged(before, parentOf(folder))) return opened;
      await close(opened);
    }
    await clock.sleep(pause);
  }
  throw new Error(
    `${path} was not used: a task of the allocation makes or renames files in ${
      dirname(folder)
    } all the ` +
      `time, and may have put a link in the place of ${folder}. Have it use a folder below`,
  );
}

/** Throws where the folder of a path is a link, or no folder. */
export function refuseLinkedFolder(path: string): void {
  const folder = dirname(path);
  if (!lstatSync(folder).isDirectory()) throw notOwn(folder, "folder");
}

/** The error for something that is not what Nomad has put there. */
export function notOwn(path: string, kind: "FIFO" | "plain file" | "folder"): Error {
  return new Error(`${path} is no ${kind}: something else was put in the place of Nomad's own`);
}

function parentOf(folder: string): Stats {
  const parent = dirname(folder);
  const found = lstatSync(parent);
  if (!found.isDirectory()) throw notOwn(parent, "folder");
  return found;
}

function isUnchanged(before: Stats, after: Stats): boolean {
  return before.dev === after.dev && before.ino === after.ino && before.ctimeMs === after.ctimeMs;
}
