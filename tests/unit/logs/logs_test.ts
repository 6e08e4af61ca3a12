import { assertEquals } from "@std/assert";
import { createLogs } from "../../../src/logs/logs.ts";
import { encodeCheckpoint } from "../../../src/logs/checkpoint.ts";
import { positionAt } from "../../../src/logs/position.ts";
import {
  createLogsWorld,
  epoch,
  logRequest,
  type LogsWorld,
  sourceOf,
  stdout,
} from "../../harness/logs_world.ts";
import { silent } from "../../harness/world.ts";

const identity = { role: undefined, profile: undefined };
const tell = () => {};

Deno.test("one reader asks for the streams of all tasks in an account and region", async () => {
  const world = createLogsWorld();
  const regions: (string | undefined)[] = [];
  const { disk, clock, caller } = world;
  const callerOf = ({ region }: { region: string | undefined }) => {
    regions.push(region);
    return caller;
  };
  const logs = createLogs({ callerOf, disk, clock, log: silent });
  for (const name of ["a", "b", "c"]) {
    world.put(name, [0, "hello"]);
    const request = { ...logRequest({ sources: [sourceOf(name)] }), checkpoint: undefined };
    logs.follow(request, identity, tell).begin();
  }
  await world.pass(30_000);
  assertEquals(world.asked.at(-1)?.input.logStreamNames?.toSorted(), ["a", "b", "c"]);
  logs.follow(logRequest({ sources: [sourceOf("d", { region: "eu-west-1" })] }), identity, tell)
    .begin();
  await world.pass(1_000);
  assertEquals(regions, ["us-east-1", "eu-west-1"]);
});

/** Logs in a world, and how many callers their readers were made with. */
function countingCallers({ disk, clock, caller }: LogsWorld) {
  let made = 0;
  const callerOf = () => {
    made += 1;
    return caller;
  };
  return { logs: createLogs({ callerOf, disk, clock, log: silent }), made: () => made };
}

Deno.test("a reader is let go with the last stream of its account and region, and made anew for the next", async () => {
  const world = createLogsWorld();
  const { logs, made: callers } = countingCallers(world);
  world.put("app", [0, "hello"]);
  const made: number[] = [];
  for (const alloc of ["a", "b", "c"]) {
    const checkpoint = `/alloc/${alloc}/logs.json`;
    const [one, other] = [1, 2].map(() =>
      logs.follow({ ...logRequest(), checkpoint }, identity, tell)
    );
    one?.begin();
    other?.begin();
    await world.pass(5_000);
    one?.close();
    await world.pass(5_000);
    made.push(callers());
    assertEquals(world.asked.at(-1)?.input.logStreamNames, ["app"]);
    other?.close();
    const asked = world.asked.length;
    await world.pass(60_000);
    assertEquals(world.asked.length, asked);
  }
  assertEquals(made, [1, 2, 3]);
});

Deno.test("a log that is closed, or has room again, before it begins makes no reader", async () => {
  for (const end of ["close", "end", "pause"] as const) {
    const world = createLogsWorld();
    const { disk } = world;
    const { logs, made } = countingCallers(world);
    // An earlier allocation has left more than an output takes: its room is told before the log begins.
    const waiting = new TextEncoder().encode("x".repeat(300_000));
    const outputs = new Map(
      [["stdout", {
        base: { index: 0, offset: 0 },
        bytes: 0,
        waiting,
      }]] as const,
    );
    const positions = new Map([["app", positionAt(epoch)]]);
    disk.files.set("/earlier", new TextEncoder().encode(encodeCheckpoint({ outputs, positions })));
    const request = { ...logRequest(), checkpoint: undefined, earlier: ["/earlier"] };
    const task = logs.follow(request, identity, tell);
    await world.pass(5_000);
    assertEquals(disk.files.get(stdout)?.length, waiting.length, "the output had room again");
    if (end === "end") task.end(false);
    else task[end]();
    await world.pass(60_000);
    assertEquals([end, made()], [end, 0]);
  }
});

Deno.test("a log whose outputs cannot be opened makes no reader when it ends", async () => {
  const world = createLogsWorld();
  const { disk } = world;
  const { logs, made } = countingCallers(world);
  disk.list = () => Promise.reject(new Error("an I/O error"));
  const task = logs.follow(logRequest(), identity, tell);
  await world.pass(5_000);
  task.end(true);
  await world.pass(60_000);
  assertEquals([task.isOver(), made()], [true, 0]);
});

Deno.test("how far a log was written is on the disk within five seconds, and as long as it changes", async () => {
  const world = createLogsWorld();
  const { logs } = world.launch();
  const path = "/alloc/a/nomad-driver-ecs.web.logs.json";
  world.put("app", [0, "hello"]);
  logs.follow(logRequest(), identity, tell).begin();
  await world.pass(500);
  const first = world.disk.text(path);
  await world.pass(5_000);
  const second = world.disk.text(path);
  assertEquals([first !== "", second !== first], [true, true]);
  world.disk.files.delete(path);
  await world.pass(20_000);
  assertEquals(world.disk.files.has(path), false);
});

Deno.test("once closed, nothing is asked for or written", async () => {
  const world = createLogsWorld();
  const { logs } = world.launch();
  world.put("app", [0, "hello"]);
  logs.follow(logRequest(), identity, tell).begin();
  await world.pass(5_000);
  logs.close();
  const asked = world.asked.length;
  world.put("app", [5_000, "late"]);
  await world.pass(60_000);
  assertEquals([world.asked.length, world.disk.text(stdout)], [asked, "hello\n"]);
});
