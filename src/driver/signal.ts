import { createTail } from "../bytes.ts";
import { within } from "../clock.ts";
import { type RemoteState, until } from "../lifecycle/lifecycle.ts";
import { DriverError } from "./driver_error.ts";
import { type CommandContext, runCommand } from "./exec.ts";
import type { TaskRecord } from "./task_record.ts";

/** Signals that a container's `kill` knows, by POSIX and Linux, without `SIG`. */
const signals = new Set(
  ("ABRT ALRM BUS CHLD CONT FPE HUP ILL INT IO KILL PIPE PROF PWR QUIT SEGV STKFLT STOP SYS TERM " +
    "TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ").split(" "),
);
/** Milliseconds that a signal may take to be sent. */
const signalTime = 20_000;
/** Bytes of what a command prints that an error shows, from its end. */
const saidLength = 2_048;

/** The signal by which ECS stops a container, which needs nothing but StopTask. */
export function isStopSignal(signal: string): boolean {
  return signal === "" || nameOf(signal) === "TERM";
}

/**
 * Sends a signal to process 1 of the task's container, by a command in it. Rejects with a
 * `DriverError` where the signal is unknown, or ECS Exec cannot run commands there.
 */
export async function sendSignal(
  context: CommandContext,
  record: TaskRecord,
  signal: string,
  time = signalTime,
): Promise<void> {
  const name = nameOf(signal);
  if (!signals.has(name)) {
    throw new DriverError(
      "exec_failed",
      `the signal must be a Linux signal such as SIGHUP; got ${JSON.stringify(signal)}`,
    );
  }
  const said = createTail(saidLength);
  const code = await within({
    clock: context.clock,
    ms: time,
    late: () => new DriverError("exec_failed", `SIG${name} was not sent within ${time / 1_000} s`),
  }, (signal) =>
    runCommand(context, record, ["kill", "-s", name, "1"], "pipes", {
      input: [{ kind: "end of stdin" }],
      onOutput: (_stream, bytes) => said.add(bytes),
      signal,
    }));
  if (code === 0) return;
  const printed = new TextDecoder().decode(said.bytes()).trim();
  throw new DriverError(
    "exec_failed",
    `SIG${name} was not sent: kill ended with ${code}: ${printed}`,
  );
}

/**
 * Sends a task's `kill_signal` and gives the task the rest of `time`, in milliseconds, to end by it. What
 * goes wrong is told to the task's user: the stop that follows does not depend on it.
 */
export async function signalBeforeStop(
  context: CommandContext,
  record: TaskRecord,
  signal: string,
  time: number,
): Promise<void> {
  const { remote } = record;
  if (!record.isLive()) return;
  const late = () => new Error("the time is up");
  try {
    await within({ clock: context.clock, ms: time, late }, async (timed) => {
      await sendSignal(context, record, signal, time);
      await until(remote, isGoingDown, timed).catch(() => {});
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    remote.tell(`kill_signal ${signal} was not sent, so ECS sends only SIGTERM: ${message}`);
  }
}

function isGoingDown(state: RemoteState): boolean {
  return state.kind === "ended" ||
    (state.kind === "live" && state.snapshot.desiredStatus === "STOPPED");
}

function nameOf(signal: string): string {
  return signal.toUpperCase().replace(/^SIG/, "");
}
