import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { LogRequest, TaskLog } from "../../../src/logs/logs.ts";
import {
  createLogsWorld,
  logRequest,
  type LogsWorld,
  sourceOf,
  stderr,
  stdout,
} from "../../harness/logs_world.ts";

/** Shows a task's logs, in a process of its own. */
function follow(world: LogsWorld, changes: Partial<LogRequest> = {}) {
  const { logs, kill } = world.launch();
  const told: string[] = [];
  const identity = { role: undefined, profile: undefined };
  const taskLog = logs.follow(logRequest(changes), identity, (message) => told.push(message));
  return { taskLog, kill, told, logs };
}

/** A task that runs, whose first line is shown. */
async function withFirstLine() {
  const world = createLogsWorld();
  const { taskLog } = follow(world);
  world.put("app", [0, "first"]);
  taskLog.begin();
  await world.pass(3_000);
  return { world, taskLog };
}

/** Milliseconds until a log has ended. */
async function timeToEnd(world: LogsWorld, taskLog: TaskLog): Promise<number> {
  const began = world.time.now();
  let ended: number | undefined;
  taskLog.onEnd(() => ended = world.time.now());
  await world.pass(60_000);
  return (ended ?? NaN) - began;
}

const numbers = (count: number, label = "") =>
  Array.from({ length: count }, (_, at) => `${label}${at}\n`).join("");

Deno.test("the main container is on standard output, others on standard error by name", async () => {
  const world = createLogsWorld();
  const sources = [sourceOf("app"), sourceOf("side", { output: "stderr", label: "side" })];
  const { taskLog } = follow(world, { sources });
  world.put("app", [0, "hello"]);
  world.put("side", [0, "trace\n at main"]);
  taskLog.begin();
  await world.pass(5_000);
  assertEquals(world.disk.text(stdout), "hello\n");
  assertEquals(world.disk.text(stderr), "side: trace\nside:  at main\n");
});

Deno.test("CloudWatch Logs is not asked before the containers run", async () => {
  const world = createLogsWorld();
  const { taskLog } = follow(world);
  await world.pass(60_000);
  assertEquals(world.asked, []);
  world.addStream("app");
  taskLog.begin();
  await world.pass(1_000);
  assertEquals(world.asked.length, 1);
});

Deno.test("the end is told once nothing new has come for ten seconds, with the last line", async () => {
  const { world, taskLog } = await withFirstLine();
  taskLog.end(true);
  await world.pass(4_000);
  world.put("app", [3_000, "last"]);
  const more = await timeToEnd(world, taskLog);
  assertEquals(world.disk.text(stdout), "first\nlast\n");
  assert(more >= 10_000 && more <= 11_000, `${more} ms`);
});

Deno.test("the end is told within 17 s whatever CloudWatch Logs answers, and the log says what it lacks", async () => {
  const { world, taskLog } = await withFirstLine();
  world.fault = () => "unavailable";
  taskLog.end(true);
  const time = await timeToEnd(world, taskLog);
  assert(time >= 14_000 && time <= 17_500, `${time} ms`);
  assertStringIncludes(
    world.disk.text(stdout),
    "first\n[nomad-driver-ecs] The end of the log was not",
  );
});

Deno.test("the end is waited for up to 30 s while CloudWatch Logs refuses calls, and is whole", async () => {
  const { world, taskLog } = await withFirstLine();
  taskLog.end(true);
  const ended = world.time.now();
  world.fault = () => {
    const after = world.time.now() - ended;
    return after > 5_000 && after < 18_000 ? "throttled" : undefined;
  };
  const isEnded = timeToEnd(world, taskLog);
  await world.pass(6_000);
  world.put("app", [8_000, "last"]);
  const time = await isEnded;
  assertEquals(world.disk.text(stdout), "first\nlast\n");
  assert(time >= 18_000 && time <= 30_000, `${time} ms`);
});

