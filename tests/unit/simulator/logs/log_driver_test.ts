import { assertEquals } from "@std/assert";
import { endLogDriver, print, startLogDriver } from "../../../../demo/simulator/logs/log_driver.ts";
import { addGroup, createLogStore, groupOf } from "../../../../demo/simulator/logs/store.ts";

const options = { group: "g", region: "us-east-1", stream: "p/app/1", createGroup: false };

/** A log driver whose time a test moves; batches are readable 1 s after they were sent. */
function stage(more: Partial<typeof options> = {}, groups = ["g"]) {
  const store = createLogStore("123456789012");
  for (const name of groups) addGroup(store, "us-east-1", name, 0);
  const at = (now: number) => ({ now, random: () => 0.5, speed: 1 });
  const driver = startLogDriver(store, { ...options, ...more }, at(0));
  return {
    store,
    driver,
    print: (now: number, text: string, output: "stdout" | "stderr" = "stdout") =>
      print(store, driver, output, text, at(now)),
    end: (now: number) => endLogDriver(store, driver, at(now)),
    events: () =>
      (groupOf(store, "us-east-1", "g")?.streams.get("p/app/1")?.events ?? []).map((
        { timestamp, readableAt, message },
      ) => [timestamp, readableAt, message]),
  };
}

Deno.test("the stream is there from the start of the container on", () => {
  assertEquals(stage().events(), []);
  assertEquals(groupOf(stage().store, "us-east-1", "g")?.streams.has("p/app/1"), true);
});

Deno.test("each line is an event of the time at which it was read, seen after the next flush", () => {
  const { print, events } = stage();
  print(1_000, "a\nb\n");
  print(4_999.7, "c\n");
  print(5_000, "d\n");
  assertEquals(events(), [
    [1_000, 6_000, "a"],
    [1_000, 6_000, "b"],
    [4_999, 6_000, "c"],
    [5_000, 11_000, "d"],
  ]);
});

Deno.test("empty lines are dropped, and a line waits for its break, by output", () => {
  const { print, end, events } = stage();
  print(0, "a\n\n\nb");
  print(0, "oops\n", "stderr");
  print(0, "c\nlast");
  end(0);
  assertEquals(events().map(([, , message]) => message), ["a", "oops", "bc", "last"]);
});

Deno.test("the last batch of a container can be late", () => {
  const { store, print, end, events } = stage();
  store.habits.lastBatchMs = 10_000;
  print(1_000, "a\n");
  print(7_000, "b\n");
  end(7_500);
  assertEquals(events().map(([, readableAt]) => readableAt), [6_000, 21_000]);
});

Deno.test("a long line is split between characters, into events of one time", () => {
  const { print, events } = stage();
  print(1, `${"a".repeat(262_117)}é${"b".repeat(10)}\n`);
  assertEquals(events().map(([timestamp, , message]) => [timestamp, String(message).length]), [
    [1, 262_117],
    [1, 11],
  ]);
});

Deno.test("a batch that is full is sent at once", () => {
  const { print, events } = stage();
  print(100, "x\n".repeat(10_001));
  assertEquals([events()[0]?.[1], events()[9_999]?.[1], events()[10_000]?.[1]], [100, 100, 6_000]);
});

Deno.test("without its group a container logs once the group is there", () => {
  const { store, print, events } = stage({}, []);
  print(1_000, "a\n");
  addGroup(store, "us-east-1", "g", 0);
  print(2_000, "b\n");
  assertEquals(events().map(([timestamp, , message]) => [timestamp, message]), [
    [1_000, "a"],
    [2_000, "b"],
  ]);
});

Deno.test("the group is made where the configuration says so", () => {
  const { store } = stage({ createGroup: true }, []);
  assertEquals(groupOf(store, "us-east-1", "g")?.streams.size, 1);
});
