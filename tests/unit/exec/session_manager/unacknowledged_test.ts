import { assertEquals } from "@std/assert";
import { createOutgoing } from "../../../../src/exec/session_manager/unacknowledged.ts";

const bytes = (length = 3) => new Uint8Array(length);

Deno.test("messages are numbered from 0", () => {
  const outgoing = createOutgoing();
  assertEquals(outgoing.next(), 0);
  outgoing.sent(bytes(), 0);
  assertEquals(outgoing.next(), 1);
});

Deno.test("the oldest message alone is sent again, 200 ms after it was sent", () => {
  const outgoing = createOutgoing();
  outgoing.sent(bytes(), 0);
  outgoing.sent(bytes(), 0);
  assertEquals(outgoing.dueAt(), 200);
  assertEquals(outgoing.resend(199), undefined);
  const again = outgoing.resend(200);
  assertEquals(again === "lost" ? again : again?.sequence, 0);
  assertEquals(outgoing.dueAt(), 400);
});

Deno.test("an acknowledgement takes its message out, in any order", () => {
  const outgoing = createOutgoing();
  for (const length of [1, 2, 4]) outgoing.sent(bytes(length), 0);
  outgoing.acknowledged(1, 10);
  assertEquals(outgoing.size(), 5);
  outgoing.acknowledged(0, 10);
  outgoing.acknowledged(0, 10);
  assertEquals(outgoing.all().map(({ sequence }) => sequence), [2]);
  outgoing.acknowledged(2, 10);
  assertEquals([outgoing.size(), outgoing.dueAt()], [0, undefined]);
});

Deno.test("the time to wait follows the round trips, up to a second", () => {
  const outgoing = createOutgoing();
  const timeout = (took: number) => {
    outgoing.sent(bytes(), 0);
    outgoing.acknowledged(outgoing.next() - 1, took);
    outgoing.sent(bytes(), 0);
    const due = outgoing.dueAt();
    outgoing.acknowledged(outgoing.next() - 1, took);
    return due;
  };
  assertEquals(timeout(40), 120);
  for (let round = 0; round < 50; round++) timeout(40);
  // Trips that never vary leave the least allowance of 10 ms.
  assertEquals(Math.round(timeout(40) ?? 0), 50);
  for (let round = 0; round < 50; round++) timeout(5_000);
  assertEquals(timeout(5_000), 1_000);
});

Deno.test("an acknowledgement of a message that was sent twice measures nothing", () => {
  const outgoing = createOutgoing();
  outgoing.sent(bytes(), 0);
  outgoing.resend(200);
  outgoing.acknowledged(0, 5_000);
  outgoing.sent(bytes(), 5_000);
  assertEquals(outgoing.dueAt(), 5_200);
});

Deno.test("a session is lost once a message was sent 3,000 times", () => {
  const outgoing = createOutgoing();
  outgoing.sent(bytes(), 0);
  let now = 0;
  let resends = 0;
  for (;;) {
    now = outgoing.dueAt() ?? 0;
    if (outgoing.resend(now) === "lost") break;
    resends += 1;
  }
  assertEquals(resends, 2_999);
});
