import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  fail,
  failedCall,
  ok,
  permissionFix,
  skip,
  warn,
} from "../../../../src/cli/doctor/check.ts";
import { EcsError, type EcsErrorKind } from "../../../../src/aws/error.ts";

Deno.test("a check has a status, and what is wrong has a fix", () => {
  assertEquals(ok("a", "b"), { name: "a", status: "ok", detail: "b" });
  assertEquals(skip("a", "b").status, "skip");
  assertEquals(warn("a", "b", "c"), { name: "a", status: "warn", detail: "b", fix: "c" });
  assertEquals(fail("a", "b", "c").status, "fail");
});

Deno.test("a call that failed says what to do about it", () => {
  const fixes: [EcsErrorKind, Check["status"], string][] = [
    ["denied", "fail", "allow ecs:StopTask"],
    ["credentials", "fail", "give the process credentials"],
    ["no_region", "fail", "set region"],
    ["throttled", "warn", "again"],
    ["unavailable", "fail", "the VPC endpoint of ecs"],
    ["rejected", "fail", "AWS's answer"],
  ];
  for (const [kind, status, fix] of fixes) {
    const check = failedCall("a", "stopTask", new EcsError(kind, "ECS StopTask", "no"));
    assertEquals([check.status, check.detail], [status, "no"]);
    assertStringIncludes(check.fix ?? "", fix);
  }
});

type Check = ReturnType<typeof ok>;

Deno.test("a fault of the program's own is no finding", () => {
  assertThrows(() => failedCall("a", "stopTask", new TypeError("a fault")), TypeError);
});

Deno.test("a permission's fix names each statement that has it", () => {
  assertStringIncludes(permissionFix("tagResource"), "TagTasks or RegisterTaskDefinition");
});
