import { loadLibc, openMaster } from "../../../demo/simulator/session_manager/libc.ts";

/** A program on a pseudo-terminal of its own. */
export type OnTerminal = {
  /** All that it has written. */
  output(): string;
  type(text: string): Promise<void>;
  /** Changes the window's size, which the program is signalled. */
  resize(size: { columns: number; rows: number }): void;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number>;
};

/** Runs a program on a terminal as a person has it, and ends it with the test. */
export async function onTerminal(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  use: (terminal: OnTerminal) => Promise<void>,
): Promise<void> {
  const libc = loadLibc();
  const master = openMaster(libc);
  const child = new Deno.Command("sh", {
    args: ["-c", `exec setsid --ctty --wait "$@" <>"$TEST_TERMINAL" >&0 2>&1`, "sh", ...words],
    env: { ...env, TEST_TERMINAL: master.slave, TERM: "xterm-256color" },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const ended = child.status.then(({ code }) => {
    master.closeSlave();
    return code;
  });
  let output = "";
  const heard = (async () => {
    const decoder = new TextDecoder();
    while (true) {
      const piece = await master.read(4_096);
      if (piece === undefined) return;
      output += decoder.decode(piece, { stream: true });
    }
  })();
  try {
    await use({
      output: () => output,
      type: (text) => master.write(new TextEncoder().encode(text)),
      resize: master.resize,
      ended,
    });
  } finally {
    end(child);
    await ended;
    await heard;
    master.close();
    libc.close();
  }
}

function end(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // it has ended already
  }
}
