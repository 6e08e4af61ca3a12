import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { encode } from "@msgpack/msgpack";
import { decodePluginConfig, decodeTaskConfig } from "../../../src/config/mod.ts";
import { describeProblems } from "../../../src/config/decode.ts";
import { driverConfig } from "../../harness/driver_calls.ts";

function decodeTask(msgpack: Uint8Array, plugin: Record<string, unknown> = {}) {
  const decoded = decodePluginConfig(encode(plugin));
  if (decoded.kind === "invalid") throw new Error(describeProblems(decoded.problems));
  return decodeTaskConfig(msgpack, decoded.value);
}

function decodedTask(task: Record<string, unknown>, plugin: Record<string, unknown> = {}) {
  const decoded = decodeTask(driverConfig({ task_definition: "web", ...task }), plugin);
  if (decoded.kind === "invalid") throw new Error(describeProblems(decoded.problems));
  return decoded.value;
}

function problemsOf(task: Record<string, unknown> | null, plugin: Record<string, unknown> = {}) {
  const decoded = decodeTask(encode({ task }), plugin);
  return decoded.kind === "ok" ? [] : decoded.problems;
}

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

const invalid: Record<string, { task: Record<string, unknown> | null; says: string[] }> = {
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
  "a launch type beside a capacity provider strategy": {
    task: {
      task_definition: "web",
      launch_type: "EC2",
      capacity_provider_strategy: [{ capacity_provider: "FARGATE_SPOT", weight: 1 }],
    },
    says: ['config.task.launch_type = "EC2"', "capacity_provider_strategy"],
  },
  "a weight that is none": {
    task: {
      task_definition: "web",
      capacity_provider_strategy: [{ capacity_provider: "spot", weight: 1.5 }],
    },
    says: ["capacity_provider_strategy[0].weight = 1.5", "whole number from 0 to 1000"],
  },
  "a strategy without a weight": {
    task: { task_definition: "web", capacity_provider_strategy: [{ capacity_provider: "spot" }] },
    says: ["config.task.capacity_provider_strategy", "needs a weight"],
  },
  "an override of a container twice": {
    task: { task_definition: "web", overrides: { container: [{ name: "a" }, { name: "a" }] } },
    says: ["config.task.overrides.container", '"a" twice'],
  },
  "more reserved than there is": {
    task: {
      task_definition: "web",
      overrides: { container: [{ name: "a", memory: 128, memory_reservation: 256 }] },
    },
    says: ["container[0].memory_reservation = 256", "at most"],
  },
  "a size that Fargate has not": {
    task: {
      task_definition: "web",
      launch_type: "FARGATE",
      network_configuration: { aws_vpc_configuration: { subnets: ["s"] } },
      overrides: { cpu: 256, memory: 4096 },
    },
    says: ["config.task.overrides", "memory = 4096", "cpu = 256", "2048"],
  },
  "providers of both kinds": {
    task: {
      task_definition: "web",
      capacity_provider_strategy: [
        { capacity_provider: "FARGATE", weight: 1 },
        { capacity_provider: "instances", weight: 1 },
      ],
      network_configuration: { aws_vpc_configuration: { subnets: ["s"] } },
    },
    says: ["config.task.capacity_provider_strategy mixes FARGATE"],
  },
  "Managed Instances as a launch type": {
    task: { task_definition: "web", launch_type: "MANAGED_INSTANCES" },
    says: ['config.task.launch_type = "MANAGED_INSTANCES"', '"EC2", "FARGATE", "EXTERNAL"'],
  },
  "a volume without its block": {
    task: { task_definition: "web", volume_configuration: [{ name: "data" }] },
    says: ["config.task.volume_configuration[0].managed_ebs_volume is not set"],
  },
  "fewer I/O operations than gp3 has": {
    task: {
      task_definition: "web",
      volume_configuration: [{
        name: "data",
        managed_ebs_volume: {
          role_arn: "arn:aws:iam::123456789012:role/ebs",
          size_in_gib: 1,
          iops: 100,
        },
      }],
    },
    says: ["managed_ebs_volume.iops = 100 must be from 3000 to 16000"],
  },
  "an environment file that is none": {
    task: {
      task_definition: "web",
      overrides: { container: [{ name: "a", environment_files: [{ value: "file.env" }] }] },
    },
    says: ['environment_files[0].value = "file.env"', "arn:aws:s3:::bucket/path/file.env"],
  },
  "tags as AWS's API has them": {
    task: { task_definition: "web", tags: { key: "Env", value: "prod" } },
    says: ["config.task.tags", "is written as AWS's API has it"],
  },
  "a tag of the driver's": {
    task: { task_definition: "web", tags: { "nomad:job_id": "x" } },
    says: ["config.task.tags", '"nomad:job_id"'],
  },
  "a tag of AWS's": {
    task: { task_definition: "web", tags: { "aws:x": "x" } },
    says: ["config.task.tags", '"aws:x"'],
  },
  "too many tags": {
    task: {
      task_definition: "web",
      tags: Object.fromEntries(Array.from({ length: 43 }, (_, index) => [`t${index}`, ""])),
    },
    says: ["config.task.tags", "43", "at most 42"],
  },
  "placement on Fargate": {
    task: {
      task_definition: "web",
      launch_type: "FARGATE",
      network_configuration: { aws_vpc_configuration: { subnets: ["s"] } },
      placement_strategy: [{ type: "random" }],
    },
    says: ["config.task.placement_strategy", "Fargate"],
  },
  "packing by nothing": {
    task: { task_definition: "web", placement_strategy: [{ type: "binpack" }] },
    says: ["placement_strategy[0].field", '"cpu" or "memory"'],
  },
  "a constraint without expression": {
    task: { task_definition: "web", placement_constraints: [{ type: "memberOf" }] },
    says: ["placement_constraints[0].expression", "memberOf"],
  },
  "a volume of no size": {
    task: {
      task_definition: "web",
      volume_configuration: [{
        name: "data",
        managed_ebs_volume: { role_arn: "arn:aws:iam::123456789012:role/ebs" },
      }],
    },
    says: ["volume_configuration[0].managed_ebs_volume.size_in_gib", "snapshot_id"],
  },
  "a role that is none": {
    task: { task_definition: "web", assume_role: { role_arn: "admin" } },
    says: ['config.task.assume_role.role_arn = "admin"', "arn:aws:iam::"],
  },
  "a region that contradicts the cluster's": {
    task: {
      task_definition: "web",
      cluster: "arn:aws:ecs:eu-west-1:123456789012:cluster/web",
      region: "us-east-1",
    },
    says: ['config.task.region = "us-east-1"', '"eu-west-1"'],
  },
  "a platform version on EC2": {
    task: { task_definition: "web", launch_type: "EC2", platform_version: "1.4.0" },
    says: ['config.task.platform_version = "1.4.0"', "Fargate only"],
  },
};
for (const [name, { task, says }] of Object.entries(invalid)) {
  Deno.test(`an error names path, value and fix: ${name}`, () => {
    const problems = problemsOf(task);
    assertEquals(problems.length, 1, describeProblems(problems));
    for (const words of says) assertStringIncludes(describeProblems(problems), words);
  });
}

