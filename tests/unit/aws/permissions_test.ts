import { assertEquals } from "@std/assert";
import { type OperationName, operations } from "../../../src/aws/operations.ts";
import { actionOf, features, grants, indirectActions } from "../../../src/aws/permissions.ts";

Deno.test("the policy allows every operation that the driver calls, and no other", () => {
  const allowed = new Set(grants.flatMap(({ actions }) => actions));
  const called = (Object.keys(operations) as OperationName[]).map(actionOf);
  assertEquals(
    [...allowed].sort(),
    [...new Set([...called, ...Object.keys(indirectActions)])].sort(),
  );
});

Deno.test("each feature has its permissions, and each statement a name of its own", () => {
  assertEquals(new Set(grants.map(({ feature }) => feature)), new Set(Object.keys(features)));
  assertEquals(new Set(grants.map(({ sid }) => sid)).size, grants.length);
});
