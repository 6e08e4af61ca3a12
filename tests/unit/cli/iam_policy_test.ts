import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { pluginConfig } from "../../../src/config/plugin_config.ts";
import { featuresOf, policyOf } from "../../../src/cli/iam_policy.ts";
import { withStage } from "../../harness/tool.ts";

const configOf = (block: Record<string, unknown>) =>
  pluginConfig.decode({ cluster: "prod", region: "eu-west-1", ...block }, "config", []);

Deno.test("the policy names the cluster, its tasks and its definitions, and nothing of others", () => {
  const statements = policyOf(configOf({}), {
    account: "123456789012",
    family: ["web"],
    passRole: ["arn:aws:iam::123456789012:role/task"],
    logGroup: ["/ecs/prod"],
  });
  const resources = Object.fromEntries(
    statements.map(({ Sid, Resource, Condition }) => [Sid, { Resource, Condition }]),
  );
  const inCluster = {
    ArnEquals: { "ecs:cluster": "arn:aws:ecs:eu-west-1:123456789012:cluster/prod" },
  };
  assertEquals(resources["RunTask"], {
    Resource: ["arn:aws:ecs:eu-west-1:123456789012:task-definition/web:*"],
    Condition: inCluster,
  });
  assertEquals(resources["ListTasks"], { Resource: ["*"], Condition: inCluster });
  assertEquals(resources["Tasks"]?.Resource, ["arn:aws:ecs:eu-west-1:123456789012:task/prod/*"]);
  assertEquals(resources["PassRoles"], {
    Resource: ["arn:aws:iam::123456789012:role/task"],
    Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
  });
  assertEquals(resources["Logs"]?.Resource, [
    "arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/prod:*",
  ]);
});

Deno.test("partition and account come from the cluster's ARN, and are wildcards where nobody tells them", () => {
  const resourceOf = (block: Record<string, unknown>) =>
    policyOf(configOf(block), {}).find(({ Sid }) => Sid === "DescribeCluster")?.Resource;
  const arn = "arn:aws-cn:ecs:cn-north-1:123456789012:cluster/prod";
  assertEquals(resourceOf({ cluster: arn, region: "cn-north-1" }), [arn]);
  assertEquals(resourceOf({}), ["arn:aws:ecs:eu-west-1:*:cluster/prod"]);
  assertEquals(resourceOf({ region: "us-isob-east-1" }), [
    "arn:aws-iso-b:ecs:us-isob-east-1:*:cluster/prod",
  ]);
});

Deno.test("features that are off or left out need no permission", () => {
  const has = (block: Record<string, unknown>, options: Parameters<typeof featuresOf>[1] = {}) =>
    featuresOf(configOf(block), options);
  assertEquals(has({}).has("exec"), true);
  assertEquals(has({ exec: false }).has("exec"), false);
  assertEquals(has({ logs: false }).has("logs"), false);
  assertEquals(has({}, { without: ["definitions"] }).has("definitions"), false);
  assertEquals(has({}).has("roles"), false);
  assertEquals(
    has({ assume_role: { role_arn: "arn:aws:iam::123456789012:role/x" } }).has("roles"),
    true,
  );
  assertEquals(
    has({}, { kmsKey: ["arn:aws:kms:eu-west-1:123456789012:key/x"] }).has("exec-keys"),
    true,
  );
  assertEquals(has({}, { with: ["stats-metrics"] }).has("stats-metrics"), true);
  const stats = ["auto", "metrics", "off"].map((stats) =>
    [...has({ stats })].filter((feature) => feature.startsWith("stats"))
  );
  assertEquals(stats, [["stats"], ["stats-metrics"], []]);
});

Deno.test("the built file prints the policy as JSON, without AWS", async () => {
  await withStage(async ({ ecs, executable }) => {
    const { code, stdout, stderr } = await executable([
      "iam-policy",
      "--cluster",
      "prod",
      "--without",
      "exec",
      "logs",
      "--family",
      "web",
      "api",
    ]);
    assertEquals([code, stderr], [0, ""]);
    const { Version, Statement } = JSON.parse(stdout);
    assertEquals(Version, "2012-10-17");
    const actions = Statement.flatMap(({ Action }: { Action: string[] }) => Action);
    assert(actions.includes("ecs:RunTask"));
    assert(!actions.includes("ecs:ExecuteCommand"));
    assertEquals(Statement[0].Resource.length, 2);
    assertEquals(ecs.simulator.calls.read().byOperation, {});
  });
});

Deno.test("a feature or an account that there is not is an error of the command line", async () => {
  await withStage(async ({ tool }) => {
    const wrong: [string[], string][] = [
      [["--with", "magic"], "there is no feature magic"],
      [["--without", "tasks"], "cannot do without"],
      [["--account", "12"], "--account must be 12 digits"],
    ];
    for (const [args, says] of wrong) {
      const { code, stderr } = await tool(["iam-policy", "--cluster", "prod", ...args]);
      assertEquals(code, 2);
      assertStringIncludes(stderr, says);
    }
  });
});
