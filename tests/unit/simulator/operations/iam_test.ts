import { assertEquals, assertThrows } from "@std/assert";
import { type Iam, simulatePrincipalPolicy } from "../../../../demo/simulator/operations/iam.ts";
import { AwsError } from "../../../../demo/simulator/request/aws_error.ts";

const role = "arn:aws:iam::123456789012:role/web";

function asked(source: string, resources: readonly string[], changes: Partial<Iam> = {}) {
  const form = new URLSearchParams({
    PolicySourceArn: source,
    "ActionNames.member.1": "iam:PassRole",
    ...Object.fromEntries(resources.map((arn, at) => [`ResourceArns.member.${at + 1}`, arn])),
  });
  const iam: Iam = { decisions: new Map(), unknown: new Set(), ...changes };
  return simulatePrincipalPolicy({ iam }, form) as {
    EvaluationResults: { EvalResourceName: string; EvalDecision: string }[];
  };
}

Deno.test("each resource has a decision, and without one all resources have", () => {
  const decisions = new Map([[`iam:PassRole ${role}`, "implicitDeny" as const]]);
  const other = role.replace("web", "other");
  const { EvaluationResults } = asked(role, [role, other], { decisions });
  assertEquals(EvaluationResults.map(({ EvalDecision }) => EvalDecision), [
    "implicitDeny",
    "allowed",
  ]);
  assertEquals(asked(role, []).EvaluationResults[0]?.EvalResourceName, "*");
});

Deno.test("a session of a role, and a role that there is not, are refused", () => {
  const session = "arn:aws:sts::123456789012:assumed-role/web/session";
  assertThrows(() => asked(session, []), AwsError, "does not clearly define");
  assertThrows(() => asked(role, [], { unknown: new Set([role]) }), AwsError, "cannot be found");
});

Deno.test("each action has a decision, and a request without one is refused", () => {
  const iam: Iam = { decisions: new Map([["ecs:RunTask *", "explicitDeny"]]), unknown: new Set() };
  const form = new URLSearchParams({ PolicySourceArn: role });
  assertThrows(() => simulatePrincipalPolicy({ iam }, form), AwsError, "actionNames");
  form.set("ActionNames.member.1", "ecs:StopTask");
  form.set("ActionNames.member.2", "ecs:RunTask");
  const { EvaluationResults } = simulatePrincipalPolicy({ iam }, form) as ReturnType<typeof asked>;
  assertEquals(EvaluationResults.map(({ EvalDecision }) => EvalDecision), [
    "allowed",
    "explicitDeny",
  ]);
});

Deno.test("results come in pages of MaxItems", () => {
  const iam: Iam = { decisions: new Map(), unknown: new Set() };
  const page = (more: Record<string, string>) =>
    simulatePrincipalPolicy(
      { iam },
      new URLSearchParams({
        PolicySourceArn: role,
        "ActionNames.member.1": "ecs:StopTask",
        "ActionNames.member.2": "ecs:RunTask",
        "ActionNames.member.3": "ecs:ListTasks",
        ...more,
      }),
    ) as { IsTruncated: string; Marker?: string; EvaluationResults: unknown[] };
  const first = page({ MaxItems: "2" });
  assertEquals([first.IsTruncated, first.EvaluationResults.length], ["true", 2]);
  const second = page({ MaxItems: "2", Marker: first.Marker ?? "" });
  assertEquals([second.IsTruncated, second.EvaluationResults.length], ["false", 1]);
  assertEquals([page({}).IsTruncated, page({}).EvaluationResults.length], ["false", 3]);
  assertThrows(() => page({ MaxItems: "0" }), AwsError, "maxItems");
  assertThrows(() => page({ MaxItems: "1001" }), AwsError, "maxItems");
  assertThrows(() => page({ Marker: "x" }), AwsError, "Invalid Marker.");
});