Deno.test("the plugin's defaults hold where a task says nothing", () => {
  const plugin = {
    cluster: "main",
    region: "us-east-1",
    capacity_provider_strategy: [{ capacity_provider: "FARGATE_SPOT", weight: 1 }],
    network_configuration: { aws_vpc_configuration: { subnets: ["subnet-2"] } },
    default_tags: { team: "core", stage: "prod" },
    enable_execute_command: true,
    start_timeout: "90s",
  };
  const own = decodedTask({ tags: { stage: "test" }, cluster: "other" }, plugin);
  assertEquals(own.launch_type, "FARGATE");
  assertEquals(own.capacity_provider_strategy, []);
  assertEquals(own.tags, { team: "core", stage: "test" });
  assertEquals(own.cluster, "other");
  assertEquals(own.region, "us-east-1");
  assertEquals(own.start_timeout, 90_000);
  assertEquals(own.enable_execute_command, true);
  const bare = decodeTask(encode({ task: { task_definition: "web" } }), plugin);
  assert(bare.kind === "ok");
  assertEquals(bare.value.launch_type, undefined);
  assertEquals(bare.value.capacity_provider_strategy.length, 1);
  assertEquals(bare.value.network_configuration.aws_vpc_configuration.subnets, ["subnet-2"]);
});

