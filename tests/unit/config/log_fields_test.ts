import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { encode } from "@msgpack/msgpack";
import { describeProblems } from "../../../src/config/decode.ts";
import { decodePluginConfig } from "../../../src/config/mod.ts";
import { logGroupRule } from "../../../src/config/log_fields.ts";
import { decodedTask, refusalOf } from "../../harness/config.ts";

Deno.test("a log group's name is refused where CloudWatch Logs would refuse it", () => {
  for (const name of ["/ecs/web", "a", "web.prod_1#-", "x".repeat(512)]) {
    assertEquals(logGroupRule(name), undefined, name);
  }
  for (const name of ["", "web prod", "web:prod", "web*", "x".repeat(513), "web\n"]) {
    assert(logGroupRule(name) !== undefined, name);
  }
  const decoded = decodePluginConfig(encode({ log_group: "web:*" }));
  assert(decoded.kind === "invalid");
  assertStringIncludes(
    describeProblems(decoded.problems),
    'log_group must be a log group\'s name: 1 to 512 letters, digits, and . - _ / #; got "web:*"',
  );
});

Deno.test("logs are read and sidecars are on stderr where nothing is set", () => {
  const { logs, sidecar_logs, log_group } = decodedTask({});
  assertEquals([logs, sidecar_logs, log_group], [true, "stderr", undefined]);
});

Deno.test("a task leaves its logs out, and cannot bring back those that the plugin leaves out", () => {
  assertEquals(decodedTask({ logs: false }).logs, false);
  assertEquals(decodedTask({}, { logs: false }).logs, false);
  assertEquals(decodedTask({ logs: true }, { logs: false }).logs, false);
});

Deno.test("a task's place for sidecar logs goes before the plugin's", () => {
  assertEquals(decodedTask({}, { sidecar_logs: "none" }).sidecar_logs, "none");
  assertEquals(
    decodedTask({ sidecar_logs: "stdout" }, { sidecar_logs: "none" }).sidecar_logs,
    "stdout",
  );
  assertEquals(
    refusalOf({ task_definition: "web", sidecar_logs: "file" }),
    'config.task.sidecar_logs must be "stderr", "stdout" or "none"; got "file"',
  );
});

Deno.test("the plugin's log group is every task's", () => {
  assertEquals(decodedTask({}, { log_group: "/ecs/nomad" }).log_group, "/ecs/nomad");
});
