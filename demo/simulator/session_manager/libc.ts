/** The calls of libc that a pseudo-terminal takes. Linux with glibc. */
const symbols = {
  posix_openpt: { parameters: ["i32"], result: "i32" },
  grantpt: { parameters: ["i32"], result: "i32" },
  unlockpt: { parameters: ["i32"], result: "i32" },
  ptsname_r: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  ioctl: { parameters: ["i32", "usize", "buffer"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize", nonblocking: true },
  write: { parameters: ["i32", "buffer", "usize"], result: "isize", nonblocking: true },
} as const satisfies Deno.ForeignLibraryInterface;

/** libc, as it was loaded. Close it when the last terminal is closed. */
export type Libc = Deno.DynamicLibrary<typeof symbols>;

/** Loads libc. */
export function loadLibc(): Libc {
  return Deno.dlopen("libc.so.6", symbols);
}

/** The master side of a pseudo-terminal. */
export type Master = {
  /** Path of the slave side. */
  readonly slave: string;
  /** Reads at most `most` bytes. Undefined: nobody has the slave open any more. */
  read(most: number): Promise<Uint8Array | undefined>;
  /** Writes all of it. It waits while the terminal's input is full. */
  write(bytes: Uint8Array): Promise<void>;
  /** Does nothing once it is closed. */
  resize(size: { columns: number; rows: number }): void;
  /** Gives up the slave, which is held open so that reading does not end before it has begun. */
  closeSlave(): void;
  /**
   * Closes it once no read or write is under way. Those that are asked for later find nobody there: the
   * descriptor's number may be another file's by then.
   */
  close(): void;
};

const O_RDWR = 0o2;
const O_NOCTTY = 0o400;
const O_CLOEXEC = 0o2000000;
const TIOCSWINSZ = 0x5414n;

/** Opens a pseudo-terminal. Throws an `Error` if the system has none. */
export function openMaster({ symbols }: Libc): Master {
  const fd = symbols.posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  const name = new Uint8Array(64);
  if (
    fd < 0 || symbols.grantpt(fd) !== 0 || symbols.unlockpt(fd) !== 0 ||
    symbols.ptsname_r(fd, name, BigInt(name.length)) !== 0
  ) throw new Error("the system gives no pseudo-terminal");
  const slave = symbols.open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  let underWay = 0;
  let isClosed = false;
  const closeWhenIdle = () => {
    if (isClosed && underWay === 0) symbols.close(fd);
  };
  /** The result of a call that uses the descriptor; 0 where it is closed. */
  const during = async (call: () => Promise<bigint | number>): Promise<number> => {
    if (isClosed) return 0;
    underWay += 1;
    try {
      return Number(await call());
    } finally {
      underWay -= 1;
      closeWhenIdle();
    }
  };
  return {
    slave: new TextDecoder().decode(name.subarray(0, name.indexOf(0))),
    closeSlave: () => {
      symbols.close(slave);
    },
    read: async (most) => {
      const bytes = new Uint8Array(most);
      const read = await during(() => symbols.read(fd, bytes, BigInt(most)));
      return read <= 0 ? undefined : bytes.subarray(0, read);
    },
    write: async (bytes) => {
      for (let from = 0; from < bytes.length;) {
        // The buffer must not move or be reused while the call is under way.
        const rest = bytes.slice(from);
        const written = await during(() => symbols.write(fd, rest, BigInt(rest.length)));
        if (written <= 0) return; // the processes have gone
        from += written;
      }
    },
    resize: ({ columns, rows }) => {
      if (isClosed) return;
      symbols.ioctl(
        fd,
        TIOCSWINSZ,
        Uint8Array.from(new Uint8Array(Uint16Array.of(rows, columns, 0, 0).buffer)),
      );
    },
    close: () => {
      if (isClosed) return;
      isClosed = true;
      closeWhenIdle();
    },
  };
}
