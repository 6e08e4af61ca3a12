import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import { withDefaultLogs } from "../../../../src/lifecycle/definition/default_logs.ts";
import { inlineDefinition } from "../../../../src/lifecycle/definition/inline.ts";
import type { Json } from "../../../harness/definitions.ts";
import { decodedTask } from "../../../harness/config.ts";

const role = "arn:aws:iam::123456789012:role/ecsTaskExecutionRole";
const plugin = { log_group: "/ecs/nomad", region: "us-east-1" };
const definition: RegisterTaskDefinitionCommandInput = {
  family: "web",
  executionRoleArn: role,
  containerDefinitions: [{ name: "app", image: "idle" }],
};
const logsOf = (
  changes: Partial<RegisterTaskDefinitionCommandInput>,
  settings: { plugin?: Json; task?: Json } = {},
) => {
  const { definition: { containerDefinitions: containers }, notes } = withDefaultLogs(
    { ...definition, ...changes },
    decodedTask(settings.task ?? {}, { ...plugin, ...settings.plugin }),
  );
  return { containers, notes };
};
const filled = {
  logDriver: "awslogs",
  options: {
    "awslogs-group": "/ecs/nomad",
    "awslogs-region": "us-east-1",
    "awslogs-stream-prefix": "web",
  },
};

Deno.test("a container without a log configuration logs to the plugin's group", () => {
  const { containers, notes } = logsOf({});
  assertEquals<unknown>(containers, [{ name: "app", image: "idle", logConfiguration: filled }]);
  assertEquals(notes, []);
});

Deno.test("nothing changes where the plugin has no log group", () => {
  const { containers, notes } = logsOf({}, { plugin: { log_group: null } });
  assertEquals([containers, notes], [definition.containerDefinitions, []]);
});

Deno.test("a container that has a log configuration keeps it, also one that is routed", () => {
  const containerDefinitions = [
    { name: "app", image: "idle", logConfiguration: { logDriver: "awsfirelens" as const } },
    {
      name: "db",
      image: "idle",
      logConfiguration: {
        logDriver: "awslogs" as const,
        options: { "awslogs-group": "x", "awslogs-region": "eu-west-1", mode: "blocking" },
      },
    },
    { name: "router", image: "fluent", firelensConfiguration: { type: "fluentbit" as const } },
  ];
  const [app, db, router] = logsOf({ containerDefinitions }).containers ?? [];
  assertEquals<unknown>([app, db], containerDefinitions.slice(0, 2));
  assertEquals<unknown>(router?.logConfiguration, filled);
});

Deno.test("the region is that of the task's cluster", () => {
  const regionIn = (task: Json) =>
    logsOf({}, { task }).containers?.[0]?.logConfiguration?.options?.["awslogs-region"];
  assertEquals(regionIn({ region: "eu-west-1" }), "eu-west-1");
  const cluster = "arn:aws:ecs:ap-south-1:123456789012:cluster/web";
  assertEquals(regionIn({ cluster }), "ap-south-1");
});

Deno.test("a definition stays as it is where the region is not known", () => {
  const { containers, notes: [note = ""] } = logsOf({}, { plugin: { region: null } });
  assertEquals(containers, definition.containerDefinitions);
  assertStringIncludes(note, "containers without a log configuration (app)");
  assertStringIncludes(note, "set region");
});

Deno.test("a definition without an execution role stays as it is, unless it runs on EC2", () => {
  const without = { executionRoleArn: undefined };
  for (
    const task of [{}, { launch_type: "EXTERNAL" }, {
      launch_type: null,
      capacity_provider_strategy: [{ capacity_provider: "own", weight: 1 }],
    }]
  ) {
    const { containers, notes: [note = ""] } = logsOf(without, { task });
    assertEquals(containers, definition.containerDefinitions);
    assertStringIncludes(note, "no execution role");
  }
  const onInstances = { launch_type: "EC2", network_configuration: null };
  const onEc2 = logsOf(without, { task: onInstances });
  assertEquals<unknown>(onEc2.containers?.[0]?.logConfiguration, filled);
  const both = { ...without, requiresCompatibilities: ["EC2" as const, "FARGATE" as const] };
  assertEquals(logsOf(both, { task: onInstances }).notes.length, 1);
});

Deno.test("the name of a log stream fits CloudWatch Logs with the longest family", () => {
  const name = "c".repeat(255);
  const [container] = logsOf({
    family: "f".repeat(255),
    containerDefinitions: [{ name, image: "idle" }],
  }).containers ?? [];
  const prefix = container?.logConfiguration?.options?.["awslogs-stream-prefix"] ?? "";
  assert(prefix.length > 0 && `${prefix}/${name}/${"0".repeat(32)}`.length <= 512);
});

Deno.test("a definition without containers stays without", () => {
  assertEquals(logsOf({ containerDefinitions: undefined }).containers, undefined);
});

Deno.test("the log group is part of a definition's content, in a block and in JSON", async () => {
  const resources = { cpu: 100, memory: 300 };
  const container = { name: "app", image: "idle" };
  const block = {
    definition: { family: "web", execution_role_arn: role, container: [container] },
  };
  const json = {
    definition_json: JSON.stringify({ ...definition, networkMode: "awsvpc" }),
  };
  for (const task of [block, json]) {
    const read = async (settings: Json) => {
      const config = decodedTask({ task_definition: null, ...task }, settings);
      const inline = await inlineDefinition(config, resources);
      assert(inline !== undefined);
      return inline;
    };
    const first = await read(plugin);
    assertEquals<unknown>(first.input.containerDefinitions?.[0]?.logConfiguration, filled);
    const hashes = [
      first.hash,
      (await read(plugin)).hash,
      (await read({ ...plugin, log_group: "/ecs/other" })).hash,
      (await read({ region: "us-east-1" })).hash,
    ];
    assertEquals(new Set(hashes).size, 3);
    assertEquals(hashes[0], hashes[1]);
  }
});