Deno.test("a log that never stops holds up the end of its task for 15 s", async () => {
  const world = createLogsWorld();
  const { taskLog } = follow(world);
  world.put("app", [0, "0"]);
  taskLog.begin();
  taskLog.end(true);
  let isEnded = false;
  taskLog.onEnd(() => isEnded = true);
  for (let second = 0; second < 14; second++) {
    await world.pass(1_000);
    world.put("app", [world.time.now(), "more"]);
  }
  assertEquals(isEnded, false);
  await world.pass(2_000);
  assertEquals(isEnded, true);
});

Deno.test("an absent reader holds up the end of a task for 15 s at most, and the task's user is told", async () => {
  const world = createLogsWorld();
  world.disk.readers("none");
  const { taskLog, told } = follow(world);
  world.put("app", [0, "hello"]);
  taskLog.begin();
  await world.pass(3_000);
  taskLog.end(true);
  const time = await timeToEnd(world, taskLog);
  assert(time <= 16_000, `${time} ms`);
  assertEquals(told.map((text) => text.includes("takes no lines of the task's stdout")), [true]);
});

Deno.test("a task whose containers never ran, one whose log is refused, and one that is destroyed end at once", async () => {
  const world = createLogsWorld();
  const never = follow(world);
  never.taskLog.end(false);
  assertEquals(await timeToEnd(world, never.taskLog), 0);
  assertEquals(world.asked, []);
  world.fault = () => "denied";
  const refused = follow(world);
  refused.taskLog.begin();
  await world.pass(3_000);
  refused.taskLog.end(true);
  assert(await timeToEnd(world, refused.taskLog) <= 1_000);
  const destroyed = follow(world);
  destroyed.taskLog.end(true);
  destroyed.taskLog.close();
  assertEquals(await timeToEnd(world, destroyed.taskLog), 0);
});

Deno.test("each reason for which logs are not to be had is told once", async () => {
  const world = createLogsWorld();
  world.fault = () => "denied";
  const sources = [sourceOf("app"), sourceOf("side", { output: "stderr", label: "side" })];
  const { taskLog, told } = follow(world, { sources });
  taskLog.begin();
  await world.pass(300_000);
  assertEquals(told.length, 1);
  world.fault = undefined;
  await world.pass(300_000);
  assertEquals(told.length, 2);
  assertStringIncludes(told[1] ?? "", "has no stream");
});

Deno.test("a full output pauses its stream, and no other, and the task's user is told", async () => {
  const world = createLogsWorld();
  const sources = [sourceOf("app"), sourceOf("side", { output: "stderr" })];
  const { taskLog, told } = follow(world, { sources });
  const line = "x".repeat(999);
  const lines = (count: number) =>
    Array.from({ length: count }, (_, at): [number, string] => [at, line]);
  world.put("app", ...lines(600));
  world.put("side", [0, "hello"]);
  world.disk.readers("sleeps");
  taskLog.begin();
  await world.pass(20_000);
  world.put("side", [20_000, "again"]);
  await world.pass(120_000);
  assertEquals(told.length, 1, "each output is told of once");
  assertStringIncludes(told[0] ?? "", "Nomad takes no lines of the task's stdout");
  world.disk.readers("reads");
  await world.pass(20_000);
  assertEquals(world.disk.text(stdout).length, 600 * 1_000);
  assertEquals(world.disk.text(stderr), "hello\nagain\n");
});

