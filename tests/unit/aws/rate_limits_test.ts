import { assertEquals } from "@std/assert";
import { awsLimits, launchesOf, limitOf } from "../../../src/aws/rate_limits.ts";
import { awsQuotas } from "../../../demo/simulator/state/quotas.ts";

Deno.test("a task is launched on Fargate, on Spot, or elsewhere", () => {
  const provider = (...names: string[]) => ({
    capacityProviderStrategy: names.map((capacityProvider) => ({ capacityProvider })),
  });
  const kinds = [
    { launchType: "FARGATE" },
    { launchType: "EC2" },
    {},
    provider("FARGATE_SPOT"),
    provider("own"),
    provider("FARGATE", "FARGATE_SPOT"),
  ].map(launchesOf);
  assertEquals(kinds, [
    ["Fargate launches"],
    ["other launches"],
    ["other launches"],
    ["Fargate Spot launches"],
    ["other launches"],
    ["Fargate Spot launches", "Fargate launches"],
  ]);
});

Deno.test("a limit that was raised goes before AWS's own, which stands for all others", () => {
  const raised = { fargate_launches: { burst: 500, per_second: 50 }, tag_writes: undefined };
  assertEquals(limitOf("Fargate launches", raised), { burst: 500, perSecond: 50 });
  assertEquals(limitOf("tag writes", raised), { burst: 20, perSecond: 10 });
  assertEquals(limitOf("EC2 reads", raised), awsLimits["EC2 reads"]);
});

Deno.test("logs are read at the rate of the region, and else at that of most regions", () => {
  const { regions, burst, perSecond } = awsQuotas["logs-filter"];
  for (const [region, rate] of Object.entries(regions)) {
    assertEquals(limitOf("log reads", {}, region), { burst: rate, perSecond: rate }, region);
    assertEquals(limitOf("tag writes", {}, region), awsLimits["tag writes"]);
  }
  for (const region of ["eu-west-1", undefined]) {
    assertEquals(limitOf("log reads", {}, region), { burst, perSecond });
  }
  const raised = { log_reads: { burst: 3, per_second: 2 } };
  assertEquals(limitOf("log reads", raised, "us-east-1"), { burst: 3, perSecond: 2 });
});

Deno.test("the limits are those that the simulated AWS enforces", () => {
  const pairs = [
    ["cluster reads", "cluster-read"],
    ["cluster resource reads", "cluster-resource-read"],
    ["cluster resource writes", "cluster-resource-modify"],
    ["task definition reads", "task-definition-read"],
    ["task definition writes", "task-definition-modify"],
    ["tag writes", "tag-modify"],
    ["Fargate launches", "fargate-launch"],
    ["Fargate Spot launches", "fargate-spot-launch"],
  ] as const;
  for (const [ours, theirs] of pairs) {
    const { burst, perSecond } = awsQuotas[theirs];
    assertEquals(awsLimits[ours], { burst, perSecond }, ours);
  }
});
