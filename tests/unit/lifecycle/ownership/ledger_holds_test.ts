import { assert, assertEquals } from "@std/assert";
import {
  change,
  createBooks,
  type Hold,
  holdsOf,
  rememberedTasks,
  stopsPending,
  write,
} from "../../../../src/lifecycle/ownership/ledger_holds.ts";
import type { HeldState } from "../../../../src/lifecycle/ownership/held_state.ts";
import { cluster, ownerOf } from "../../../harness/world.ts";

const index = "nomad/alloc/main";

function hold(arn: string, state: HeldState, keeper?: string): Hold<string> {
  const owner = ownerOf();
  return { ref: { arn, cluster }, state, since: 0, owner, keeper, index: undefined };
}

Deno.test("of tasks that are done the oldest are forgotten, and none whose stop is pending", () => {
  const books = createBooks<string>(() => 0);
  write(books, "stopping", [{ ...hold("stopping", "stopping", "keeper"), index }]);
  for (let task = 0; task <= rememberedTasks; task++) {
    write(books, `${task}`, [hold(`${task}`, "done")]);
  }
  assertEquals(holdsOf(books, "0"), [], "the oldest is forgotten");
  assertEquals(holdsOf(books, "1").length, 1);
  assertEquals(holdsOf(books, `${rememberedTasks}`).length, 1);
  assert(stopsPending(books, index) !== undefined);
});

Deno.test("many foreign tasks do not make the books forget those that are done", () => {
  const books = createBooks<string>(() => 0);
  write(books, "done", [hold("done", "done")]);
  for (let task = 0; task <= rememberedTasks; task++) {
    write(books, `${task}`, [hold(`${task}`, "foreign")]);
  }
  assertEquals(holdsOf(books, "done").length, 1);
});

Deno.test("nothing is kept of a task that is done but that it is", () => {
  const books = createBooks<string>(() => 0);
  write(books, "task", [hold("task", "watched", "one"), hold("task", "unclaimed", "other")]);
  assert(change(books, "task", "one", { state: "done", keeper: undefined }));
  const [done, ...others] = holdsOf(books, "task");
  assertEquals(others, []);
  assertEquals([done?.state, done?.owner, done?.keeper], ["done", undefined, undefined]);
});

Deno.test("a hold without a keeper gives way to one that has one", () => {
  const books = createBooks<string>(() => 0);
  write(books, "task", [hold("task", "watched", "one"), hold("task", "unclaimed", "other")]);
  assert(change(books, "task", "one", { state: "left", keeper: undefined }));
  assertEquals(holdsOf(books, "task").map(({ keeper }) => keeper), ["other"]);
});

Deno.test("who waits for stops is woken by the last of them, and only by that", async () => {
  const books = createBooks<string>(() => 0);
  write(books, "one", [{ ...hold("one", "stopping", "keeper"), index }]);
  write(books, "two", [{ ...hold("two", "stopping", "keeper"), index }]);
  let woken = false;
  const pending = stopsPending(books, index)?.then(() => woken = true);
  assert(change(books, "one", "keeper", { state: "acknowledged" }));
  await Promise.resolve();
  assert(!woken);
  write(books, "two", []);
  await pending;
  assertEquals(stopsPending(books, index), undefined);
});
