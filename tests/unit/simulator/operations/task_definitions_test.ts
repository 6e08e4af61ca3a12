import { assertEquals } from "@std/assert";
import { perform } from "../../../../demo/simulator/operations/operations.ts";
import type { Input } from "../../../../demo/simulator/request/input.ts";
import {
  assertRefused,
  ec2,
  emptyModel,
  fargate,
  ports,
  region,
  register,
} from "../../../harness/simulator_definitions.ts";

function stage(...definitions: Input[]) {
  const model = emptyModel();
  for (const definition of definitions) register(definition, model);
  return (operation: string, input: Input) =>
    perform(model, region, operation, input) as Record<string, unknown>;
}
const family = (family: string) => ec2({}, { family });
const arn = (name: string) => `arn:aws:ecs:us-east-1:123456789012:task-definition/${name}`;

Deno.test("definitions are listed by family and revision, in pages and backwards", () => {
  const families = [...Array(11).fill("b"), "a"].map(family);
  const call = stage(...families);
  const list = (input: Input) => call("ListTaskDefinitions", input)["taskDefinitionArns"];
  assertEquals(list({ maxResults: 3 }), [arn("a:1"), arn("b:1"), arn("b:2")]);
  assertEquals(list({ maxResults: 2, sort: "DESC" }), [arn("b:11"), arn("b:10")]);
  const { nextToken } = call("ListTaskDefinitions", { maxResults: 11 });
  assertEquals(call("ListTaskDefinitions", { nextToken }), {
    taskDefinitionArns: [arn("b:11")],
    nextToken: undefined,
  });
  assertEquals(list({ familyPrefix: "a" }), [arn("a:1")]);
});

Deno.test("families are listed by prefix, while they have an active revision", () => {
  const call = stage(family("web-a"), family("web-b"), family("job"));
  call("DeregisterTaskDefinition", { taskDefinition: "web-b:1" });
  const list = (input: Input) => call("ListTaskDefinitionFamilies", input)["families"];
  assertEquals(list({}), ["job", "web-a"]);
  assertEquals(list({ familyPrefix: "web", status: "ALL" }), ["web-a", "web-b"]);
  assertEquals(list({ status: "INACTIVE" }), ["web-b"]);
});

Deno.test("only an inactive definition can be deleted, and then runs no more", () => {
  const call = stage(family("web"));
  const remove = (...taskDefinitions: string[]) =>
    call("DeleteTaskDefinitions", { taskDefinitions }) as {
      taskDefinitions: Input[];
      failures: Input[];
    };
  assertEquals(
    remove("web:1", "web:9").failures.map(({ reason }) => String(reason).slice(0, 40)),
    ["The specified task definition is still i", "MISSING"],
  );
  call("DeregisterTaskDefinition", { taskDefinition: "web:1" });
  const [removed] = remove("web:1").taskDefinitions;
  assertEquals([removed?.["status"], removed?.["deleteRequestedAt"]], ["DELETE_IN_PROGRESS", 0]);
  assertRefused(
    () => call("RunTask", { cluster: "main", taskDefinition: "web:1" }),
    "ClientException",
    "TaskDefinition is inactive",
  );
});

Deno.test("a definition is described with what AWS adds to it", () => {
  const call = stage(
    fargate(ports({ containerPort: 80 })),
    ec2(ports({ containerPort: 80, protocol: "udp" }), { family: "bridge" }),
  );
  const portsOf = (taskDefinition: string) => {
    const described = call("DescribeTaskDefinition", { taskDefinition });
    const { containerDefinitions, registeredBy, placementConstraints } = described[
      "taskDefinition"
    ] as Record<string, unknown>;
    assertEquals(registeredBy, "arn:aws:iam::123456789012:user/simulated");
    assertEquals(placementConstraints, []);
    return (containerDefinitions as Input[])[0]?.["portMappings"];
  };
  assertEquals(portsOf("web"), [{ containerPort: 80, hostPort: 80, protocol: "tcp" }]);
  assertEquals(portsOf("bridge"), [{ containerPort: 80, hostPort: 0, protocol: "udp" }]);
});
