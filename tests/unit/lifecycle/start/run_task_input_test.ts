import { assertEquals } from "@std/assert";
import {
  overridesOf,
  runTaskInput,
  tagList,
} from "../../../../src/lifecycle/start/run_task_input.ts";
import type { Json } from "../../../harness/definitions.ts";
import { configOf, ownerOf } from "../../../harness/world.ts";

const onEc2 = { launch_type: "EC2", network_configuration: null };
const input = (task: Json, environment?: Parameters<typeof overridesOf>[1]) =>
  runTaskInput({
    config: configOf(task),
    owner: ownerOf(),
    driverVersion: "0.0.0",
    cluster: "main",
    taskDefinition: "web:7",
    environment,
  });

Deno.test("a run is one task with a token, an index and tags of its owner", () => {
  const { clientToken = "", startedBy, tags = [], count, launchType, taskDefinition } = input(
    onEc2,
  );
  assertEquals([count, launchType, taskDefinition], [1, "EC2", "web:7"]);
  assertEquals(/^[0-9a-f]{64}$/.test(clientToken), true, clientToken);
  assertEquals(startedBy, `nomad/${ownerOf().allocId}/main`);
  assertEquals(tags.find(({ key }) => key === "nomad:task")?.value, "main");
});

Deno.test("the same run always gives the same request, in whatever order its variables come", () => {
  const container = "app";
  const one = input(onEc2, { container, values: { B: "2", A: "1" } });
  const other = input(onEc2, { container, values: { A: "1", B: "2" } });
  assertEquals(JSON.stringify(one), JSON.stringify(other));
  assertEquals(one.overrides?.containerOverrides, [
    { name: "app", environment: [{ name: "A", value: "1" }, { name: "B", value: "2" }] },
  ]);
});

Deno.test("what is not set is left out, as ECS takes an empty list for a choice", () => {
  assertEquals(Object.keys(input(onEc2)).sort(), [
    "clientToken",
    "cluster",
    "count",
    "launchType",
    "startedBy",
    "tags",
    "taskDefinition",
  ]);
});

Deno.test("the task's own overrides go before what is passed on", () => {
  const config = configOf({
    overrides: {
      cpu: 512,
      memory: 1_024,
      ephemeral_storage: { size_in_gib: 30 },
      container: [{ name: "app", command: ["run"], environment: { A: "own" } }],
    },
  });
  assertEquals(overridesOf(config, { container: "app", values: { A: "passed", B: "2" } }), {
    cpu: "512",
    memory: "1024",
    ephemeralStorage: { sizeInGiB: 30 },
    containerOverrides: [{
      name: "app",
      command: ["run"],
      environment: [{ name: "A", value: "own" }, { name: "B", value: "2" }],
    }],
  });
  assertEquals(overridesOf(configOf(onEc2), undefined), {});
});

Deno.test("a volume that is configured at launch has its size, role and tags", () => {
  const { volumeConfigurations } = input({
    volume_configuration: [{
      name: "data",
      managed_ebs_volume: {
        role_arn: "arn:aws:iam::123456789012:role/ebs",
        size_in_gib: 10,
        tags: { team: "core" },
        propagate_tags: "TASK_DEFINITION",
      },
    }],
  });
  assertEquals(volumeConfigurations, [{
    name: "data",
    managedEBSVolume: {
      roleArn: "arn:aws:iam::123456789012:role/ebs",
      sizeInGiB: 10,
      tagSpecifications: [{
        resourceType: "volume",
        tags: [{ key: "team", value: "core" }],
        propagateTags: "TASK_DEFINITION",
      }],
    },
  }]);
});

Deno.test("tags are written as AWS has them", () => {
  assertEquals(tagList({ "a:b": "c" }), [{ key: "a:b", value: "c" }]);
});
