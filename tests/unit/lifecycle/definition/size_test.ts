import { assertEquals, assertStringIncludes } from "@std/assert";
import { sizeOf } from "../../../../src/lifecycle/definition/size.ts";
import { fargate, type Json, onInstances, problemsOf } from "../../../harness/definitions.ts";
import { configOf } from "../../../harness/world.ts";

const resources = { cpu: 100, memory: 300 };
const open = { cpu: undefined, memory: undefined };
const windows = { runtimePlatform: { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" } };
const onEc2 = { launch_type: "EC2", network_configuration: null };

/** The size of a definition that runs where the task says. */
function size(definition: ReturnType<typeof fargate>, task: Json = {}, asked = resources) {
  let open: ReturnType<typeof sizeOf> = { size: {}, notes: [] };
  const problems = problemsOf((add) => {
    open = sizeOf(definition, configOf(task), asked, add);
  });
  return { ...open, problems };
}

const unreadable: Record<string, Json> = {
  'must be a number of MiB, as "512", or of GB, as "0.5 GB"; got "4096MB"': { memory: "4096MB" },
  'as "0.5 GB"; got "8G"': { memory: "8G" },
  'as "0.5 GB"; got "8 GiB"': { memory: "8 GiB" },
  'as "0.5 GB"; got ""': { memory: "" },
  'as "0.5 GB"; got "0.3 GB"': { memory: "0.3 GB" },
  'must be a number of CPU units, as "256", or of vCPUs, as "0.25 vCPU"; got "4 vCPUs"': {
    cpu: "4 vCPUs",
  },
  'as "0.25 vCPU"; got "${TASK_CPU}"': { cpu: "${TASK_CPU}" },
  'as "0.25 vCPU"; got "256.5"': { cpu: "256.5" },
  'as "0.25 vCPU"; got " 256"': { cpu: " 256" },
  'as "0.25 vCPU"; got "1e3"': { cpu: "1e3" },
  'as "0.25 vCPU"; got "1 GB"': { cpu: "1 GB" },
  'must be from 128 to 196608 CPU units; got "64"': { cpu: "64" },
  'must be at least 1 MiB; got "0"': { memory: "0" },
};
for (const [says, task] of Object.entries(unreadable)) {
  Deno.test(`a size is refused by its path, wherever it runs: ${says}`, () => {
    for (
      const { size: taken, problems } of [
        size(fargate({}, task)),
        size(onInstances({}, task), onEc2),
      ]
    ) {
      assertEquals(problems.map((problem) => problem.split(" ")[0]), Object.keys(task));
      assertStringIncludes(problems[0] ?? "", says);
      assertEquals(taken, {});
    }
  });
}

for (
  const [cpu, memory] of [["1024", "2048"], ["1 vCPU", "2 GB"], ["1vcpu", "2gb"], [
    "0.5 vCPU",
    "1GB",
  ]]
) {
  Deno.test(`a size that AWS reads is left as it stands: ${cpu}, ${memory}`, () => {
    assertEquals(size(fargate({}, { cpu, memory })), { size: {}, notes: [], problems: [] });
    assertEquals(size(onInstances({}, { cpu, memory }), onEc2).problems, []);
  });
}

Deno.test("on container instances no size comes from resources", () => {
  const gpu = { cpu: 0, memory: 8_192, resourceRequirements: [{ type: "GPU", value: "1" }] };
  const definition = onInstances(gpu, { requiresCompatibilities: ["EC2"] });
  for (const launch_type of ["EC2", "EXTERNAL", null]) {
    assertEquals(size(definition, { launch_type, network_configuration: null }), {
      size: {},
      notes: [],
      problems: [],
    });
  }
  const provider = [{ capacity_provider: "own", weight: 1 }];
  assertEquals(
    size(onInstances(), { launch_type: null, capacity_provider_strategy: provider }).size,
    {},
  );
});

Deno.test("on Fargate an open size comes from resources, and the note says which value did", () => {
  assertEquals(size(fargate({}, open)), {
    size: { cpu: "256", memory: "512" },
    notes: [
      "The task's size on Fargate: cpu = 256, from resources, which ask for 100; " +
      "memory = 512, from resources, which ask for 300",
    ],
    problems: [],
  });
  assertEquals(size(fargate({}, { ...open, cpu: "0.5 vCPU" })), {
    size: { memory: "1024" },
    notes: [
      "The task's size on Fargate: cpu = 512, from the definition; " +
      "memory = 1024, from resources, which ask for 300",
    ],
    problems: [],
  });
});

Deno.test("Windows on Fargate has from 1 to 4 vCPUs", () => {
  assertEquals(size(fargate({}, { ...windows, cpu: "256", memory: "512" })).problems, [
    'cpu must be one of 1024, 2048, 4096 with Windows on Fargate; got "256"',
  ]);
  assertEquals(size(fargate({}, { ...windows, cpu: "8192", memory: "16384" })).problems.length, 1);
  assertEquals(size(fargate({}, { ...windows, ...open })).size, { cpu: "1024", memory: "2048" });
  const large = { cpu: 5_000, memory: 300 };
  assertEquals(size(fargate({}, { ...windows, ...open }), {}, large).problems.length, 1);
});

Deno.test("what fits no size of Fargate is refused with where each value comes from", () => {
  const [fixed = ""] = size(fargate({}, { cpu: "256", memory: "4096" })).problems;
  assertStringIncludes(
    fixed,
    "memory must be 512, or a multiple of 1024 up to 2048, on Fargate with cpu = 256; got 4096",
  );
  const [asked = ""] = size(fargate({}, open), {}, { cpu: 20_000, memory: 300 }).problems;
  assertStringIncludes(asked, "cpu = 20000, from resources, which ask for 20000");
});

Deno.test("a definition for Fargate too needs a size of its own where the task runs elsewhere", () => {
  const definition = onInstances({}, { ...open, requiresCompatibilities: ["EC2", "FARGATE"] });
  const { size: taken, problems } = size(definition, onEc2);
  assertEquals(taken, {});
  assertEquals(problems.map((problem) => problem.split(" ")[0]), ["cpu", "memory"]);
  assertStringIncludes(problems[0] ?? "", 'leave "FARGATE" out');
});
