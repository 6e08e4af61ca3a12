import type { Files } from "../../src/files.ts";
import type { Chances } from "./random.ts";
import { never, type Process, type VirtualTime } from "./virtual_time.ts";

/** The disk of a client, as far as the directories of its allocations go. */
export type AllocDisk = {
  /** Files as one process sees them; none of its calls settles once the process is dead. */
  connect(process: Process): Files;
  /** Makes an allocation's directory, as Nomad's agent does before it runs the allocation's tasks. */
  makeDirectory(path: string): void;
  /**
   * Loses all files, as a file system in memory does with the machine's power. The agent makes the
   * directories anew when it begins.
   */
  wipe(): void;
  /** Whether `wipe` was called. */
  wasWiped(): boolean;
  /** Whether files can be read and written, read and removed only, or neither. */
  state: "fine" | "full" | "broken";
};

type Directory = { readonly createdAt: number; readonly files: Map<string, string> };

/** Makes an empty disk that takes up to some milliseconds for each access. */
export function createAllocDisk(time: VirtualTime, chances: Chances): AllocDisk {
  const directories = new Map<string, Directory>();
  const wall = time.clock({ alive: true });
  const directoryOf = (path: string): Directory => {
    const found = directories.get(path);
    if (disk.state === "broken" || found === undefined) throw new Error(`cannot access ${path}`);
    return found;
  };
  const split = (path: string): [string, string] => {
    const at = path.lastIndexOf("/");
    return [path.slice(0, at), path.slice(at + 1)];
  };

  let wiped = false;
  const disk: AllocDisk = {
    state: "fine",
    wasWiped: () => wiped,
    makeDirectory: (path) => {
      if (directories.has(path)) return;
      directories.set(path, { createdAt: wall.now(), files: new Map() });
    },
    wipe: () => {
      wiped = true;
      for (const path of directories.keys()) {
        directories.set(path, { createdAt: wall.now(), files: new Map() });
      }
    },
    connect: (process) => {
      // What was done stays done when the process dies before it hears of it.
      const access = async <T>(work: () => T): Promise<T> => {
        await passed();
        const done = work();
        await passed();
        return done;
      };
      const passed = async () => {
        await time.until(time.now() + chances.between(0, 10));
        if (!process.alive) await never();
      };
      return {
        createdAt: (path) => access(() => directoryOf(path).createdAt),
        read: (path) =>
          access(() => {
            const [directory, name] = split(path);
            return directoryOf(directory).files.get(name);
          }),
        write: (path, text) =>
          access(() => {
            const [directory, name] = split(path);
            if (disk.state === "full") throw new Error("no space left on device");
            directoryOf(directory).files.set(name, text);
          }),
        remove: (path) =>
          access(() => {
            const [directory, name] = split(path);
            directoryOf(directory).files.delete(name);
          }),
      };
    },
  };
  return disk;
}
