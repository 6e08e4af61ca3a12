import { assert, assertEquals } from "@std/assert";
import { textLimit } from "../../../src/bounded_text.ts";
import { wireExit, wireFingerprint, wireTaskStatus } from "../../../src/grpc/convert.ts";
import type { TaskStatus } from "../../../src/driver/task_record.ts";

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
