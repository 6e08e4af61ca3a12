import { assertEquals } from "@std/assert";
import type { Frame } from "../../../../demo/simulator/session_manager/frame.ts";
import { createReceiving, receive } from "../../../../demo/simulator/session_manager/receiving.ts";

/** Takes messages by their numbers; `refuse` are not taken the first time. */
async function take(sequences: number[], refuse: number[] = []) {
  const receiving = createReceiving();
  const processed: number[] = [];
  const acknowledged: number[] = [];
  for (const sequence of sequences) {
    await receive(receiving, { sequence } as Frame, {
      process: (frame) => {
        const at = refuse.indexOf(frame.sequence);
        if (at >= 0) {
          refuse.splice(at, 1);
          return Promise.resolve(false);
        }
        processed.push(frame.sequence);
        return Promise.resolve(true);
      },
      acknowledge: (frame) => acknowledged.push(frame.sequence),
    });
  }
  return { processed, acknowledged };
}

Deno.test("messages are processed in their order, and each once", async () => {
  assertEquals(await take([2, 0, 1, 1, 3, 0]), {
    processed: [0, 1, 2, 3],
    acknowledged: [2, 0, 1, 1, 3, 0],
  });
});

Deno.test("a message that cannot be taken yet is not acknowledged, and is awaited again", async () => {
  assertEquals(await take([0, 1, 0], [0]), { processed: [0, 1], acknowledged: [1, 0] });
});
