import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { encode } from "@msgpack/msgpack";
import { containerExited } from "../../../demo/simulator/state/task_life.ts";
import { decodePluginConfig } from "../../../src/config/mod.ts";
import { createSettings } from "../../../src/driver/settings.ts";
import {
  followLogs,
  type LogContext,
  moveLogs,
  pauseLogs,
  resumeLogs,
  sourcesOf,
} from "../../../src/driver/task_logs.ts";
import { createTaskRecord, type ExitResult } from "../../../src/driver/task_record.ts";
import type { DefinitionFacts } from "../../../src/lifecycle/lifecycle.ts";
import type { LogRequest, TaskLog } from "../../../src/logs/logs.ts";
import { cluster, createWorld, ownerOf, silent, startRequest } from "../../harness/world.ts";

const fifos = { stdout: "/a/.main.stdout.fifo", stderr: "/a/.main.stderr.fifo" };
const options = { logs: true, sidecar_logs: "stderr" as const, container: undefined };

const awslogs = {
  driver: "awslogs",
  options: { "awslogs-group": "g", "awslogs-stream-prefix": "p", "mode": "blocking" },
};

function definition(log: typeof awslogs | undefined): DefinitionFacts {
  const container = { essential: true, role: undefined, waitsFor: [], ports: [], secrets: [] };
  return {
    arn: "d:1",
    networkMode: "awsvpc",
    compatibilities: undefined,
    containers: [{ ...container, name: "app", log }],
    openVolumes: [],
    cpu: undefined,
    memory: undefined,
    isForWindows: false,
    hasTaskRole: false,
  };
}

/** Logs that note what they are asked, and end when the test says so. */
function notingLogs() {
  const requests: LogRequest[] = [];
  const calls: string[] = [];
  let listener: (() => void) | undefined;
  let isClosed = false;
  const taskLog = {
    tell: () => {},
    begin: () => calls.push("begin"),
    end: (ran: boolean) => calls.push(ran ? "end" : "end without a run"),
    close: () => {
      calls.push("close");
      isClosed = true;
      listener?.();
    },
    onEnd: (callback: () => void) => {
      listener = callback;
      if (isClosed) callback();
      return () => listener = undefined;
    },
  } as unknown as TaskLog;
  const logs = {
    follow: (request: LogRequest) => {
      requests.push(request);
      return taskLog;
    },
    close: () => {},
  };
  return { logs, requests, calls, ends: () => listener?.() };
}

/** A task that runs, whose logs are followed. */
async function followedTask() {
  const world = createWorld();
  const noting = notingLogs();
  const decoded = decodePluginConfig(encode({}));
  assert(decoded.kind === "ok");
  const context: LogContext = {
    lifecycle: world.lifecycle,
    settings: createSettings(decoded.value, {}),
    logs: noting.logs,
    log: silent,
  };
  const events: string[] = [];
  const onEvent = ({ message }: { message: string }) => void events.push(message);
  const started = await world.settle(world.lifecycle.start({ ...startRequest(), onEvent }));
  assert(started.status === "fulfilled");
  const { remote } = started.value;
  const told: string[] = [];
  const sources = sourcesOf(
    context,
    { ref: remote.ref, tell: (text) => told.push(text) },
    definition(awslogs),
    options,
    { fifos },
  );
  const network = { advertise: "private" as const, address: undefined, ports: {} };
  const recordOf = (from = remote, streams = sources) =>
    createTaskRecord({ remote: from, network, startedAt: 0, handover: true, sources: streams });
  const heard: ExitResult[] = [];
  const exits = async () => {
    const [task] = world.ecs.live();
    assert(task !== undefined);
    containerExited(world.ecs.model, task, "main", { exitCode: 3 });
    await world.pass(60_000);
  };
  return { ...world, ...noting, events, context, remote, recordOf, told, sources, heard, exits };
}

Deno.test("a task's streams are those of its definition, in its own region", async () => {
  const { sources, remote, told } = await followedTask();
  const id = remote.ref.arn.split("/").at(-1);
  assertEquals(sources, [{
    region: cluster.region ?? "",
    group: "g",
    stream: `p/app/${id}`,
    output: "stdout",
    label: undefined,
  }]);
  assertEquals(told, []);
});

Deno.test("what a task's user should know of its logs is an event of the running task", async () => {
  const { context, remote, events } = await followedTask();
  const lossy = { ...awslogs, options: { "awslogs-group": "g", "awslogs-stream-prefix": "p" } };
  sourcesOf(context, remote, definition(lossy as typeof awslogs), options, { fifos });
  assert(events.some((message) => message.includes('With mode = "blocking"')));
});

