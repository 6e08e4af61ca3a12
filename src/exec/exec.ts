/**
 * Commands in the container of a running ECS task, by ECS Exec.
 *
 * @example
 * ```ts
 * const code = await execute(context, { task, container: "web", command: ["ls", "/"], mode: "pipes" }, {
 *   input: [],
 *   onOutput: (stream, bytes) => print(stream, bytes),
 *   signal,
 * });
 * ```
 */
import { within } from "../clock.ts";
import { clusterInWords, type TaskRef } from "../aws/cluster_ref.ts";
import type { EcsCaller } from "../aws/caller.ts";
import { EcsError } from "../aws/error.ts";
import type { ExecContext } from "./context.ts";
import { ExecError, explained, final } from "./exec_error.ts";
import { createOutputReader, type ExecEvent } from "./output.ts";
import { type DataChannel, openDataChannel } from "./session_manager/channel.ts";
import type { ChannelEnd, Session } from "./session_manager/context.ts";
import { makeSessionKey } from "./session_key.ts";
import { commandLine, endOfInput, type ExecMode } from "./shell_script.ts";

/** A command to run, and where. */
export type ExecRequest = {
  readonly task: TaskRef;
  /** Container to run it in; undefined where the ECS task has just one. */
  readonly container: string | undefined;
  /** The program and its arguments; at least the program. */
  readonly command: readonly string[];
  readonly mode: ExecMode;
};

/** Something that the caller has for the command. */
export type ExecInput =
  | { readonly kind: "stdin"; readonly bytes: Uint8Array }
  | { readonly kind: "end of stdin" }
  | { readonly kind: "resize"; readonly columns: number; readonly rows: number };

/** What connects a command with its caller. */
export type ExecIo = {
  readonly input: AsyncIterable<ExecInput> | Iterable<ExecInput>;
  /** Takes what the command prints. More comes only once it resolves. */
  readonly onOutput: (stream: "stdout" | "stderr", bytes: Uint8Array) => Promise<void> | void;
  /** Aborts when the caller has gone; the session is terminated then. */
  readonly signal: AbortSignal;
};

/** Bytes of one line of input for a command without a terminal, before base64. */
const lineLength = 12 * 1_024;
/** Milliseconds that a session has to close by itself once its command has ended. */
const closingTime = 3_000;
/** Milliseconds that a session has to be terminated in, after which AWS ends it when it idles. */
const terminatingTime = 10_000;

/**
 * Runs a command. Resolves to its exit code; rejects with an `ExecError` where it did not run, or
 * where nobody can tell how it ended. The session never outlives the call.
 */
export async function execute(
  context: ExecContext,
  request: ExecRequest,
  io: ExecIo,
): Promise<number> {
  const { caller } = context;
  const target = `in ${request.task.arn} of ${clusterInWords(request.task.cluster)}`;
  const { session: opened, containerName } = await ask(context, request, target, io.signal);
  const { sessionId, streamUrl: url, tokenValue: token } = opened ?? {};
  if (sessionId === undefined || url === undefined || token === undefined) {
    throw new ExecError(`ExecuteCommand ${target} answered no session`);
  }
  const over = new AbortController();
  const leave = () => over.abort(io.signal.reason);
  io.signal.addEventListener("abort", leave, { once: true });
  let end: ChannelEnd | undefined;
  try {
    const told = createTelling(io, request.mode);
    const channel = await openDataChannel({ url, token }, {
      connect: async (session, listener) =>
        (await caller.call("openDataChannel", { url: session.url, listener }, {
          target,
          priority: "act",
          signal: over.signal,
        })).connection,
      resume: () => resumeSession(caller, sessionId, target, over.signal),
      makeKey: (keyId, challenge) =>
        makeSessionKey(context, {
          keyId,
          challenge,
          sessionId,
          task: request.task,
          container: containerName,
          signal: over.signal,
        }),
      onOutput: (_stream, bytes) => told.take(bytes),
      clock: context.clock,
      newId: context.newId,
      signal: over.signal,
    });
    feed(channel, request.mode, io, told.ready, over.signal).catch((error) =>
      context.log.debug("input was not taken", { error: String(error) })
    );
    channel.ended.then((how) => end = how);
    const how = await Promise.race([channel.ended, told.exited.then(() => "exited" as const)]);
    if (how === "exited") {
      await Promise.race([channel.ended, context.clock.sleep(closingTime, over.signal)]);
    }
    io.signal.throwIfAborted();
    await told.finish();
    return told.outcome(end ?? { kind: "closed", reason: "" }, request);
  } catch (error) {
    throw error instanceof EcsError ? final(error) : error;
  } finally {
    io.signal.removeEventListener("abort", leave);
    over.abort(new Error("the command is over"));
    if (end?.kind !== "closed") terminate(context, sessionId, target);
  }
}

