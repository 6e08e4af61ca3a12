import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { CliError } from "../../../src/cli/exit_codes.ts";
import { namedTask, taskArnIn, taskRefOf } from "../../../src/cli/task_ref.ts";
import { pluginConfig } from "../../../src/config/plugin_config.ts";
import { callerAnswering } from "../../harness/caller.ts";

const { signal } = new AbortController();
const id = "0123456789abcdef0123456789abcdef";
const clusterArn = "arn:aws:ecs:us-east-1:123456789012:cluster/prod";
const arn = `arn:aws:ecs:us-east-1:123456789012:task/prod/${id}`;
const config = pluginConfig.decode({ cluster: "prod", region: "eu-west-1" }, "config", []);

Deno.test("an ARN names its own cluster and region, and an id is of the configured cluster", () => {
  const named = namedTask(arn, config);
  assertEquals([named.arn, named.cluster.name, named.cluster.region], [arn, "prod", "us-east-1"]);
  const byId = namedTask(id, config);
  assertEquals([byId.arn, byId.cluster.name, byId.cluster.region], [
    undefined,
    "prod",
    "eu-west-1",
  ]);
  for (const text of ["web", clusterArn, "0".repeat(40)]) {
    assertThrows(() => namedTask(text, config), CliError, "must be an ECS task's ARN or id");
  }
});

Deno.test("an id gets its ARN from the cluster's", async () => {
  assertEquals(taskArnIn(clusterArn, id), arn);
  const { caller } = callerAnswering({
    describeClusters: () => ({ clusters: [{ clusterArn, status: "ACTIVE" }], failures: [] }),
  });
  assertEquals((await taskRefOf(caller, id, config, signal)).arn, arn);
  const none = callerAnswering({ describeClusters: () => ({ clusters: [], failures: [] }) });
  await assertRejects(() => taskRefOf(none.caller, id, config, signal), CliError, "prod");
});
