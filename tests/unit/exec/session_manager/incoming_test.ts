import { assertEquals } from "@std/assert";
import type { Frame } from "../../../../src/exec/session_manager/frame.ts";
import {
  createIncoming,
  keptLimit,
  waitingLimit,
} from "../../../../src/exec/session_manager/incoming.ts";

function message(sequence: number, length = 0): Frame {
  return {
    type: "output_stream_data",
    sequence,
    flags: 0,
    id: "00112233-4455-6677-8899-aabbccddeeff",
    createdAt: 0,
    payloadType: 1,
    payload: new Uint8Array(length),
  };
}
const numbers = (frames: readonly Frame[]) => frames.map(({ sequence }) => sequence);

Deno.test("messages are handed on in order, whatever order they come in", () => {
  const incoming = createIncoming();
  const delivered = [2, 1, 0, 4, 3].map((sequence) =>
    numbers(incoming.accept(message(sequence)).deliver)
  );
  assertEquals(delivered, [[], [], [0, 1, 2], [], [3, 4]]);
});

Deno.test("a message that comes again is acknowledged again, and not handed on again", () => {
  const incoming = createIncoming();
  incoming.accept(message(0));
  incoming.handled(message(0));
  assertEquals(incoming.accept(message(0)), { acknowledge: "now", deliver: [] });
  incoming.accept(message(2));
  incoming.accept(message(2));
  assertEquals(numbers(incoming.accept(message(1)).deliver), [1, 2]);
});

Deno.test("what is kept has a bound, and what is beyond it is left to be sent again", () => {
  const incoming = createIncoming();
  for (let sequence = 1; sequence <= keptLimit; sequence++) incoming.accept(message(sequence));
  assertEquals(incoming.accept(message(keptLimit + 1)).acknowledge, "not");
  assertEquals(incoming.accept(message(0)).deliver.length, keptLimit + 1);
  assertEquals(incoming.accept(message(keptLimit + 1)).deliver.length, 1);
});

Deno.test("a message is acknowledged once it has been handed on, and not before", () => {
  const incoming = createIncoming();
  assertEquals(incoming.accept(message(0)).acknowledge, "once handled");
  assertEquals(incoming.accept(message(0)).acknowledge, "not");
  incoming.handled(message(0));
  assertEquals(incoming.accept(message(0)).acknowledge, "now");
});

Deno.test("what a caller does not take has a bound in bytes, and what is beyond it is left to be sent again", () => {
  const incoming = createIncoming();
  const half = waitingLimit / 2;
  incoming.accept(message(0, half));
  incoming.accept(message(1, half));
  const refused = { acknowledge: "not", deliver: [] } as const;
  assertEquals(incoming.accept(message(2, 1)), refused);
  assertEquals(incoming.accept(message(3, 1)), refused, "nor is one kept that comes early");
  incoming.handled(message(0, half));
  assertEquals(numbers(incoming.accept(message(2, 1)).deliver), [2]);
});

Deno.test("early messages of any size do not keep out the one that they wait for", () => {
  const incoming = createIncoming();
  incoming.accept(message(1, waitingLimit));
  assertEquals(incoming.accept(message(2, 1)).acknowledge, "not");
  assertEquals(numbers(incoming.accept(message(0, 1)).deliver), [0, 1]);
});