Deno.test("without logs, or FIFOs for them, there is nothing to show or tell; without a definition that is told", async () => {
  const { context, remote } = await followedTask();
  const told: string[] = [];
  const of = (changes: Partial<typeof options>, facts?: DefinitionFacts, place = {}) =>
    sourcesOf(
      context,
      { ref: remote.ref, tell: (text) => told.push(text) },
      facts,
      { ...options, ...changes },
      { fifos, ...place },
    );
  assertEquals(of({ logs: false }, definition(awslogs)), []);
  assertEquals(of({}, definition(awslogs), { fifos: undefined }), []);
  assertEquals(told, []);
  assertEquals(of({}, definition(undefined)), []);
  assertEquals(of({}, undefined), []);
  assertStringIncludes(told[0] ?? "", "no log configuration");
  assertStringIncludes(told[1] ?? "", "ecs:DescribeTaskDefinition");
});

Deno.test("logs begin with the running task, and Nomad hears of its end after theirs", async () => {
  const { context, recordOf, requests, calls, heard, exits, ends } = await followedTask();
  const record = recordOf();
  const allocDir = `/nomad/alloc/${record.task.allocId}`;
  followLogs(context, record, { fifos, allocDir }, { how: "started", earlier: ["before"] });
  record.onExit((how) => heard.push(how));
  assertEquals(requests[0]?.begins, "with the task");
  assertEquals(requests[0]?.checkpoint, `${allocDir}/nomad-driver-ecs.main.logs.json`);
  assertEquals(requests[0]?.earlier, ["/nomad/alloc/before/nomad-driver-ecs.main.logs.json"]);
  assertEquals([...new Set(calls)], ["begin"]);
  await exits();
  assertEquals([calls.at(-1), heard.length], ["end", 0]);
  ends();
  assertEquals(heard.map(({ exitCode }) => exitCode), [3]);
});

Deno.test("a task without streams ends without any delay", async () => {
  const { context, remote, recordOf, requests, heard, exits } = await followedTask();
  const record = recordOf(remote, []);
  followLogs(context, record, { fifos }, { how: "started" });
  record.onExit((how) => heard.push(how));
  await exits();
  assertEquals([requests.length, heard.length], [0, 1]);
});

Deno.test("a task that is destroyed or left ends at once, and its logs with it", async () => {
  for (const how of ["destroy", "detach"] as const) {
    const { context, recordOf, calls, heard } = await followedTask();
    const record = recordOf();
    followLogs(context, record, { fifos }, { how: "handed over" });
    record.onExit((result) => heard.push(result));
    record[how]();
    assertEquals([calls.includes("close"), heard.length], [true, 1]);
  }
});

Deno.test("who takes a task over within this process takes its logs over, with the FIFOs open", async () => {
  const { context, lifecycle, remote, recordOf, calls, requests, exits } = await followedTask();
  const first = recordOf();
  followLogs(context, first, { fifos }, { how: "started" });
  const { ref } = remote;
  const owner = ownerOf("22222222");
  const second = recordOf(
    lifecycle.recover({ ref, owner, container: undefined, onEvent: () => {} }),
  );
  moveLogs(context, first, second);
  first.detach();
  assertEquals([requests.length, calls.includes("close")], [1, false]);
  assertEquals([first.log, second.log !== undefined], [undefined, true]);
  await exits();
  assertEquals(calls.at(-1), "end");
});

Deno.test("the streams of a task that an older driver has started are found out", async () => {
  const { context, lifecycle, remote, recordOf, requests, pass } = await followedTask();
  const record = createTaskRecord({
    remote,
    network: recordOf().known().network,
    startedAt: 0,
    handover: true,
  });
  const described = {
    ...context,
    lifecycle: { ...lifecycle, definitionOf: () => Promise.resolve(definition(awslogs)) },
  };
  followLogs(described, record, { fifos }, { how: "recovered" });
  await pass(1_000);
  assertEquals(requests.map(({ begins, sources }) => [begins, sources.length]), [["about now", 1]]);
});

Deno.test("a fault of the logs fails no start, and holds up no end", async () => {
  const { context, remote, recordOf, heard, exits } = await followedTask();
  const broken = () => {
    throw new Error("a fault");
  };
  const told = { ref: remote.ref, tell: broken };
  assertEquals(sourcesOf(context, told, undefined, options, { fifos }), []);
  const faulty = { ...context, logs: { follow: broken, close: () => {} } };
  followLogs(faulty, recordOf(), { fifos }, { how: "started" });
  const record = recordOf();
  const methods = { begin: broken, end: broken, onEnd: broken, close: broken, pause: broken };
  const taskLog = { ...methods, tell: () => {} };
  const ending = { follow: () => taskLog as unknown as TaskLog, close: () => {} };
  followLogs({ ...context, logs: ending }, record, { fifos }, { how: "started" });
  record.log = taskLog as unknown as TaskLog;
  assertEquals(pauseLogs(silent, record), undefined);
  resumeLogs(silent, record);
  record.onExit((how) => heard.push(how));
  await exits();
  assertEquals(heard.length, 1);
});
