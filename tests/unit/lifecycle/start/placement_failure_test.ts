import { assertEquals, assertStringIncludes } from "@std/assert";
import { isRecoverable } from "../../../../src/lifecycle/error_policy.ts";
import { placementError } from "../../../../src/lifecycle/start/placement_failure.ts";

const errorFor = (...reasons: string[]) =>
  placementError(reasons.map((reason) => ({ reason })), "ECS RunTask web:1");

Deno.test("a task for which there is no room may be started again, and one that names what is missing not", () => {
  const outcomes = ["RESOURCE:MEMORY", "RESOURCE:ENI", "AGENT", "MISSING", "INACTIVE"]
    .map((reason) => [reason, isRecoverable(errorFor(reason))]);
  assertEquals(outcomes, [
    ["RESOURCE:MEMORY", true],
    ["RESOURCE:ENI", true],
    ["AGENT", true],
    ["MISSING", false],
    ["INACTIVE", false],
  ]);
});

Deno.test("of several failures, one that lasts decides, and all are told in ECS's words", () => {
  const { kind, message } = errorFor("RESOURCE:CPU", "MISSING");
  assertEquals(kind, "rejected");
  assertStringIncludes(
    message,
    "ECS RunTask web:1: it could not place the task: RESOURCE:CPU; MISSING",
  );
});

Deno.test("an answer without a task and without a failure leaves open whether ECS has acted", () => {
  assertEquals(errorFor().kind, "unavailable");
});