Deno.test("the plugin's defaults are none for a task that they cannot be for", () => {
  const plugin = {
    platform_version: "1.4.0",
    network_configuration: {
      aws_vpc_configuration: {
        subnets: ["subnet-2"],
        security_groups: ["sg-2"],
        assign_public_ip: "ENABLED",
      },
    },
  };
  const onInstances = decodeTask(
    encode({ task: { task_definition: "web", launch_type: "EC2" } }),
    plugin,
  );
  assert(onInstances.kind === "ok");
  assertEquals(onInstances.value.platform_version, undefined);
  assertEquals(onInstances.value.defaults.network, true);
  const { assign_public_ip } = onInstances.value.network_configuration.aws_vpc_configuration;
  assertEquals(assign_public_ip, undefined);

  const without = { subnets: [] };
  const own = decodeTask(
    encode({
      task: {
        task_definition: "web",
        launch_type: "EC2",
        network_configuration: { aws_vpc_configuration: without },
      },
    }),
    plugin,
  );
  assert(own.kind === "ok");
  assertEquals(own.value.network_configuration.aws_vpc_configuration.security_groups, undefined);
});

Deno.test("a map's null is not set", () => {
  assertEquals(decodedTask({ tags: { team: "core", stage: null } }).tags, { team: "core" });
});

Deno.test("a cluster's ARN brings its region", () => {
  const cluster = "arn:aws:ecs:eu-west-1:123456789012:cluster/web";
  assertEquals(decodedTask({ cluster }, { region: "us-east-1" }).region, "eu-west-1");
});

const role = "arn:aws:iam::123456789012:role/deploy";
/** The role that the plugin calls ECS through. */
const caller = "arn:aws:iam::123456789012:role/caller";
const fenced: Record<string, { allowed: unknown; task: Record<string, unknown>; path?: string }> = {
  "another cluster": {
    allowed: { clusters: ["prod-*"] },
    task: { cluster: "test" },
    path: "cluster",
  },
  "a cluster that is allowed": { allowed: { clusters: ["prod-*"] }, task: { cluster: "prod-1" } },
  "an ARN where names are allowed": {
    allowed: { clusters: ["prod-*"] },
    task: { cluster: "arn:aws:ecs:us-east-1:999999999999:cluster/prod-1" },
    path: "cluster",
  },
  "the plugin's own cluster": { allowed: { clusters: [], regions: [], roles: [] }, task: {} },
  "another region": {
    allowed: { regions: ["us-*"] },
    task: { region: "eu-west-1" },
    path: "region",
  },
  "another definition": {
    allowed: { task_definitions: ["web", "api-?"] },
    task: { task_definition: "db:3" },
    path: "task_definition",
  },
  "a revision of an allowed family": {
    allowed: { task_definitions: ["web", "api-?"] },
    task: { task_definition: "api-2:17" },
  },
  "another role to call ECS": {
    allowed: { roles: ["app-*"] },
    task: { assume_role: { role_arn: role } },
    path: "assume_role.role_arn",
  },
  "another role of the task": {
    allowed: { roles: ["app-*"] },
    task: { overrides: { task_role_arn: "admin" } },
    path: "overrides.task_role_arn",
  },
  "the role that ECS is called through as a container's": {
    allowed: { roles: ["app-*"] },
    task: { overrides: { task_role_arn: caller } },
    path: "overrides.task_role_arn",
  },
  "another role in the jobspec's definition": {
    allowed: { roles: ["app-*"] },
    task: {
      task_definition: null,
      definition: {
        family: "web",
        task_role_arn: "admin",
        container: [{ name: "a", image: "b" }],
      },
    },
    path: "definition.task_role_arn",
  },
  "another family in JSON": {
    allowed: { task_definitions: ["web"] },
    task: {
      task_definition: null,
      definition_json: '{"family":"db","containerDefinitions":[{"name":"a","image":"b"}]}',
    },
    path: "definition_json",
  },
  "another role for a volume": {
    allowed: { roles: ["app-*"] },
    task: {
      volume_configuration: [{
        name: "data",
        managed_ebs_volume: { role_arn: role, size_in_gib: 1 },
      }],
    },
    path: "volume_configuration[0].managed_ebs_volume.role_arn",
  },
  "a role that is allowed": {
    allowed: { roles: ["arn:aws:iam::123456789012:role/*"] },
    task: { overrides: { execution_role_arn: role } },
  },
};
for (const [name, { allowed, task, path }] of Object.entries(fenced)) {
  Deno.test(`the operator's fence: ${name}`, () => {
    const problems = problemsOf({ task_definition: "web", ...task }, {
      cluster: "main",
      region: "us-east-1",
      assume_role: { role_arn: caller },
      allowed,
    });
    assertEquals(
      problems.map(({ path }) => path),
      path === undefined ? [] : [`config.task.${path}`],
    );
    if (path !== undefined) assertStringIncludes(describeProblems(problems), "is not in allowed.");
  });
}

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
