import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  type ServerWritableStream,
  status,
} from "@grpc/grpc-js";
import type { Logger } from "../logger.ts";
import { wireError } from "./status.ts";

/**
 * A unary call as a function. The signal aborts when the caller has gone; what is thrown then is of
 * no interest to anybody.
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
      const failure = wireError(error);
      log.warn("a call failed", { rpc: name, code: status[failure.code], error: failure.details });
      callback(failure);
    }
  };
}

/** A server stream as an async iterable, read no faster than the caller takes it. */
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
        if (!call.write(message)) await drained(call, gone.signal);
      }
      call.end();
    } catch (error) {
      if (gone.signal.aborted) return;
      const failure = wireError(error);
      log.warn("a stream failed", { rpc: name, error: failure.details });
      call.emit("error", failure);
    }
  };
}

function drained<Request, Response>(
  call: ServerWritableStream<Request, Response>,
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
