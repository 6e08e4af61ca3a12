import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { textLimit } from "../../../src/bounded_text.ts";
import { longestSleep } from "../../../src/clock.ts";
import type { TaskStatus } from "../../../src/driver/task_record.ts";
import {
  CPUUsage_Fields,
  DriverTaskEvent,
  InspectTaskResponse,
  MemoryUsage_Fields,
  TaskConfig,
  TaskStats,
} from "../../../src/gen/hashicorp/nomad/plugins/drivers/proto/driver.ts";
import {
  milliseconds,
  taskIdentity,
  wireEvent,
  wireExit,
  wireFingerprint,
  wireStats,
  wireTaskStatus,
} from "../../../src/grpc/wire.ts";
import { usageOf } from "../../../src/stats/usage.ts";

const long = "é".repeat(1_000_000);

const task: TaskStatus = {
  task: {
    id: "a/web/1",
    name: "web",
    allocId: "a",
    namespace: "default",
    jobId: "job",
    group: "group",
    nodeId: "node",
  },
  state: "running",
  startedAt: 1_767_225_600_000,
  completedAt: undefined,
  result: undefined,
  network: undefined,
  attributes: { arn: "arn", last_status: "RUNNING" },
};

function isBounded(text: string | undefined): boolean {
  return text !== undefined && text !== "" && encodeURI(text).length <= textLimit;
}

Deno.test("whatever ECS says of an end, of a task or of a cluster, Nomad gets a few KB of it", () => {
  const { err } = wireExit({ exitCode: 1, oomKilled: false, error: long });
  const { driver } = wireTaskStatus({ ...task, attributes: { arn: "arn", last_status: long } });
  const { healthDescription, attributes } = wireFingerprint({
    health: "unhealthy",
    description: long,
    attributes: { "driver.ecs": false, "driver.ecs.cluster": long },
  });
  const cluster = attributes["driver.ecs.cluster"]?.value;
  assert(cluster?.$case === "stringVal");
  assertEquals(
    [err, driver?.attributes["last_status"], healthDescription, cluster.value].map(isBounded),
    [true, true, true, true],
  );
  assertEquals(driver?.attributes["arn"], "arn");
});

Deno.test("an exit status is what the system knows it by, whatever number ECS tells", () => {
  const told = (exitCode: number) => {
    const { result, err } = wireExit({ exitCode, oomKilled: false, error: undefined });
    return [result?.exitCode, err];
  };
  assertEquals(told(0), [0, ""]);
  assertEquals(told(137), [137, ""]);
  assertEquals(told(-1), [-1, ""]);
  // STATUS_ACCESS_VIOLATION, as Windows containers end with it: unsigned or signed.
  assertEquals(told(0xC0000005), [-1073741819, "exit code 0xC0000005"]);
  assertEquals(told(-1073741819), [-1073741819, "exit code 0xC0000005"]);
  for (const none of [2 ** 32, -(2 ** 31) - 1, 1.5, NaN, Infinity, 1e300]) {
    assertEquals(told(none), [-1, `ECS tells of exit code ${none}, which no process ends with`]);
  }
});

Deno.test("an answer with times and ports that cannot be is sent without them", () => {
  const unknown = new Date("0001-01-01T00:00:00Z");
  for (const never of [NaN, Infinity, -Infinity, 1e300, 8.64e15, -1.5, 253_402_300_800_000]) {
    const message = wireTaskStatus({
      ...task,
      startedAt: never,
      completedAt: never,
      network: {
        address: "10.0.0.1",
        ports: { http: 80, none: never, most: 65_535, over: 65_536 },
      },
    });
    const sent = InspectTaskResponse.decode(InspectTaskResponse.encode(message).finish());
    assertEquals([sent.task?.startedAt, sent.task?.completedAt], [unknown, unknown]);
    assertEquals(sent.networkOverride?.portMap, { http: 80, most: 65_535 });
    const event = { task: task.task, at: never, message: "m", annotations: {} };
    const told = DriverTaskEvent.decode(DriverTaskEvent.encode(wireEvent(event)).finish());
    assertEquals(told.timestamp, unknown);
  }
  const at = 1_767_225_600_123;
  const message = wireTaskStatus({ ...task, startedAt: at });
  const sent = InspectTaskResponse.decode(InspectTaskResponse.encode(message).finish());
  assertEquals(sent.task?.startedAt, new Date(at));
});

