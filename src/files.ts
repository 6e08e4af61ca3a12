/**
 * Files as the driver uses them: small ones, in the directories of allocations. What reads or writes a
 * file takes a `Files`, so that a test can own the disk.
 */
export type Files = {
  /**
   * Milliseconds since the Unix epoch at which a directory was made; undefined where the file system
   * does not tell. Rejects where there is no such directory.
   */
  createdAt(directory: string): Promise<number | undefined>;
  /** A file's text; undefined where there is no such file. */
  read(path: string): Promise<string | undefined>;
  /**
   * Writes a file in place of the one that was there, in full or not at all. Once this resolves, the
   * text outlives a loss of power.
   */
  write(path: string, text: string): Promise<void>;
  /** Removes a file, where there is one. A full disk lets it be removed. */
  remove(path: string): Promise<void>;
};

/** The machine's own files. */
export const systemFiles: Files = {
  createdAt: async (directory) => (await Deno.stat(directory)).birthtime?.getTime(),
  read: (path) => unlessMissing(() => Deno.readTextFile(path)),
  write: async (path, text) => {
    const unfinished = `${path}.new`;
    await Deno.writeTextFile(unfinished, text, { mode: 0o600 });
    await sync(unfinished);
    await Deno.rename(unfinished, path);
    // The new name is durable only once its directory is. Windows has no such thing, and fails here.
    await sync(path.slice(0, path.lastIndexOf("/")));
  },
  remove: (path) => unlessMissing(() => Deno.remove(path)),
};

/** Does something with a file. Answers undefined where there is no such file. */
export async function unlessMissing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Waits until the disk has what was written to a file or a directory. */
async function sync(path: string): Promise<void> {
  using opened = await Deno.open(path);
  await opened.sync();
}
