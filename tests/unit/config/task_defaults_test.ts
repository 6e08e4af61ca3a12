import { assert, assertEquals } from "@std/assert";
import { encode } from "@msgpack/msgpack";
import { decodedTask, decodeTask } from "../../harness/config.ts";

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

Deno.test("a cluster's ARN brings its region", () => {
  const cluster = "arn:aws:ecs:eu-west-1:123456789012:cluster/web";
  assertEquals(decodedTask({ cluster }, { region: "us-east-1" }).region, "eu-west-1");
});

Deno.test("a task can ask for no launch type, so that the cluster's own default decides", () => {
  const launched = decodeTask(encode({ task: { task_definition: "web", launch_type: "NONE" } }), {
    launch_type: "FARGATE",
    platform_version: "1.4.0",
    network_configuration: { aws_vpc_configuration: { subnets: ["subnet-2"] } },
  });
  assert(launched.kind === "ok");
  assertEquals(launched.value.launch_type, undefined);
  assertEquals(launched.value.capacity_provider_strategy, []);
  // What the cluster's default comes to is not known, so that the plugin's other defaults stay.
  assertEquals(launched.value.platform_version, "1.4.0");
  assertEquals(launched.value.network_configuration.aws_vpc_configuration.subnets, ["subnet-2"]);

  const strategy = [{ capacity_provider: "FARGATE_SPOT", weight: 1 }];
  const provided = decodeTask(encode({ task: { task_definition: "web", launch_type: "NONE" } }), {
    capacity_provider_strategy: strategy,
  });
  assert(provided.kind === "ok");
  assertEquals(provided.value.launch_type, undefined);
  assertEquals(provided.value.capacity_provider_strategy, []);
});
