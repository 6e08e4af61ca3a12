import { assertEquals } from "@std/assert";
import {
  addObserver,
  createWatchList,
  deliver,
  type Entry,
  none,
  postpone,
  setAside,
  takeBatch,
} from "../../../../src/lifecycle/watch/watch_list.ts";
import { createDueQueue } from "../../../../src/lifecycle/watch/due_queue.ts";
import type { Observer } from "../../../../src/lifecycle/watch/watcher.ts";

const nobody: Observer = { onObservation: () => {} };
const missing = { kind: "missing" } as const;

/** A list whose time is `time.now`, with tasks at rest due every two seconds. */
function createTimedList() {
  const time = { now: 0 };
  let hurries = 0;
  const list = createWatchList({
    clock: { now: () => time.now, monotonic: () => time.now, sleep: () => Promise.resolve() },
    queue: createDueQueue<Entry>(() => 2_000),
    onHurry: () => hurries += 1,
    onHasten: () => {},
  });
  const watchMany = (count: number) =>
    Array.from({ length: count }, (_, at) => addObserver(list, `task-${at}`, nobody));
  const take = (purpose: "looks" | "probe" = "looks") => takeBatch(list, purpose);
  return { list, time, take, watchMany, hurries: () => hurries };
}

const arnsOf = (batch: readonly Entry[]) => batch.map(({ arn }) => arn);
const never = new AbortController().signal;

Deno.test("a batch is those that somebody waits for, those whose turn it is, and riders", () => {
  const { list, time, take, watchMany } = createTimedList();
  const watches = watchMany(3);
  for (const entry of take()) deliver(list, entry, missing, none);
  time.now = 500;
  addObserver(list, "new", nobody);
  watches[2]?.look(never);
  assertEquals(arnsOf(take()), ["task-2", "new", "task-0", "task-1"]);
});

Deno.test("where nothing is due there is no batch, and no riders", () => {
  const { list, take, watchMany } = createTimedList();
  watchMany(3);
  for (const entry of take()) deliver(list, entry, missing, none);
  assertEquals(take(), []);
});

Deno.test("a task is in one batch at a time, whatever is asked for meanwhile", () => {
  const { list, take, watchMany, hurries } = createTimedList();
  const [watch] = watchMany(1);
  const [entry] = take();
  const before = hurries();
  watch?.look(never);
  watch?.pace("quick");
  assertEquals(take(), []);
  assertEquals(hurries(), before);
  if (entry !== undefined) deliver(list, entry, missing, none);
  assertEquals(arnsOf(take()), ["task-0"], "the look is due as soon as the answer is there");
});

Deno.test("looks that fill every batch leave a quarter of it to the tasks whose turn it is", () => {
  const { list, time, take, watchMany } = createTimedList();
  const watches = watchMany(300);
  for (let batch = take(); batch.length > 0; batch = take()) {
    for (const entry of batch) deliver(list, entry, missing, none);
  }
  time.now = 2_000;
  for (const watch of watches.slice(0, 200)) watch.look(never);
  const batch = take();
  assertEquals(batch.filter(({ looks }) => looks.length > 0).length, 75);
  assertEquals(batch.filter(({ looks }) => looks.length === 0).length, 25);
});

Deno.test("a task that AWS refuses to describe is a batch of its own, every other time at most", () => {
  const { list, time, take, watchMany } = createTimedList();
  watchMany(4);
  const [first, second, ...others] = take();
  for (const entry of [first, second]) if (entry !== undefined) setAside(list, entry);
  for (const entry of others) postpone(list, entry);
  time.now = 60_000;
  assertEquals(arnsOf(take()), ["task-0"]);
  assertEquals(arnsOf(take()), ["task-2", "task-3"]);
  assertEquals(arnsOf(take()), ["task-1"]);
  assertEquals(take(), []);
});

Deno.test("while ECS fails, refused tasks are part of the batch that finds out", () => {
  const { list, time, take, watchMany } = createTimedList();
  watchMany(2);
  const [refused, other] = take();
  if (refused !== undefined) setAside(list, refused);
  if (other !== undefined) postpone(list, other);
  time.now = 60_000;
  assertEquals(arnsOf(take("probe")), ["task-0", "task-1"]);
});

Deno.test("a task that nobody watches any more is not put back", () => {
  const { list, time, take, watchMany } = createTimedList();
  const watches = watchMany(3);
  const [answered, unanswered, refused] = take();
  for (const watch of watches) watch.end();
  if (answered !== undefined) deliver(list, answered, missing, none);
  if (unanswered !== undefined) postpone(list, unanswered);
  if (refused !== undefined) setAside(list, refused);
  time.now = 120_000;
  assertEquals(take(), []);
  assertEquals([list.entries.size, list.refused.size], [0, 0]);
});

Deno.test("a look that is given up rejects, and nobody waits for it any more", async () => {
  const { list, take, watchMany } = createTimedList();
  const [watch] = watchMany(1);
  const gone = new AbortController();
  const look = watch?.look(gone.signal).catch((error: Error) => error.message);
  gone.abort(new Error("the stop was given up"));
  assertEquals(await look, "the stop was given up");
  assertEquals(take().map(({ looks }) => looks.length), [0]);
  assertEquals(list.entries.size, 1);
});