Deno.test("through processes that are killed, deaf readers and failing calls, each line comes once and in order", async () => {
  for (const pause of [300, 1_700, 4_100]) {
    const world = createLogsWorld({ pageEvents: 40 });
    const sources = [sourceOf("app"), sourceOf("side", { output: "stderr", label: "side" })];
    world.fault = () => world.asked.length % 5 === 0 ? "unavailable" : undefined;
    let current = follow(world, { sources });
    current.taskLog.begin();
    for (let at = 0; at < 200; at++) {
      world.put("app", [world.time.now(), `${at}`]);
      world.put("side", [world.time.now(), `${at}`]);
      await world.pass(pause);
      if (at % 45 !== 44) continue;
      current.kill();
      await world.pass(1_000);
      if (at % 2 === 0) world.disk.readers("reads"); // the agent was restarted too
      current = follow(world, { sources, begins: "about now" });
      current.taskLog.begin();
    }
    current.taskLog.end(true);
    await world.pass(60_000);
    assertEquals(world.disk.text(stdout), numbers(200));
    assertEquals(world.disk.text(stderr), numbers(200, "side: "));
  }
});

/** What the next allocation on this client asks for. */
const nextAllocation: Partial<LogRequest> = {
  stdout: "/alloc/b/alloc/logs/.web.stdout.fifo",
  checkpoint: "/alloc/b/nomad-driver-ecs.web.logs.json",
  earlier: ["/alloc/a/nomad-driver-ecs.web.logs.json"],
  begins: "about now",
};

Deno.test("the next allocation on this client goes on where the last one ended", async () => {
  const world = createLogsWorld();
  const first = follow(world);
  world.put("app", [0, "one"], [0, "two"]);
  first.taskLog.begin();
  await world.pass(3_000);
  first.taskLog.close();
  await world.pass(1_000);
  const next = follow(world, nextAllocation);
  world.put("app", [0, "three"]);
  next.taskLog.begin();
  await world.pass(10_000);
  assertEquals(world.disk.text(stdout), "one\ntwo\n");
  assertEquals(world.disk.text("/alloc/b/alloc/logs/web.stdout.0"), "three\n");
});

/** 600 KB of lines, which are more than an output keeps. */
const wideLines = Array.from({ length: 600 }, (_, at) => `${at}`.padStart(1_023, "."));
const wideText = wideLines.map((line) => `${line}\n`).join("");

/** Shows the wide lines to a reader that sleeps, so that most of them wait. */
async function followWide(world: LogsWorld) {
  const first = follow(world);
  world.put("app", ...wideLines.map((line, at): [number, string] => [at, line]));
  world.disk.readers("sleeps");
  first.taskLog.begin();
  await world.pass(30_000);
  return first;
}

Deno.test("lines that wait for a slow reader when the driver shuts down are written by the next process", async () => {
  const world = createLogsWorld();
  const first = await followWide(world);
  first.logs.close();
  await world.pass(1_000);
  first.kill();
  world.disk.readers("reads");
  const next = follow(world, { begins: "about now" });
  next.taskLog.begin();
  await world.pass(60_000);
  assertEquals(world.disk.text(stdout), wideText);
});

Deno.test("lines that wait for a slow reader when an allocation ends are shown by the next one", async () => {
  const world = createLogsWorld();
  const first = await followWide(world);
  assertEquals(first.taskLog.pause(), undefined, "nobody can tell in a tag what waits");
  first.taskLog.close();
  await world.pass(1_000);
  world.disk.readers("reads");
  const next = follow(world, nextAllocation);
  next.taskLog.begin();
  await world.pass(60_000);
  const shown = [world.disk.text(stdout), world.disk.text("/alloc/b/alloc/logs/web.stdout.0")];
  assertEquals(shown.join(""), wideText);
  assert(shown.every((text) => text !== ""));
});

Deno.test("an ECS task of another client's allocation is shown from about the take-over on", async () => {
  const world = createLogsWorld();
  world.put("app", [0, "old"]);
  await world.pass(3_600_000);
  world.put("app", [world.time.now() - 1_000, "new"]);
  const { taskLog } = follow(world, { begins: "about now" });
  taskLog.begin();
  await world.pass(10_000);
  assertEquals(world.disk.text(stdout), "new\n");
});

