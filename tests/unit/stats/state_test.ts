import { assertEquals, assertStringIncludes } from "@std/assert";
import { EcsError, type EcsErrorKind } from "../../../src/aws/error.ts";
import { attributeOf, lackOf, stateAfter } from "../../../src/stats/state.ts";

Deno.test("log events are there with each setting but disabled, metrics with enhanced alone", () => {
  const lacks = (["auto", "metrics"] as const).map((mode) =>
    (["disabled", "enabled", "enhanced"] as const).map((setting) =>
      lackOf(mode, setting, "web") !== undefined
    )
  );
  assertEquals(lacks, [[true, false, false], [true, true, false]]);
});

Deno.test("what is lacking says which cluster, what its setting is, and what to set", () => {
  assertEquals(
    lackOf("auto", "disabled", "web"),
    'containerInsights of cluster web is "disabled"; set it to "enabled" or "enhanced"',
  );
  assertStringIncludes(lackOf("metrics", "enabled", "web") ?? "", 'needs "enhanced"');
});

Deno.test("a refusal and a missing group are told; what passes by itself leaves the state", () => {
  const after = (kind: EcsErrorKind) =>
    stateAfter(new EcsError(kind, "FilterLogEvents", "AWS's words"), "web");
  const denied = after("denied");
  assertEquals(denied?.kind, "refused");
  assertStringIncludes(attributeOf(denied ?? { kind: "off" }) ?? "", "check the IAM policy");
  assertStringIncludes(
    attributeOf(after("no_resource") ?? { kind: "off" }) ?? "",
    "off: there is no log group /aws/ecs/containerinsights/web/performance",
  );
  assertEquals([after("rejected")?.kind, after("no_resource")?.kind], ["refused", "lacking"]);
  assertEquals([after("throttled"), after("unavailable"), after("credentials")], [
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("the attribute says nothing while nothing is known or wanted", () => {
  assertEquals(attributeOf({ kind: "unknown" }), undefined);
  assertEquals(attributeOf({ kind: "off" }), undefined);
  assertEquals(attributeOf({ kind: "read" }), "on");
  assertEquals(attributeOf({ kind: "lacking", why: "it rains" }), "off: it rains");
});
