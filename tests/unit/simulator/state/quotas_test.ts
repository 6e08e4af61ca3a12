import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as sdk from "@aws-sdk/client-ecs";
import { assertEquals, assertThrows } from "@std/assert";
import {
  awsQuotas,
  categoryOf,
  defaultQuotas,
  noQuotas,
  readQuotas,
} from "../../../../demo/simulator/state/quotas.ts";

Deno.test("every action with a quota is an operation, and in one category only", () => {
  const ofSdk = Object.entries(awsQuotas).filter(([category]) => category !== "ec2-read");
  const actions = ofSdk.flatMap(([, quota]): readonly string[] => quota.actions);
  const commands = { ...sdk, ...logs, ...cloudwatch };
  assertEquals(actions.filter((action) => !(`${action}Command` in commands)), []);
  assertEquals(new Set(actions).size, actions.length);
});

Deno.test("operations have the buckets that AWS publishes", () => {
  const of = (operation: string) => {
    const category = categoryOf(operation);
    const bucket = category === undefined ? undefined : defaultQuotas.get(category);
    return bucket === undefined ? undefined : [bucket.burst, bucket.perSecond];
  };
  assertEquals(
    [
      ["RunTask", "StopTask", "StartTask", "ExecuteCommand"],
      ["DescribeTasks", "ListTasks", "DescribeContainerInstances"],
      ["DescribeTaskDefinition", "ListTaskDefinitions"],
      ["RegisterTaskDefinition", "DeregisterTaskDefinition"],
      ["TagResource", "UntagResource"],
      ["DescribeClusters", "ListClusters"],
    ].map((operations) => operations.map(of)),
    [
      [[100, 40], [100, 40], [100, 40], [100, 40]],
      [[100, 20], [100, 20], [100, 20]],
      [[50, 20], [50, 20]],
      [[20, 1], [20, 1]],
      [[20, 10], [20, 10]],
      [[50, 20], [50, 20]],
    ],
  );
  assertEquals(of("DiscoverPollEndpoint"), undefined);
});

Deno.test("a control request raises, lowers and lifts quotas, and takes AWS's own again", () => {
  const raised = readQuotas(
    { "tag-modify": { burst: 500, perSecond: 100 }, "tag-read": null },
    defaultQuotas,
  );
  assertEquals(raised.get("tag-modify"), { burst: 500, perSecond: 100 });
  assertEquals(raised.get("tag-read"), undefined);
  assertEquals(raised.get("cluster-read"), { burst: 50, perSecond: 20 });
  assertEquals(readQuotas("none", raised), noQuotas);
  assertEquals(readQuotas("aws", noQuotas), defaultQuotas);
});

Deno.test("quotas that cannot be are refused by name", () => {
  const refusal = (value: unknown) =>
    assertThrows(() => readQuotas(value, defaultQuotas), Error).message;
  assertEquals(refusal("all"), 'quotas must be "aws", "none" or an object by category');
  assertEquals(refusal({ tags: null }).startsWith("no category tags; there are "), true);
  assertEquals(
    refusal({ "tag-read": { burst: -1, perSecond: 1 } }),
    "tag-read must have numbers burst and perSecond, or be null",
  );
});
