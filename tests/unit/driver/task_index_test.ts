import { assertEquals } from "@std/assert";
import { createTaskIndex } from "../../../src/driver/task_index.ts";
import { ownerOf } from "../../harness/world.ts";

const entry = (run: string, allocId?: string, name = "main") => ({
  task: { ...ownerOf(run, allocId), name, id: `${allocId ?? "own"}/${name}/${run}` },
});

Deno.test("a value is found by its task's id until it is deleted", () => {
  const index = createTaskIndex<ReturnType<typeof entry>>();
  const one = entry("1");
  index.set(one);
  assertEquals([index.get(one.task.id), index.has(one.task.id)], [one, true]);
  index.delete(one.task.id);
  index.delete(one.task.id);
  assertEquals([index.get(one.task.id), index.has(one.task.id)], [undefined, false]);
  assertEquals(index.earlier(entry("2").task), []);
});

Deno.test("the earlier values are those of the same task of the same allocation, oldest first", () => {
  const index = createTaskIndex<ReturnType<typeof entry>>();
  const [first, second] = [entry("1"), entry("2")];
  for (const one of [first, second, entry("3", "other"), entry("4", undefined, "side")]) {
    index.set(one);
  }
  assertEquals(index.earlier(entry("5").task), [first, second]);
  assertEquals(index.earlier(second.task), [first]);
});

Deno.test("a value takes the place of the one with its task's id", () => {
  const index = createTaskIndex<ReturnType<typeof entry>>();
  index.set(entry("1"));
  const again = entry("1");
  index.set(again);
  assertEquals([...index.values()].length, 1);
  assertEquals(index.earlier(entry("2").task).map((value) => value === again), [true]);
});