async function ask(
  { caller, clock }: ExecContext,
  { task, container, command, mode }: ExecRequest,
  target: string,
  signal: AbortSignal,
) {
  const input = {
    cluster: task.cluster.name,
    task: task.arn,
    ...(container === undefined ? {} : { container }),
    command: commandLine(command, mode),
    interactive: true,
  };
  for (let attempt = 1;; attempt++) {
    try {
      return await caller.call("executeCommand", input, { target, priority: "act", signal });
    } catch (error) {
      if (!(error instanceof EcsError)) throw error;
      // The agent in the container takes some seconds to be ready after the task is RUNNING.
      const early = error.kind === "throttled" || /TargetNotConnected/.test(error.answer);
      if (!early || attempt === askAttempts) throw explained(error);
      await clock.sleep(askPause, signal);
      signal.throwIfAborted();
    }
  }
}

/** Attempts to open a session, and the milliseconds between them. */
const askAttempts = 5;
const askPause = 2_000;

async function resumeSession(
  caller: EcsCaller,
  sessionId: string,
  target: string,
  signal: AbortSignal,
): Promise<Session | undefined> {
  const { StreamUrl: url, TokenValue: token } = await caller.call(
    "resumeSession",
    { SessionId: sessionId },
    { target, priority: "act", signal },
  );
  // Without a token there is no such session any more.
  return url === undefined || token === undefined || token === "" ? undefined : { url, token };
}

/** Ends the session, and with it the command. Nobody waits for it. */
function terminate({ caller, clock, log }: ExecContext, sessionId: string, target: string): void {
  const late = () => new Error("it took too long");
  within(
    { clock, ms: terminatingTime, late },
    (signal) =>
      caller.call("terminateSession", { SessionId: sessionId }, {
        target,
        priority: "act",
        signal,
      }),
  ).catch((error) =>
    log.warn("a session could not be terminated; AWS ends it when it has idled for 20 minutes", {
      session: sessionId,
      error: String(error),
    })
  );
}

/** Sends the caller's input in the form that the mode has. */
async function feed(
  channel: DataChannel,
  mode: ExecMode,
  { input }: ExecIo,
  ready: Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const encode = (text: string) => new TextEncoder().encode(text);
  if (mode === "pipes") await ready;
  for await (const piece of input) {
    if (signal.aborted) return;
    switch (piece.kind) {
      case "resize":
        channel.resize(piece);
        break;
      case "stdin":
        if (mode === "terminal") {
          await channel.write(piece.bytes);
          break;
        }
        for (let at = 0; at < piece.bytes.byteLength; at += lineLength) {
          const line = piece.bytes.subarray(at, at + lineLength).toBase64();
          await channel.write(encode(`${line}\n`));
        }
        break;
      case "end of stdin":
        // A terminal's own sign of it is Ctrl-D.
        await channel.write(mode === "terminal" ? Uint8Array.of(4) : encode(`${endOfInput}\n`));
        break;
    }
  }
}

/** Hands on what a session shows, and keeps what it tells of the command. */
function createTelling({ onOutput }: ExecIo, mode: ExecMode) {
  const reader = createOutputReader(mode);
  const ready = Promise.withResolvers<void>();
  const exited = Promise.withResolvers<void>();
  let code: number | undefined;
  let missing: readonly string[] | undefined;
  const take = async (event: ExecEvent): Promise<void> => {
    switch (event.kind) {
      case "output":
        return await onOutput(event.stream, event.bytes);
      case "ready":
        return ready.resolve();
      case "exited":
        code = event.code;
        return exited.resolve();
      case "missing programs":
        missing = event.names;
        return exited.resolve();
    }
  };
  const takeAll = async (events: readonly ExecEvent[]) => {
    for (const event of events) await take(event);
  };
  return {
    ready: ready.promise,
    exited: exited.promise,
    take: (bytes: Uint8Array) => takeAll(reader.read(bytes)),
    finish: () => takeAll(reader.rest()),
    outcome: (end: ChannelEnd, { container = "the container", command }: ExecRequest): number => {
      if (missing !== undefined) {
        throw new ExecError(
          `${container} has no ${missing.join(" and no ")}, which a command without a terminal ` +
            `needs in the image; run it with a terminal, or add them to the image`,
        );
      }
      if (code !== undefined) return code;
      if (end.kind === "lost") {
        throw new ExecError(
          `the session with ${container} was cut, and how ${command[0]} ended is not known: ` +
            end.reason,
        );
      }
      if (/unable to start command/i.test(end.reason)) {
        throw new ExecError(
          `${container} has no sh in its image, which the driver needs to run a command: ` +
            end.reason,
        );
      }
      throw new ExecError(
        `the session with ${container} was closed before ${command[0]} ended` +
          (end.reason === "" ? "" : `: ${end.reason}`),
      );
    },
  };
}
