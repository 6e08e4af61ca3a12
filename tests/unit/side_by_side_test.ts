import { assertEquals, assertRejects } from "@std/assert";
import { eachSideBySide } from "../../src/side_by_side.ts";

Deno.test("so many items are worked on at the same time, in their order, and no more", async () => {
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const done = eachSideBySide([0, 1, 2, 3], 2, (item) => {
    begun.push(item);
    return new Promise((resolve) => ends.push(resolve));
  });
  assertEquals(begun, [0, 1]);
  for (const end of ends) {
    end();
    await Promise.resolve();
    await Promise.resolve();
  }
  await done;
  assertEquals(begun, [0, 1, 2, 3]);
});

Deno.test("work that rejects is heard of, and nothing is to do for no items", async () => {
  await eachSideBySide([], 2, () => Promise.reject(new Error("no item")));
  await assertRejects(
    () => eachSideBySide([1], 2, () => Promise.reject(new Error("it failed"))),
    Error,
    "it failed",
  );
});