Deno.test("a broken disk is no trouble of the task's", async () => {
  const world = createLogsWorld();
  world.disk.fault = new Error("an I/O error");
  const { taskLog } = follow(world);
  world.put("app", [0, "hello"]);
  taskLog.begin();
  await world.pass(10_000);
  taskLog.end(true);
  assert(await timeToEnd(world, taskLog) <= 16_000);
});

Deno.test("the next allocation on another client goes on with the very next line", async () => {
  const world = createLogsWorld();
  const sources = [sourceOf("app"), sourceOf("side", { output: "stderr" })];
  const first = follow(world, { sources });
  world.put("app", [0, "zero"], [9, "one"], [9, "two"]);
  first.taskLog.begin();
  await world.pass(3_000);
  const shown = first.taskLog.pause();
  world.put("app", [9, "three"], [10, "four"]);
  world.put("side", [10, "side"]);
  await world.pass(20_000);
  assertEquals(world.disk.text(stdout), "zero\none\ntwo\n");
  first.taskLog.close();
  const next = follow(world, {
    sources,
    stdout: "/alloc/b/alloc/logs/.web.stdout.fifo",
    stderr: "/alloc/b/alloc/logs/.web.stderr.fifo",
    checkpoint: undefined,
    shown,
    begins: "about now",
  });
  next.taskLog.begin();
  await world.pass(20_000);
  assertEquals(world.disk.text("/alloc/b/alloc/logs/web.stdout.0"), "three\nfour\n");
  assertEquals(world.disk.text("/alloc/b/alloc/logs/web.stderr.0"), "side\n");
});

Deno.test("a task that is not left after all is shown on", async () => {
  const world = createLogsWorld();
  const { taskLog } = follow(world);
  world.put("app", [0, "one"]);
  taskLog.begin();
  await world.pass(3_000);
  taskLog.pause();
  world.put("app", [3_000, "two"]);
  await world.pass(20_000);
  taskLog.begin();
  await world.pass(3_000);
  assertEquals(world.disk.text(stdout), "one\ntwo\n");
});

Deno.test("a stream that is refused keeps the next process from no other's checkpoint", async () => {
  const world = createLogsWorld();
  const sources = [sourceOf("app"), sourceOf("side", { output: "stderr", group: "secret" })];
  world.fault = ({ logGroupName }) => logGroupName === "secret" ? "denied" : undefined;
  const first = follow(world, { sources });
  first.taskLog.begin();
  world.put("app", [0, "one"]);
  await world.pass(10_000);
  first.kill();
  const second = follow(world, { sources });
  second.taskLog.begin();
  await world.pass(60_000);
  world.put("app", [80_000, "two"]);
  await world.pass(20_000);
  second.kill();
  world.disk.files.delete(stdout); // it was rotated away
  const third = follow(world, { sources });
  third.taskLog.begin();
  await world.pass(30_000);
  assert(!world.disk.text(stdout).includes("two"), world.disk.text(stdout));
});

Deno.test("two checkpoints of one task are written one after the other", async () => {
  const world = createLogsWorld();
  const { taskLog } = follow(world);
  world.put("app", [0, "one"]);
  taskLog.begin();
  await world.pass(3_000);
  const { replaceText } = world.disk;
  let [open, most] = [0, 0];
  world.disk.replaceText = async (path, text) => {
    most = Math.max(most, ++open);
    await world.clock.sleep(100);
    await replaceText(path, text);
    open -= 1;
  };
  const saving = taskLog.save();
  await world.pass(10);
  taskLog.close();
  await world.pass(1_000);
  await saving;
  assertEquals(most, 1, "both would write into the same unfinished file");
});

Deno.test("a listener that fails keeps no other from hearing of the end", async () => {
  const world = createLogsWorld();
  const { taskLog } = follow(world);
  let isTold = false;
  taskLog.onEnd(() => {
    throw new Error("a fault of the listener");
  });
  taskLog.onEnd(() => isTold = true);
  taskLog.end(true);
  await world.pass(30_000);
  assertEquals(isTold, true);
});