Deno.test("a duration that no timer keeps is the longest, and one below zero is none", () => {
  assertEquals(milliseconds(undefined), 0);
  assertEquals(milliseconds({ seconds: 1n, nanos: 500_000_000 }), 1_500);
  assertEquals(milliseconds({ seconds: -1n, nanos: 0 }), 0);
  assertEquals(milliseconds({ seconds: 2n ** 63n - 1n, nanos: 999_999_999 }), longestSleep);
  assertEquals(milliseconds({ seconds: -(2n ** 63n), nanos: 0 }), 0);
});

Deno.test("CPU units are told as MHz and as percent of a core, memory as usage, and nothing else as measured", () => {
  const { id, timestamp, aggResourceUsage } = wireStats("a/web/1", {
    at: 60_000,
    cpuUnits: 256,
    memoryBytes: 2 ** 40,
  });
  assertEquals([id, timestamp], ["a/web/1", new Date(60_000)]);
  const { cpu, memory } = aggResourceUsage ?? {};
  assertEquals([cpu?.totalTicks, cpu?.percent, cpu?.systemMode], [256, 25, 0]);
  assertEquals(cpu?.measuredFields, [CPUUsage_Fields.PERCENT]);
  assertEquals([memory?.usage, memory?.rss], [2n ** 40n, 0n]);
  assertEquals(memory?.measuredFields, [MemoryUsage_Fields.USAGE]);
});

Deno.test("what was not measured is not told as measured, and can be read unchecked", () => {
  const usage = { at: 60_000, cpuUnits: undefined, memoryBytes: undefined };
  const { aggResourceUsage } = TaskStats.decode(
    TaskStats.encode(wireStats("a/web/1", usage)).finish(),
  );
  assertEquals(aggResourceUsage?.cpu?.measuredFields, []);
  assertEquals(aggResourceUsage?.memory?.measuredFields, []);
});

Deno.test("every usage that Container Insights can tell fits the wire", () => {
  const amount = fc.double({ noNaN: true });
  fc.assert(fc.property(fc.maxSafeInteger(), amount, amount, (at, cpuUtilized, memoryUtilized) => {
    const usage = usageOf({ at, cpuUtilized, memoryUtilized });
    if (usage === undefined) return;
    const { aggResourceUsage } = TaskStats.decode(
      TaskStats.encode(wireStats("a/web/1", usage)).finish(),
    );
    assertEquals(aggResourceUsage?.memory?.usage, BigInt(usage.memoryBytes ?? 0));
  }));
});

/** A task as Nomad names it on the wire, with the environment that it makes. */
function namedTask(changes: Partial<TaskConfig>): TaskConfig {
  return {
    ...TaskConfig.decode(new Uint8Array()),
    jobName: "Web shop",
    env: { NOMAD_JOB_ID: "web", NOMAD_NAMESPACE: "shop" },
    ...changes,
  };
}

Deno.test("a task's job and namespace are those on the wire", () => {
  const { jobId, namespace } = taskIdentity(
    namedTask({ jobId: "api", namespace: "prod", nodeId: "node" }),
  );
  assertEquals({ jobId, namespace }, { jobId: "api", namespace: "prod" });
});

Deno.test("where an old Nomad has no job and namespace on the wire, the task's environment tells them", () => {
  const { jobId, namespace, nodeId } = taskIdentity(namedTask({}));
  assertEquals({ jobId, namespace, nodeId }, { jobId: "web", namespace: "shop", nodeId: "" });
});

Deno.test("a task whose environment tells nothing has its job's name for an id", () => {
  const { jobId, namespace } = taskIdentity(namedTask({ env: {} }));
  assertEquals({ jobId, namespace }, { jobId: "Web shop", namespace: "" });
});
