import { assertEquals } from "@std/assert";
import { EcsError } from "../../../../src/aws/error.ts";
import { checkCluster, checkLogGroup } from "../../../../src/cli/doctor/cluster_checks.ts";
import { callerAnswering } from "../../../harness/caller.ts";

const { signal } = new AbortController();
const cluster = { name: "prod", region: "us-east-1" };
const active = { clusterArn: "arn:aws:ecs:us-east-1:123456789012:cluster/prod", status: "ACTIVE" };

Deno.test("a cluster tells its ARN, and the key that it encrypts sessions with", async () => {
  const { caller } = callerAnswering({
    describeClusters: () => ({
      clusters: [{
        ...active,
        settings: [{ name: "containerInsights", value: "enabled" }],
        configuration: { executeCommandConfiguration: { kmsKeyId: "key" } },
      }],
      failures: [],
    }),
  });
  const { checks, clusterArn, kmsKey } = await checkCluster(caller, cluster, signal);
  assertEquals(checks.map(({ status }) => status), ["ok", "ok"]);
  assertEquals([clusterArn, kmsKey], [active.clusterArn, "key"]);
});

Deno.test("a log group is looked at where the plugin block names one and reads logs", async () => {
  const { caller, asked } = callerAnswering({
    filterLogEvents: () => {
      throw new EcsError("no_resource", "logs FilterLogEvents", "no such group");
    },
  });
  assertEquals(await checkLogGroup(caller, { log_group: undefined, logs: true }, signal), []);
  assertEquals(await checkLogGroup(caller, { log_group: "web", logs: false }, signal), []);
  assertEquals(asked, []);
  const [check] = await checkLogGroup(caller, { log_group: "web", logs: true }, signal);
  assertEquals(check?.status, "fail");
});
