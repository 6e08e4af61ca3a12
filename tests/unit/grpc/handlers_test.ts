import { assertEquals } from "@std/assert";
import { EventEmitter } from "node:events";
import { Metadata, type ServerUnaryCall, type ServerWritableStream } from "@grpc/grpc-js";
import { deferred, lasting } from "../../../src/grpc/handlers.ts";
import type { Logger } from "../../../src/logger.ts";
import { silent } from "../../harness/world.ts";

/** A log that remembers what went wrong. */
function errorLog() {
  const errors: string[] = [];
  const log: Logger = { ...silent, error: (message) => errors.push(message), named: () => log };
  return { log, errors };
}

/** A call as gRPC hands it to a handler, with what becomes of it. */
function openCall({ cancelled = false } = {}) {
  const metadata = new Metadata();
  metadata.set("user-agent", "nomad");
  const done: string[] = [];
  const call = Object.assign(new EventEmitter(), {
    request: "task",
    metadata,
    cancelled,
    write: (message: string) => done.push(message),
    end: () => done.push("end"),
  });
  const callback = (error: unknown, response?: string | null) =>
    done.push(error === null ? String(response) : "error");
  return { call, callback, done };
}

type Begin = Parameters<typeof deferred<string, string>>[2];

function runDeferred(begin: Begin, opened: ReturnType<typeof openCall>, log = errorLog().log) {
  const call = opened.call as unknown as ServerUnaryCall<string, string>;
  deferred("WaitTask", log, begin)(call, opened.callback);
}

Deno.test("a deferred call is answered when there is an answer, at once or later", () => {
  const opened = openCall();
  let answer = (_text: string) => {};
  runDeferred((request, later) => {
    assertEquals(request, "task");
    answer = later;
    return () => {};
  }, opened);
  assertEquals([opened.done, opened.call.metadata.getMap()], [[], {}]);
  answer("ended");
  assertEquals(opened.done, ["ended"]);

  const early = openCall();
  runDeferred((_request, now) => {
    now("has ended");
    return () => {};
  }, early);
  assertEquals(early.done, ["has ended"]);
});

Deno.test("a deferred call whose caller goes, or has gone, is left", () => {
  for (const cancelled of [false, true]) {
    const opened = openCall({ cancelled });
    let left = 0;
    runDeferred(() => () => left += 1, opened);
    assertEquals(left, cancelled ? 1 : 0);
    if (!cancelled) opened.call.emit("cancelled");
    assertEquals([left, opened.done], [1, []]);
  }
});

Deno.test("a deferred call that cannot begin fails", () => {
  const opened = openCall();
  runDeferred(() => {
    throw new Error("no such task");
  }, opened);
  assertEquals(opened.done, ["error"]);
});

Deno.test("an answer that cannot be sent is no concern of who gives it, and is not given again", () => {
  const { log, errors } = errorLog();
  const opened = openCall();
  let tries = 0;
  opened.callback = () => {
    tries += 1;
    throw new Error("the stream is closed");
  };
  runDeferred(
    (_request, answer) => {
      answer("ended");
      return () => {};
    },
    opened,
    log,
  );
  assertEquals([tries, errors], [1, ["an answer could not be sent"]]);
});

Deno.test("a lasting stream says what there is to say, and ends", () => {
  const { call, done } = openCall();
  let finish = () => {};
  const handler = lasting<string, string>("TaskStats", errorLog().log, (_request, send, end) => {
    send("sample");
    finish = end;
    return () => done.push("left");
  });
  handler(call as unknown as ServerWritableStream<string, string>);
  assertEquals(done, ["sample"]);
  finish();
  call.emit("cancelled");
  assertEquals(done, ["sample", "end", "left"]);
});

Deno.test("a caller that takes no messages of a lasting stream misses those that come meanwhile", () => {
  const { call, done } = openCall();
  const stream = Object.assign(call, { writableNeedDrain: true });
  let tell = (_message: string) => {};
  const handler = lasting<string, string>("TaskStats", errorLog().log, (_request, send) => {
    tell = send;
    return () => {};
  });
  handler(stream as unknown as ServerWritableStream<string, string>);
  tell("missed");
  stream.writableNeedDrain = false;
  tell("sample");
  assertEquals(done, ["sample"]);
});
