import { assertEquals } from "@std/assert";
import {
  createSending,
  dueAgain,
  noteAcknowledged,
  noteSent,
} from "../../../../demo/simulator/session_manager/sending.ts";

const write = (sequence: number) => Uint8Array.of(sequence);

Deno.test("messages are numbered from 0, and only the oldest is sent again", () => {
  const sending = createSending();
  for (const at of [0, 10, 20]) noteSent(sending, at, write);
  assertEquals(dueAgain(sending, 200), undefined);
  assertEquals(dueAgain(sending, 201), Uint8Array.of(0));
  assertEquals(dueAgain(sending, 300), undefined, "it was sent again just now");
  noteAcknowledged(sending, 301, 0);
  assertEquals(dueAgain(sending, 600), Uint8Array.of(1));
});

Deno.test("an acknowledgement is of one message, whichever order they come in", () => {
  const sending = createSending();
  for (const at of [0, 0, 0]) noteSent(sending, at, write);
  noteAcknowledged(sending, 5, 2);
  noteAcknowledged(sending, 5, 2);
  noteAcknowledged(sending, 5, 7);
  assertEquals(sending.unacknowledged.map(({ sequence }) => sequence), [0, 1]);
});

Deno.test("the timeout follows the round trip, up to a second", () => {
  const sending = createSending();
  noteSent(sending, 0, write);
  noteAcknowledged(sending, 100, 0);
  assertEquals([sending.roundTrip, sending.variation, sending.timeout], [100, 0, 110]);
  noteSent(sending, 0, write);
  noteAcknowledged(sending, 300, 1);
  assertEquals([sending.roundTrip, sending.variation, sending.timeout], [125, 50, 325]);
  noteSent(sending, 0, write);
  noteAcknowledged(sending, 9_000, 2);
  assertEquals(sending.timeout, 1_000);
});
