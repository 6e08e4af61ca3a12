/** `exec`: a command in a container of an ECS task, as `nomad alloc exec` runs it. */
import type { EcsCaller } from "../aws/caller.ts";
import type { ExecContext } from "../exec/context.ts";
import { type ExecInput, type ExecIo, execute } from "../exec/exec.ts";
import { ExecError } from "../exec/exec_error.ts";
import type { ExecMode } from "../exec/shell_script.ts";
import { joined, uuidOf } from "../bytes.ts";
import { CliError, exitCodes } from "./exit_codes.ts";
import type { Host, Keyboard } from "./host.ts";
import { type CommonOptions, settingsOf } from "./options.ts";
import { silentLog, withSession } from "./session.ts";
import { taskRefOf } from "./task_ref.ts";

/** What `exec` may be told, besides the common options. */
export type ExecOptions = CommonOptions & {
  readonly container?: string;
  /** Whether to use a terminal. Default: where standard input and output are one. */
  readonly tty?: boolean;
};

/** Runs the command. Resolves to the exit status that it has. */
export async function exec(
  host: Host,
  task: string,
  words: readonly string[],
  options: ExecOptions,
): Promise<number> {
  // A first `--` ends the tool's own options, and is no word of the command.
  const command = words[0] === "--" ? words.slice(1) : words;
  if (command.length === 0) throw new CliError("a command has to follow --");
  const settings = await settingsOf(host, options);
  const mode = modeOf(host, options);
  return await withSession(host, settings, async ({ caller, lifecycle }) => {
    const ref = await taskRefOf(caller, task, settings.config, host.signal);
    const target = await lifecycle.commandTarget(ref, options.container, host.signal);
    const calls = trackedCalls(target.caller);
    const context: ExecContext = {
      caller: calls.caller,
      clock: host.clock,
      log: silentLog,
      newId: () => uuidOf(host.randomBytes(16)),
      randomBytes: host.randomBytes,
    };
    const request = { task: ref, container: target.container, command, mode };
    const kept: Kept = { stdout: [], stderr: [] };
    const leave = mode === "terminal" ? host.stdin.enterRaw() : () => {};
    try {
      const code = await execute(context, request, ioOf(host, mode, options, kept));
      if (options.json === true) await host.stdout.write(jsonOf(code, kept));
      return code;
    } catch (error) {
      if (error instanceof ExecError) {
        throw new CliError(error.message, exitCodes.unanswered, { cause: error });
      }
      throw error;
    } finally {
      leave();
      // A session that was cut short is being terminated.
      await calls.settled();
    }
  });
}

/** What a command has printed, where it is to be printed as JSON. */
type Kept = { readonly stdout: Uint8Array[]; readonly stderr: Uint8Array[] };

function modeOf({ stdin, stdout }: Host, { tty, json }: ExecOptions): ExecMode {
  const wanted = tty ?? (stdin.isTerminal && stdout.isTerminal && json !== true);
  if (!wanted) return "pipes";
  if (!stdin.isTerminal) throw new CliError("--tty needs a terminal on standard input");
  if (json === true) throw new CliError("--json and --tty exclude each other");
  return "terminal";
}

function ioOf(
  { stdin, stdout, stderr, signal }: Host,
  mode: ExecMode,
  { json }: ExecOptions,
  kept: Kept,
): ExecIo {
  return {
    input: mode === "terminal" ? terminalInput(stdin) : pipeInput(stdin),
    onOutput: async (stream, bytes) => {
      if (json === true) kept[stream].push(bytes);
      else await (stream === "stdout" ? stdout : stderr).write(bytes);
    },
    signal,
  };
}

/** What a pipe holds, and its end. A terminal that nobody asked for is not read. */
async function* pipeInput(stdin: Keyboard): AsyncIterable<ExecInput> {
  if (!stdin.isTerminal) {
    for await (const bytes of stdin.pieces()) yield { kind: "stdin", bytes };
  }
  yield { kind: "end of stdin" };
}

/** The terminal's size, each change of it, and what is typed, in the order in which they come. */
async function* terminalInput(stdin: Keyboard): AsyncIterable<ExecInput> {
  const queue: ExecInput[] = [];
  let more = Promise.withResolvers<void>();
  let open = true;
  const put = (...items: ExecInput[]) => {
    queue.push(...items);
    more.resolve();
  };
  const putSize = () => {
    const size = stdin.size();
    if (size !== undefined) put({ kind: "resize", ...size });
  };
  const read = async () => {
    for await (const bytes of stdin.pieces()) put({ kind: "stdin", bytes });
    open = false;
    put({ kind: "end of stdin" });
  };
  const stop = stdin.onResize(putSize);
  try {
    putSize();
    const reading = read();
    // A keyboard that fails ends the input, and not the command.
    reading.catch(() => {
      open = false;
      more.resolve();
    });
    while (open || queue.length > 0) {
      const item = queue.shift();
      if (item !== undefined) {
        yield item;
        continue;
      }
      await more.promise;
      more = Promise.withResolvers();
    }
  } finally {
    stop();
  }
}

/** A caller, and a promise of the end of all its calls. */
function trackedCalls(caller: EcsCaller): { caller: EcsCaller; settled(): Promise<unknown> } {
  const open = new Set<Promise<unknown>>();
  return {
    caller: {
      ...caller,
      call: (...args) => {
        const call = caller.call(...args);
        open.add(call);
        const done = () => open.delete(call);
        call.then(done, done);
        return call;
      },
    },
    settled: () => Promise.allSettled(open),
  };
}

function jsonOf(exitCode: number, kept: Kept): string {
  const text = (pieces: readonly Uint8Array[]) => new TextDecoder().decode(joined(...pieces));
  return JSON.stringify({ exitCode, stdout: text(kept.stdout), stderr: text(kept.stderr) }) + "\n";
}
