import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { encode } from "@msgpack/msgpack";
import { decodePluginConfig, decodeTaskConfig } from "../../../src/config/mod.ts";
import { describeProblems } from "../../../src/config/decode.ts";
import { driverConfig } from "../../harness/driver_calls.ts";

Deno.test("the Go driver's task configuration decodes", () => {
  const decoded = decodeTaskConfig(driverConfig({ task_definition: "web:1" }));
  assert(decoded.kind === "ok");
  assertEquals(decoded.value, {
    launch_type: "FARGATE",
    task_definition: "web:1",
    network_configuration: {
      aws_vpc_configuration: {
        assign_public_ip: "ENABLED",
        security_groups: ["sg-0d647d4c7ce15034f"],
        subnets: ["subnet-010b03f1a021887ff"],
      },
    },
    start_timeout: undefined,
    wait_for: undefined,
  });
});

Deno.test("EC2 without a network block is a valid task", () => {
  const decoded = decodeTaskConfig(
    encode({ task: { launch_type: "EC2", task_definition: "web", network_configuration: null } }),
  );
  assert(decoded.kind === "ok");
  assertEquals(decoded.value.network_configuration.aws_vpc_configuration.subnets, undefined);
});

const invalid: Record<string, { task: unknown; says: string[] }> = {
  "no task block": { task: null, says: ["config.task.task_definition", "family:revision"] },
  "empty task definition": {
    task: { task_definition: "" },
    says: ['config.task.task_definition = ""', "family:revision"],
  },
  "a task definition that is none": {
    task: { task_definition: "a b" },
    says: ['config.task.task_definition = "a b"'],
  },
  "wrong type": {
    task: { task_definition: 7 },
    says: ["config.task.task_definition = 7 is not a string"],
  },
  "unknown launch type": {
    task: { task_definition: "web", launch_type: "FARGTE" },
    says: ['config.task.launch_type = "FARGTE"', '"EC2", "FARGATE"'],
  },
  "Fargate without subnets": {
    task: { task_definition: "web", launch_type: "FARGATE" },
    says: ["config.task.network_configuration.aws_vpc_configuration.subnets = []", "FARGATE"],
  },
  "security groups without subnets": {
    task: {
      task_definition: "web",
      network_configuration: { aws_vpc_configuration: { security_groups: ["sg-1"] } },
    },
    says: ["subnets = []", "security_groups"],
  },
  "too many security groups": {
    task: {
      task_definition: "web",
      network_configuration: {
        aws_vpc_configuration: { subnets: ["s"], security_groups: ["1", "2", "3", "4", "5", "6"] },
      },
    },
    says: ["security_groups", "6 entries", "at most 5"],
  },
  "a list of something else": {
    task: {
      task_definition: "web",
      network_configuration: { aws_vpc_configuration: { subnets: [1] } },
    },
    says: ["subnets = [1] is not a list of strings"],
  },
  "a duration that is none": {
    task: { task_definition: "web", start_timeout: "soon" },
    says: ['config.task.start_timeout = "soon"', '"30s"'],
  },
  "a duration that is too short": {
    task: { task_definition: "web", start_timeout: "10ms" },
    says: ["config.task.start_timeout", 'the least is "1s"'],
  },
};
for (const [name, { task, says }] of Object.entries(invalid)) {
  Deno.test(`an error names path, value and fix: ${name}`, () => {
    const decoded = decodeTaskConfig(encode({ task }));
    assert(decoded.kind === "invalid");
    assertEquals(decoded.problems.length, 1, describeProblems(decoded.problems));
    for (const words of says) assertStringIncludes(describeProblems(decoded.problems), words);
  });
}

Deno.test("all that is wrong is told at once", () => {
  const decoded = decodeTaskConfig(
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
  const decoded = decodeTaskConfig(new Uint8Array([0xc1, 0xff]));
  assert(decoded.kind === "invalid");
  assertStringIncludes(describeProblems(decoded.problems), "config is not valid msgpack");
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

Deno.test("plugin options are checked", () => {
  const decoded = decodePluginConfig(encode({ max_api_rate: 0, orphans: "kill" }));
  assert(decoded.kind === "invalid");
  const text = describeProblems(decoded.problems);
  assertStringIncludes(text, `plugin "nomad-driver-ecs" config.max_api_rate = 0`);
  assertStringIncludes(text, `"stop", "report", "ignore"`);
});
