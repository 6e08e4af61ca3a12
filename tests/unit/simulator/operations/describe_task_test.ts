import { assertEquals, assertMatch } from "@std/assert";
import { perform } from "../../../../demo/simulator/operations/operations.ts";
import type { Input } from "../../../../demo/simulator/request/input.ts";
import {
  ec2,
  emptyModel,
  fargate,
  region,
  register,
} from "../../../harness/simulator_definitions.ts";

import { createTaskModel, runContainers } from "../../../harness/simulator_tasks.ts";

type Described = Record<string, unknown> & { containers: Record<string, unknown>[] };

/** A task as RunTask answers it. */
function described(definition: Input, request: Input = {}): Described {
  const model = emptyModel();
  register(definition, model);
  const answer = perform(model, region, "RunTask", {
    cluster: "main",
    taskDefinition: "web",
    ...request,
  });
  const [task] = (answer as { tasks: Described[] }).tasks;
  if (task === undefined) throw new Error("RunTask made no task");
  return task;
}
const onFargate = {
  launchType: "FARGATE",
  networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
};

Deno.test("a task on Fargate shows its platform, size and storage, and no instance", () => {
  const task = described(fargate(), onFargate);
  const { platformFamily, platformVersion, cpu, memory, ephemeralStorage } = task;
  assertEquals(task["fargateEphemeralStorage"], { sizeInGiB: 20 });
  assertEquals({ platformFamily, platformVersion, cpu, memory, ephemeralStorage }, {
    platformFamily: "Linux",
    platformVersion: "1.4.0",
    cpu: "256",
    memory: "512",
    ephemeralStorage: { sizeInGiB: 20 },
  });
  assertEquals(task["containerInstanceArn"], undefined);
  assertEquals(task["attachments"], [{
    id: "88888888-8888-8888-8888-888888888888",
    type: "ElasticNetworkInterface",
    status: "PRECREATED",
    details: [{ name: "subnetId", value: "subnet-1" }],
  }]);
});

Deno.test("a task on EC2 shows its instance, and no platform", () => {
  const task = described(ec2());
  assertMatch(
    String(task["containerInstanceArn"]),
    /^arn:aws:ecs:us-east-1:123456789012:container-instance\/main\/[0-9a-f]{32}$/,
  );
  assertEquals([task["platformVersion"], task["attachments"]], [undefined, []]);
});

Deno.test("overrides are shown for every container, and win in its size", () => {
  const task = described(ec2({ cpu: 64 }), {
    overrides: { containerOverrides: [{ name: "app", cpu: 128, command: ["x"] }] },
  });
  assertEquals(task["overrides"], {
    containerOverrides: [{ name: "app", cpu: 128, command: ["x"] }],
    inferenceAcceleratorOverrides: [],
  });
  const { cpu, memory, lastStatus } = task.containers[0] ?? {};
  assertEquals({ cpu, memory, lastStatus }, { cpu: "128", memory: "128", lastStatus: "PENDING" });
  assertEquals(described(ec2())["overrides"], {
    containerOverrides: [{ name: "app" }],
    inferenceAcceleratorOverrides: [],
  });
});

Deno.test("a container shows its image's digest once it has started", () => {
  const digest = `sha256:${"ab".repeat(32)}`;
  const world = createTaskModel();
  const { arn } = runContainers(world, {
    named: { image: `busybox@${digest}` },
    tagged: { image: "busybox:1" },
  });
  const digests = () =>
    (perform(world.model, region, "DescribeTasks", { cluster: "main", tasks: [arn] }) as {
      tasks: Described[];
    }).tasks[0]?.containers.map(({ imageDigest }) => imageDigest);
  assertEquals(digests(), [undefined, undefined]);
  world.at(2_000);
  const [named, tagged] = digests() ?? [];
  assertEquals(named, digest);
  assertMatch(String(tagged), /^sha256:[0-9a-f]{64}$/);
});
