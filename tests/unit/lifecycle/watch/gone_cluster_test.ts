import { assertEquals, assertRejects } from "@std/assert";
import type { Output } from "../../../../src/aws/operations.ts";
import { EcsError } from "../../../../src/aws/error.ts";
import { accountWithoutCluster } from "../../../../src/lifecycle/watch/gone_cluster.ts";
import { callerAnswering } from "../../../harness/caller.ts";
import { cluster } from "../../../harness/world.ts";

const arn = `arn:aws:ecs:us-east-1:210987654321:cluster/${cluster.name}`;

function ask(answer: Omit<Output<"describeClusters">, "$metadata">) {
  const { caller } = callerAnswering({ describeClusters: () => ({ ...answer, $metadata: {} }) });
  return accountWithoutCluster({ cluster, caller, signal: new AbortController().signal });
}

Deno.test("a cluster that is MISSING or INACTIVE is gone from the account that ECS names", async () => {
  assertEquals(await ask({ failures: [{ arn, reason: "MISSING" }] }), "210987654321");
  assertEquals(await ask({ clusters: [{ clusterArn: arn, status: "INACTIVE" }] }), "210987654321");
});

Deno.test("nothing else that ECS answers makes a cluster gone", async () => {
  const answers: [Omit<Output<"describeClusters">, "$metadata">, string][] = [
    [{ clusters: [{ clusterArn: arn, status: "ACTIVE" }] }, "is ACTIVE"],
    [{ clusters: [{ clusterArn: arn, status: "DEPROVISIONING" }] }, "is DEPROVISIONING"],
    [
      { clusters: [{ clusterArn: arn, status: "ACTIVE" }], failures: [{ arn, reason: "MISSING" }] },
      "is ACTIVE",
    ],
    [{ failures: [{ arn, reason: "ODD" }] }, "in which account"],
    [{ failures: [{ reason: "MISSING" }] }, "in which account"],
    [{ failures: [{ arn: "text", reason: "MISSING" }] }, "in which account"],
    [{ clusters: [], failures: [] }, "in which account"],
  ];
  for (const [answer, says] of answers) await assertRejects(() => ask(answer), EcsError, says);
});
