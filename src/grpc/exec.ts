import type { handleBidiStreamingCall, ServerDuplexStream } from "@grpc/grpc-js";
import { createTail } from "../bytes.ts";
import { type Clock, within } from "../clock.ts";
import { DriverError } from "../driver/driver_error.ts";
import type { ExecInput, ExecIo } from "../exec/exec.ts";
import type { ExecMode } from "../exec/shell_script.ts";
import type {
  ExecTaskRequest,
  ExecTaskResponse,
  ExecTaskStreamingRequest,
  ExecTaskStreamingResponse,
} from "../gen/hashicorp/nomad/plugins/drivers/proto/driver.ts";
import type { Logger } from "../logger.ts";
import { milliseconds, wireExit } from "./wire.ts";
import { failureOf, untilDrained } from "./handlers.ts";

/** Runs a command in a task's container, and answers its exit code. */
export type RunCommand = (
  taskId: string,
  command: readonly string[],
  mode: ExecMode,
  io: ExecIo,
) => Promise<number>;

type Call = ServerDuplexStream<ExecTaskStreamingRequest, ExecTaskStreamingResponse>;

/** `nomad alloc exec`: the first message says what to run, the others are the terminal's. */
export function execStreaming(
  run: RunCommand,
  log: Logger,
): handleBidiStreamingCall<ExecTaskStreamingRequest, ExecTaskStreamingResponse> {
  return async (call) => {
    const gone = new AbortController();
    call.on("cancelled", () => gone.abort(new Error("the caller of exec has gone")));
    try {
      const messages = call[Symbol.asyncIterator]() as AsyncIterator<ExecTaskStreamingRequest>;
      const first = await messages.next();
      const setup = first.done === true ? undefined : first.value.setup;
      if (setup === undefined || setup.command.length === 0) {
        throw new Error("ExecTaskStreaming came without a command to run");
      }
      const code = await run(setup.taskId, setup.command, setup.tty ? "terminal" : "pipes", {
        input: inputOf(first.value, messages),
        onOutput: (stream, data) => write(call, { [stream]: { data, close: false } }, gone.signal),
        signal: gone.signal,
      });
      await write(call, {
        stdout: { data: new Uint8Array(), close: true },
        stderr: { data: new Uint8Array(), close: true },
      }, gone.signal);
      await write(call, { exited: true, result: exitOf(code) }, gone.signal);
      call.end();
    } catch (error) {
      if (gone.signal.aborted) return;
      call.emit("error", failureOf("ExecTaskStreaming", log, error));
    }
  };
}

/**
 * ExecTask: a script check of a service, which waits for the command's end within a timeout and takes
 * the last of its output.
 */
export async function execOnce(
  run: RunCommand,
  clock: Clock,
  { taskId, command, timeout }: ExecTaskRequest,
  caller: AbortSignal,
): Promise<ExecTaskResponse> {
  if (command.length === 0) throw new Error("ExecTask came without a command to run");
  const ms = milliseconds(timeout);
  // The command is not named: it may hold a secret.
  const text = `the command did not end within its timeout of ${ms / 1_000} s`;
  const late = () => new DriverError("exec_failed", text);
  const kept = { stdout: createTail(tailLength), stderr: createTail(tailLength) };
  const runBy = (signal: AbortSignal) =>
    run(taskId, command, "pipes", {
      input: [{ kind: "end of stdin" }],
      onOutput: (stream, bytes) => kept[stream].add(bytes),
      signal,
    });
  const code = ms > 0
    ? await within({ clock, ms, late, signal: caller }, runBy)
    : await runBy(caller);
  return {
    stdout: kept.stdout.bytes(),
    stderr: kept.stderr.bytes(),
    result: exitOf(code),
  };
}

/** Bytes of each stream that ExecTask answers: Nomad shows a check's output, and keeps 1 KB of it. */
const tailLength = 64 * 1_024;

async function* inputOf(
  first: ExecTaskStreamingRequest,
  messages: AsyncIterator<ExecTaskStreamingRequest>,
): AsyncGenerator<ExecInput> {
  for (let message = first;;) {
    const { ttySize, stdin } = message;
    if (ttySize !== undefined && ttySize.width > 0 && ttySize.height > 0) {
      yield { kind: "resize", columns: ttySize.width, rows: ttySize.height };
    }
    if (stdin !== undefined && stdin.data.byteLength > 0) {
      yield { kind: "stdin", bytes: stdin.data };
    }
    if (stdin?.close === true) yield { kind: "end of stdin" };
    const next = await messages.next();
    if (next.done === true) return;
    message = next.value;
  }
}

function exitOf(exitCode: number) {
  return wireExit({ exitCode, oomKilled: false, error: undefined }).result;
}

/** Writes a message. Resolves when the caller can take more. */
async function write(
  call: Call,
  message: Partial<ExecTaskStreamingResponse>,
  signal: AbortSignal,
): Promise<void> {
  const whole = { stdout: undefined, stderr: undefined, exited: false, result: undefined };
  if (signal.aborted || call.write({ ...whole, ...message })) return;
  await untilDrained(call, signal);
}
