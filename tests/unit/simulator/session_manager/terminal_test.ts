import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  createTerminals,
  type Terminal,
} from "../../../../demo/simulator/session_manager/terminal.ts";

/** Starts a command, lets `use` have its terminal, and ends it. */
async function withTerminal(
  words: string[],
  use: (terminal: Terminal, signals: string[]) => Promise<void>,
): Promise<void> {
  const terminals = createTerminals();
  const signals: string[] = [];
  const terminal = await terminals.start({
    words,
    environment: { GREETING: "hello" },
    signalled: (signal) => signals.push(signal),
  });
  try {
    await use(terminal, signals);
  } finally {
    await terminal.kill();
    await rest(terminal);
    await terminal.ended;
    terminal.master.close();
    terminals.close();
  }
}

/** Reads until the text is there. */
async function readTo({ master }: Terminal, wanted: string): Promise<string> {
  let text = "";
  while (!text.includes(wanted)) {
    const bytes = await master.read(1_024);
    if (bytes === undefined) throw new Error(`the terminal ended with ${JSON.stringify(text)}`);
    text += new TextDecoder().decode(bytes);
  }
  return text;
}

/** Reads all that is left. */
async function rest({ master }: Terminal): Promise<string> {
  let text = "";
  for (
    let bytes = await master.read(1_024);
    bytes !== undefined;
    bytes = await master.read(1_024)
  ) {
    text += new TextDecoder().decode(bytes);
  }
  return text;
}
const write = ({ master }: Terminal, text: string) => master.write(new TextEncoder().encode(text));

Deno.test("a command has a terminal, and the environment of its container", async () => {
  await withTerminal(
    ["sh", "-c", 'test -t 0 && test -t 1 && echo "$GREETING $TERM"'],
    async (terminal) => {
      assertEquals(await rest(terminal), "hello xterm-256color\r\n");
      await terminal.ended;
    },
  );
});

Deno.test("the terminal has a size, and the command hears of a new one", async () => {
  await withTerminal(
    ["sh", "-c", "trap 'stty size' WINCH; echo up; while :; do sleep 0.01; done"],
    async (terminal) => {
      await readTo(terminal, "up");
      terminal.master.resize({ columns: 132, rows: 43 });
      await readTo(terminal, "43 132");
    },
  );
});

Deno.test("Ctrl-C interrupts the command, and no other process", async () => {
  await withTerminal([
    "sh",
    "-c",
    "trap 'echo interrupted; exit' INT; echo up; while :; do sleep 0.01; done",
  ], async (terminal, signals) => {
    await readTo(terminal, "up");
    await write(terminal, "\x03");
    assertStringIncludes(await rest(terminal), "interrupted");
    assertEquals(signals, []);
  });
});

Deno.test("a signal to process 1 is reported, and reaches no process of this machine", async () => {
  await withTerminal(
    ["sh", "-c", "kill -HUP 1; kill -TERM 1; read line"],
    async (_terminal, signals) => {
      while (signals.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      assertEquals(signals, ["SIGHUP", "SIGTERM"]);
    },
  );
});

Deno.test("with the command all that it started ends", async () => {
  await withTerminal(
    ["sh", "-c", "trap '' HUP; sleep 3600 & echo $!; exit 0"],
    async (terminal) => {
      await rest(terminal);
      await terminal.ended;
    },
  );
});

Deno.test("a command can be ended the moment it was started", async () => {
  for (let time = 0; time < 20; time++) {
    await withTerminal(["sleep", "3600"], () => Promise.resolve());
  }
});

Deno.test("a program that cannot be executed is refused as the SSM agent does", async () => {
  const terminals = createTerminals();
  const start = (program: string) =>
    terminals.start({ words: [program], environment: {}, signalled: () => {} });
  await assertRejects(
    () => start("/no/such"),
    Error,
    "Failed to start pty: fork/exec /no/such: no such file or directory",
  );
  await assertRejects(
    () => start("nosuch"),
    Error,
    'Failed to start pty: exec: "nosuch": executable file not found in $PATH',
  );
  terminals.close();
});
