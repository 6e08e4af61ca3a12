import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  type Metadata,
  status,
} from "@grpc/grpc-js";
import type { Logger } from "../logger.ts";
import { type WireError, wireError } from "./status.ts";

/**
 * A unary call as a function. The signal aborts when the caller has gone; an error thrown after that is
 * dropped, since there is nobody to send it to.
 */
export function unary<Request, Response>(
  name: string,
  log: Logger,
  answer: (request: Request, signal: AbortSignal) => Promise<Response> | Response,
): handleUnaryCall<Request, Response> {
  return async (call, callback) => {
    const gone = new AbortController();
    call.on("cancelled", () => gone.abort(new Error(`${name} was cancelled by its caller`)));
    try {
      callback(null, await answer(call.request, gone.signal));
    } catch (error) {
      if (gone.signal.aborted) {
        callback({ code: status.CANCELLED, details: `${name} was cancelled` });
        return;
      }
      callback(failureOf(name, log, error));
    }
  };
}

/**
 * A unary call that is answered much later. Nomad keeps one open for every task, so it holds as little
 * memory as possible meanwhile. `begin` returns the clean-up for a caller that goes before the answer.
 */
export function deferred<Request, Response>(
  name: string,
  log: Logger,
  begin: (request: Request, answer: (response: Response) => void) => () => void,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    try {
      const answer = (response: Response) => attempt(name, log, () => callback(null, response));
      hold(call, begin(call.request, answer));
    } catch (error) {
      callback(failureOf(name, log, error));
    }
  };
}

/**
 * A server stream that sends a message now and then, and ends much later; else like `deferred`. A caller
 * that takes no messages misses those that come meanwhile: kept ones would take memory without end.
 */
export function lasting<Request, Response>(
  name: string,
  log: Logger,
  begin: (request: Request, send: (message: Response) => void, end: () => void) => () => void,
): handleServerStreamingCall<Request, Response> {
  return (call) => {
    try {
      const send = (message: Response) => {
        if (!call.writableNeedDrain) attempt(name, log, () => call.write(message));
      };
      hold(call, begin(call.request, send, () => attempt(name, log, () => call.end())));
    } catch (error) {
      call.emit("error", failureOf(name, log, error));
    }
  };
}

/** A server stream from an async iterable, which is read no faster than the caller receives. */
export function serverStream<Request, Response>(
  name: string,
  log: Logger,
  answer: (request: Request, signal: AbortSignal) => AsyncIterable<Response>,
): handleServerStreamingCall<Request, Response> {
  return async (call) => {
    const gone = new AbortController();
    const leave = () => gone.abort(new Error(`${name} was cancelled by its caller`));
    call.on("cancelled", leave);
    call.on("close", leave);
    try {
      for await (const message of answer(call.request, gone.signal)) {
        if (gone.signal.aborted) break;
        if (!call.write(message)) await untilDrained(call, gone.signal);
      }
      call.end();
    } catch (error) {
      if (gone.signal.aborted) return;
      call.emit("error", failureOf(name, log, error));
    }
  };
}

/** Sends a message. A failed send is logged and does not reach the task that caused it. */
function attempt(name: string, log: Logger, send: () => void): void {
  try {
    send();
  } catch (error) {
    log.error("an answer could not be sent", { rpc: name, error: String(error) });
  }
}

/** Keeps a call open until its caller goes, without its metadata, which would only take memory. */
function hold(
  call: {
    readonly cancelled: boolean;
    readonly metadata: Metadata;
    on(event: "cancelled", listener: () => void): unknown;
  },
  leave: () => void,
): void {
  if (call.cancelled) return leave();
  call.on("cancelled", leave);
  for (const key of Object.keys(call.metadata.getMap())) call.metadata.remove(key);
}

/** Resolves when the call's caller can take more, or the signal aborts. */
export function untilDrained(
  call: {
    on(event: "drain", listener: () => void): unknown;
    off(event: "drain", listener: () => void): unknown;
  },
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      call.off("drain", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    call.on("drain", done);
    signal.addEventListener("abort", done, { once: true });
  });
}

/** Logs a call's failure, and gives it as the wire has it. */
export function failureOf(name: string, log: Logger, error: unknown): WireError {
  const failure = wireError(error);
  log.warn("a call failed", { rpc: name, code: status[failure.code], error: failure.details });
  return failure;
}
