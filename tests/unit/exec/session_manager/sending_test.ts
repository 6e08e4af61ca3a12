import { assertEquals, assertRejects } from "@std/assert";
import type { ChannelContext, State } from "../../../../src/exec/session_manager/context.ts";
import { decodeFrame, payloadTypes } from "../../../../src/exec/session_manager/frame.ts";
import { createIncoming } from "../../../../src/exec/session_manager/incoming.ts";
import { createOutgoing } from "../../../../src/exec/session_manager/unacknowledged.ts";
import {
  chunkLength,
  notify,
  roomLimit,
  write,
} from "../../../../src/exec/session_manager/sending.ts";
import { createVirtualTime } from "../../../simulation/virtual_time.ts";

/** A channel that is open, and what has been sent over it. */
function channel() {
  const time = createVirtualTime(0);
  const sent: Uint8Array[] = [];
  const state: State = {
    incoming: createIncoming(),
    outgoing: createOutgoing(),
    clientId: "client",
    connection: {
      send: (message) => {
        if (typeof message !== "string") sent.push(message);
      },
      close: () => {},
    },
    cipher: undefined,
    handshake: "none",
    work: Promise.resolve(),
    end: undefined,
    changed: Promise.withResolvers(),
    isShaken: false,
    isResending: false,
  };
  const context = {
    clock: time.clock({ alive: true }),
    newId: () => crypto.randomUUID(),
    signal: new AbortController().signal,
  } as unknown as ChannelContext;
  const { pass } = time;
  return { state, context, sent, pass };
}

const numbers = (sent: Uint8Array[]) =>
  sent.map((bytes) => {
    const decoded = decodeFrame(bytes);
    return decoded.kind === "frame" ? decoded.frame.sequence : -1;
  });

Deno.test("input goes in chunks, numbered in order", async () => {
  const { state, context, sent } = channel();
  await write(new Uint8Array(2 * chunkLength + 1), state, context, () => {});
  assertEquals(numbers(sent), [0, 1, 2]);
  const last = decodeFrame(sent[2] ?? new Uint8Array());
  assertEquals(last.kind === "frame" ? last.frame.payload.byteLength : 0, 1);
  assertEquals(last.kind === "frame" ? last.frame.payloadType : 0, payloadTypes.output);
});

Deno.test("what is not acknowledged is sent again, and nothing once it is", async () => {
  const { state, context, sent, pass } = channel();
  await write(new Uint8Array(1), state, context, () => {});
  await pass(450);
  assertEquals(numbers(sent), [0, 0, 0]);
  state.outgoing.acknowledged(0, 450);
  await pass(10_000);
  assertEquals(sent.length, 3);
});

Deno.test("input waits while agent and client shake hands, and while there is no room", async () => {
  const { state, context, sent, pass } = channel();
  state.handshake = "under way";
  const done: string[] = [];
  write(new Uint8Array(1), state, context, () => {}).then(() => done.push("first"));
  await pass(1_000);
  assertEquals([sent.length, done.length], [0, 0]);
  state.handshake = "none";
  notify(state);
  await pass(1);
  assertEquals(done, ["first"]);

  write(new Uint8Array(2 * roomLimit), state, context, () => {}).then(() => done.push("second"));
  await pass(100);
  assertEquals(done, ["first"]);
});

Deno.test("a channel that has ended takes no input", async () => {
  const { state, context } = channel();
  state.end = { kind: "closed", reason: "" };
  await assertRejects(
    () => write(new Uint8Array(1), state, context, () => {}),
    Error,
    "the session has ended",
  );
});
