/**
 * The files that `nomad alloc logs` reads. Nomad's `logmon` appends what comes out of the FIFO
 * `.<task>.stdout.fifo` to `<task>.stdout.<index>` in the same folder, and begins another index when a file
 * is full. So these files tell what of our writing has arrived.
 */
import { joined } from "../bytes.ts";
import type { LogDisk } from "./disk.ts";

/** The files of one output. */
export type LogmonFiles = { readonly folder: string; readonly base: string };

/** A place in those files. */
export type Place = { readonly index: number; readonly offset: number };

/** Most bytes of a file's end that are read to find out what arrived. */
const mostTail = 16 * 1024 ** 2;

/** The files that belong to a FIFO of Nomad's; undefined for any other path. */
export function logmonFiles(fifo: string): LogmonFiles | undefined {
  const match = /^(.*)\/\.([^/]+\.std(?:out|err))\.fifo$/.exec(fifo);
  return match === null ? undefined : { folder: match[1] ?? "", base: match[2] ?? "" };
}

/** The path of one file. */
export function pathOf({ folder, base }: LogmonFiles, index: number): string {
  return `${folder}/${base}.${index}`;
}

/** The indexes that there are, lowest first. */
async function indexesOf(disk: LogDisk, { folder, base }: LogmonFiles): Promise<number[]> {
  const names = await disk.list(folder);
  return names
    .filter((name) => name.startsWith(`${base}.`) && /^\d+$/.test(name.slice(base.length + 1)))
    .map((name) => Number(name.slice(base.length + 1)))
    .sort((one, other) => one - other);
}

/** The end of the newest file. */
export async function endOf(disk: LogDisk, files: LogmonFiles): Promise<Place> {
  const index = (await indexesOf(disk, files)).at(-1) ?? 0;
  return { index, offset: await disk.size(pathOf(files, index)) ?? 0 };
}

/** Bytes between two places; undefined where a file between them is gone, or was emptied. */
export async function bytesBetween(
  disk: LogDisk,
  files: LogmonFiles,
  from: Place,
  to: Place,
): Promise<number | undefined> {
  let bytes = to.offset - from.offset;
  for (let index = from.index; index < to.index; index++) {
    const size = await disk.size(pathOf(files, index));
    if (size === undefined || size === 0) return undefined; // it was full before
    bytes += size;
  }
  return bytes;
}

/**
 * What stands in the files behind a place and `skip` more bytes. Undefined where a file from there on is
 * gone, or where it is more than 16 MB.
 */
export async function textBehind(
  disk: LogDisk,
  files: LogmonFiles,
  from: Place,
  skip: number,
): Promise<Uint8Array | undefined> {
  const end = await endOf(disk, files);
  const length = await bytesBetween(disk, files, from, end);
  if (length === undefined || length - skip > mostTail) return undefined;
  // There may be no file to read.
  if (length <= skip) return new Uint8Array();
  const pieces: Uint8Array[] = [];
  let toSkip = skip;
  for (let index = from.index; index <= end.index; index++) {
    const begin = index === from.index ? from.offset : 0;
    const bytes = await disk.read(pathOf(files, index), begin, mostTail + toSkip);
    pieces.push(bytes.subarray(Math.min(toSkip, bytes.length)));
    toSkip = Math.max(0, toSkip - bytes.length);
  }
  return joined(...pieces);
}
