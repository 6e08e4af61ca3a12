import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { encode } from "@msgpack/msgpack";
import { decodePluginConfig } from "../../../src/config/mod.ts";
import { describeProblems } from "../../../src/config/decode.ts";
import { decodedTask, decodeTask } from "../../harness/config.ts";

Deno.test("the Go driver's task configuration decodes", () => {
  const task = decodedTask({ task_definition: "web:1" });
  assertEquals(task.launch_type, "FARGATE");
  assertEquals(task.task_definition, "web:1");
  assertEquals(task.network_configuration, {
    aws_vpc_configuration: {
      assign_public_ip: "ENABLED",
      security_groups: ["sg-0d647d4c7ce15034f"],
      subnets: ["subnet-010b03f1a021887ff"],
    },
  });
  assertEquals(task.wait_for, "running");
  assertEquals(task.start_timeout, 300_000);
});

Deno.test("EC2 without a network block is a valid task", () => {
  const decoded = decodeTask(
    encode({ task: { launch_type: "EC2", task_definition: "web", network_configuration: null } }),
  );
  assert(decoded.kind === "ok");
  assertEquals(decoded.value.network_configuration.aws_vpc_configuration.subnets, undefined);
});

Deno.test("all that is wrong is told at once", () => {
  const decoded = decodeTask(
    encode({ task: { task_definition: 7, launch_type: "X", wait_for: "y" } }),
  );
  assert(decoded.kind === "invalid");
  assertEquals(decoded.problems.map(({ path }) => path), [
    "config.task.launch_type",
    "config.task.task_definition",
    "config.task.wait_for",
  ]);
});

Deno.test("what is no msgpack is an error and no crash", () => {
  const decoded = decodeTask(new Uint8Array([0xc1, 0xff]));
  assert(decoded.kind === "invalid");
  assertStringIncludes(
    describeProblems(decoded.problems),
    "config must be msgpack that can be read; got 2 bytes: ",
  );
});

Deno.test("a plugin block without config, or all nil, is a disabled driver", () => {
  const nil = encode({ enabled: null, cluster: null, region: null, orphans: null });
  for (const msgpack of [new Uint8Array(), encode(null), nil]) {
    const decoded = decodePluginConfig(msgpack);
    assert(decoded.kind === "ok");
    assertEquals(decoded.value.enabled, false);
    assertEquals(decoded.value.cluster, undefined);
    assertEquals(decoded.value.start_timeout, 300_000);
    assertEquals(decoded.value.wait_for, "running");
    assertEquals(decoded.value.orphans, "stop");
  }
});
