import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Decision } from "../../../../src/aws/identity.ts";
import { systemClock } from "../../../../src/clock.ts";
import { checkPassRole } from "../../../../src/cli/doctor/pass_role_check.ts";

const { signal } = new AbortController();
const target = { region: "us-east-1", role: undefined, endpoint: undefined, profile: undefined };
const arn = "arn:aws:iam::123456789012:user/ops";
const role = "arn:aws:iam::123456789012:role/web";

const checkOf = (answer: () => Promise<Decision | undefined>, roles = [role]) =>
  checkPassRole({ simulatePassRole: answer, clock: systemClock, signal }, target, { arn, roles });

Deno.test("IAM's word on a role is the check's", async () => {
  assertEquals((await checkOf(() => Promise.resolve("allowed"))).status, "ok");
  for (const decision of ["explicitDeny", "implicitDeny"] as const) {
    const { status, fix } = await checkOf(() => Promise.resolve(decision));
    assertEquals(status, "fail");
    assertStringIncludes(fix ?? "", "statement PassRoles");
  }
});

Deno.test("where IAM cannot be asked, nothing is said of the permission", async () => {
  const denied = Object.assign(new Error("no"), { name: "AccessDenied" });
  const { status, detail } = await checkOf(() => Promise.reject(denied));
  assertEquals(status, "skip");
  assertStringIncludes(detail, "AccessDenied");
  assertEquals((await checkOf(() => Promise.resolve(undefined))).status, "skip");
  // A policy may name the roles, and so allow none of all.
  assertEquals((await checkOf(() => Promise.resolve("implicitDeny"), [])).status, "skip");
});

Deno.test("an IAM that never answers, as where no way leads to it, is a skip", async () => {
  const host = {
    simulatePassRole: () => new Promise<never>(() => {}),
    clock: { ...systemClock, sleep: () => Promise.resolve() },
    signal,
  };
  const { status, detail } = await checkPassRole(host, target, { arn, roles: [role] });
  assertEquals(status, "skip");
  assertStringIncludes(detail, "no answer within 15 s");
});
