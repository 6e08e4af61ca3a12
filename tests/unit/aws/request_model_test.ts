import { assertEquals } from "@std/assert";
import { mismatches } from "../../../src/aws/request_model.ts";

function problems(definition: unknown) {
  return mismatches("registerTaskDefinition", definition, "json")
    .map(({ path, text }) => `${path} ${text}`);
}

Deno.test("what fits AWS's model has no mismatch", () => {
  assertEquals(problems({ family: "web", containerDefinitions: [{ name: "a", cpu: 1 }] }), []);
});

Deno.test("a member that AWS does not know is named with those that it knows", () => {
  assertEquals(problems({ runtimePlatform: { cpu: "ARM64" } }), [
    "json.runtimePlatform.cpu is not known to AWS there; " +
    "use one of cpuArchitecture, operatingSystemFamily",
  ]);
});

Deno.test("a value of another type is shown by its type, never by itself", () => {
  const container = {
    environment: [{ name: "PASSWORD", value: 123456 }],
    command: "hunter2",
    essential: "hunter2",
    cpu: { hunter2: 1 },
    dockerLabels: ["hunter2"],
  };
  assertEquals(problems({ containerDefinitions: [container, null] }), [
    "json.containerDefinitions[0].environment[0].value must be a string; got a number",
    "json.containerDefinitions[0].command must be a list; got a string",
    "json.containerDefinitions[0].essential must be true or false; got a string",
    "json.containerDefinitions[0].cpu must be a number; got an object",
    "json.containerDefinitions[0].dockerLabels must be an object; got a list",
    "json.containerDefinitions[1] must be an object; got null",
  ]);
});

Deno.test("a member that is written nearly as AWS has it is named alone", () => {
  const written = {
    enviroment: "environment",
    portMapping: "portMappings",
    imagee: "image",
    "Image": "image",
    health_check: "healthCheck",
    memroy: "memory",
    cpus: "cpu",
  };
  for (const [wrong, right] of Object.entries(written)) {
    assertEquals(problems({ containerDefinitions: [{ [wrong]: 1 }] }), [
      `json.containerDefinitions[0].${wrong} is not known to AWS there; use ${right}`,
    ]);
  }
  const [far = ""] = problems({ containerDefinitions: [{ replicas: 1 }] });
  assertEquals(far.startsWith("json.containerDefinitions[0].replicas is not known to AWS"), true);
  assertEquals(far.includes("use one of name, image, "), true, far);
});
