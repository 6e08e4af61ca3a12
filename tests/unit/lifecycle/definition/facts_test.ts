import { assertEquals } from "@std/assert";
import { cpuUnits, factsOf, mebibytes } from "../../../../src/lifecycle/definition/facts.ts";
import { containers, fargate, onInstances } from "../../../harness/definitions.ts";

Deno.test("the facts of a definition are those that it says, and ECS's defaults", () => {
  assertEquals(factsOf(onInstances(), "web:1"), {
    arn: "web:1",
    networkMode: "bridge",
    compatibilities: undefined,
    containers: [{
      name: "app",
      essential: true,
      role: undefined,
      waitsFor: [],
      ports: [],
      secrets: [],
      log: undefined,
    }],
    openVolumes: [],
    cpu: undefined,
    memory: undefined,
    isForWindows: false,
    hasTaskRole: false,
  });
  const facts = factsOf({
    ...fargate({}, {
      cpu: "1 vCPU",
      memory: "2 GB",
      taskRoleArn: "app",
      proxyConfiguration: { containerName: "envoy" },
      volumes: [{ name: "data", configuredAtLaunch: true }, { name: "tmp" }],
      ...containers({
        app: {
          dependsOn: [{ containerName: "init", condition: "SUCCESS" }],
          portMappings: [{ containerPort: 80, name: "http" }, { containerPortRange: "90-99" }],
          secrets: [{ name: "TOKEN", valueFrom: "x" }],
        },
        init: { essential: false },
        envoy: {},
        router: { firelensConfiguration: { type: "fluentbit" } },
      }),
    }),
    taskDefinitionArn: "arn",
    compatibilities: ["FARGATE"],
  }, "web");
  const [app, init, envoy, router] = facts.containers;
  assertEquals(app?.ports, [{ name: "http", port: 80 }]);
  assertEquals(app?.secrets, ["TOKEN"]);
  assertEquals(app?.waitsFor, ["init"]);
  assertEquals(init?.essential, false);
  assertEquals([envoy?.role, router?.role], ["proxy", "log router"]);
  assertEquals(facts.openVolumes, ["data"]);
  assertEquals([facts.arn, facts.cpu, facts.memory, facts.hasTaskRole], ["arn", 1024, 2048, true]);
});

Deno.test("sizes are read as AWS does, and in no other way", () => {
  const cpu = ["256", "1 vCPU", ".25vcpu", "4 vCPUs", "", " 256", "1 GB", "-1", "1e3", undefined];
  assertEquals(cpu.map(cpuUnits), [
    256,
    1_024,
    256,
    ...Array.from({ length: 7 }, () => undefined),
  ]);
  assertEquals(["512", "0.5 GB", "2gb", "8G", "512MB", "1 vCPU"].map(mebibytes), [
    512,
    512,
    2_048,
    undefined,
    undefined,
    undefined,
  ]);
});
