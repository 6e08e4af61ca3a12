import { assertEquals } from "@std/assert";
import { EcsError, type EcsErrorKind } from "../../../../src/aws/error.ts";
import { type Feature, features, grants } from "../../../../src/aws/permissions.ts";
import type { Check } from "../../../../src/cli/doctor/check.ts";
import { checkPermissions, untried } from "../../../../src/cli/doctor/permission_checks.ts";
import { callerAnswering } from "../../../harness/caller.ts";
import type { EcsCaller } from "../../../../src/aws/caller.ts";

const { signal } = new AbortController();
const probed = {
  cluster: "prod",
  clusterArn: "arn:aws:ecs:us-east-1:123456789012:cluster/prod",
  features: new Set(Object.keys(features) as Feature[]),
  family: "web",
  logGroup: "/ecs/web",
  kmsKey: "key",
};

/** A caller that fails each call in one way. */
function failing(kind: EcsErrorKind, cause?: unknown) {
  const inputs: unknown[] = [];
  const caller = {
    call: (name: string, input: unknown) => {
      inputs.push(input);
      return Promise.reject(new EcsError(kind, name, "no", [], { cause }));
    },
  } as unknown as EcsCaller;
  return { caller, inputs };
}

const isPermission = ({ name }: Check) => name !== "log group";
const namesOf = (checks: Check[]) => checks.filter(isPermission).map(({ name }) => name);

Deno.test("each permission of the declaration is tried, or is said not to be", async () => {
  const { caller } = failing("rejected");
  const checks = await checkPermissions(caller, probed, signal);
  const declared = new Set(grants.flatMap(({ actions }) => actions));
  const elsewhere = [
    "ecs:DescribeClusters", // the cluster is looked at with it
    "iam:PassRole", // IAM's simulator is asked
    "sts:AssumeRole", // the credentials call it
  ];
  const tried = [...namesOf(checks), ...Object.keys(untried), ...elsewhere];
  assertEquals(new Set(tried), declared);
});

Deno.test("only permissions of features in use are tried", async () => {
  const { caller } = failing("rejected");
  const checks = await checkPermissions(caller, { ...probed, features: new Set() }, signal);
  assertEquals(checks, []);
});

Deno.test("AWS's refusal of what a call names shows that the identity may make it", async () => {
  const outcomes: [EcsErrorKind, unknown, string][] = [
    ["rejected", undefined, "ok"],
    ["no_task", undefined, "ok"],
    ["unavailable", { $fault: "client" }, "ok"],
    ["unavailable", { $fault: "server" }, "fail"],
    ["unavailable", undefined, "fail"],
    ["denied", undefined, "fail"],
    ["throttled", undefined, "warn"],
  ];
  for (const [kind, cause, status] of outcomes) {
    const { caller } = failing(kind, cause);
    const checks = (await checkPermissions(caller, probed, signal)).filter(isPermission);
    assertEquals(new Set(checks.map((check) => check.status)), new Set([status]), kind);
  }
});

Deno.test("no call names a task or a revision that can exist", async () => {
  const { caller, inputs } = failing("rejected");
  await checkPermissions(caller, probed, signal);
  for (const input of inputs as Record<string, unknown>[]) {
    if ("task" in input) assertEquals(/\/0{32}$/.test(String(input["task"])), true);
    if ("taskDefinition" in input) assertEquals(input["taskDefinition"], "web:2147483647");
    if ("containerDefinitions" in input) assertEquals(input["containerDefinitions"], []);
  }
});

Deno.test("a denial of a name of the doctor's own is a warning", async () => {
  const { caller } = failing("denied");
  const own = { ...probed, family: undefined, logGroup: undefined };
  const checks = await checkPermissions(caller, own, signal);
  assertEquals(checks.filter(({ status }) => status === "warn").map(({ name }) => name), [
    "ecs:RunTask",
    "ecs:RegisterTaskDefinition",
    "logs:FilterLogEvents",
  ]);
});

Deno.test("the answer about the permission to read logs tells whether the log group is there", async () => {
  const outcomes: [EcsErrorKind, Check["status"]][] = [
    ["no_resource", "fail"],
    ["denied", "skip"],
    ["unavailable", "skip"],
    ["rejected", "fail"],
  ];
  const logGroupOf = async (caller: EcsCaller, logGroup: string | undefined) => {
    const logs = { ...probed, logGroup, features: new Set<Feature>(["logs"]) };
    const checks = await checkPermissions(caller, logs, signal);
    return checks.find(({ name }) => name === "log group");
  };
  for (const [kind, status] of outcomes) {
    const { caller, inputs } = failing(kind);
    assertEquals((await logGroupOf(caller, "/ecs/web"))?.status, status, kind);
    assertEquals(inputs.length, 1);
  }
  const { caller, asked } = callerAnswering({ filterLogEvents: () => ({}) });
  assertEquals(await logGroupOf(caller, undefined), undefined);
  assertEquals((await logGroupOf(caller, "/ecs/web"))?.status, "ok");
  assertEquals(asked.length, 2);
});
