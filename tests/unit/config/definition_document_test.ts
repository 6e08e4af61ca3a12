import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { documentProblem } from "../../../src/config/definition_document.ts";

const pascal = { Family: "web", ContainerDefinitions: [{ Name: "app", Image: "idle" }] };
const batch = "an AWS Batch job definition";
const foreign: Record<string, [document: Record<string, unknown>, kind: string, fix: string]> = {
  "a Batch job definition": [
    { jobDefinitionName: "x", type: "container", containerProperties: { image: "idle" } },
    batch,
    "containerDefinitions",
  ],
  "a described Batch job definition": [{ jobDefinitions: [{}] }, batch, "containerDefinitions"],
  "a Batch job definition for ECS": [
    { type: "container", ecsProperties: { taskProperties: [] } },
    batch,
    "containerDefinitions",
  ],
  "a multi-node Batch job definition": [{ type: "multinode", nodeProperties: {} }, batch, "family"],
  "CloudFormation's properties": [pascal, "PascalCase", "family, containerDefinitions"],
  "CloudFormation's resource": [
    { Type: "AWS::ECS::TaskDefinition", Properties: pascal },
    "a CloudFormation resource",
    "Properties alone",
  ],
  "CloudFormation's template": [
    { Resources: { Task: { Type: "AWS::ECS::TaskDefinition", Properties: pascal } } },
    "a CloudFormation template",
    "Properties",
  ],
  "what PowerShell prints": [{ TaskDefinition: pascal, Tags: [] }, "PascalCase", "family"],
  "what Terraform has": [
    { family: "web", container_definitions: [] },
    "Terraform",
    "containerDefinitions",
  ],
  "RunTask's input": [
    { cluster: "c", taskDefinition: "web:7", launchType: "FARGATE" },
    "the input of RunTask",
    "config.task.task_definition",
  ],
  "CreateService's input": [
    { serviceName: "web", taskDefinition: "web:7", desiredCount: 2 },
    "the input of CreateService",
    "config.task.task_definition",
  ],
  "a list of revisions": [{ taskDefinitionArns: [] }, "names", "config.task.task_definition"],
  "a description of tasks": [{ tasks: [], failures: [] }, "tasks or services", "describe-task-"],
  "a description of services": [{ services: [{}] }, "tasks or services", "describe-task-"],
  "a Compose file": [{ services: { web: { image: "idle" } } }, "Compose", "containerDefinitions"],
  "a Kubernetes manifest": [
    { apiVersion: "apps/v1", kind: "Deployment", spec: {} },
    "Kubernetes",
    "containerDefinitions",
  ],
  "a Dockerrun file": [
    { AWSEBDockerrunVersion: 2, containerDefinitions: [{}] },
    "Dockerrun",
    '"family": "web"',
  ],
  "a Nomad job": [{ Job: { ID: "web" } }, "a Nomad job", "containerDefinitions"],
  "one container": [{ name: "app", image: "idle" }, "one container", "containerDefinitions"],
};
for (const [name, [document, kind, fix]] of Object.entries(foreign)) {
  Deno.test(`${name} is recognized, and what to write is told`, () => {
    const text = documentProblem(document) ?? "";
    assertStringIncludes(text, kind);
    assertStringIncludes(text, fix);
    assert(text.length < 500, text);
  });
}

Deno.test("what has a family and containers is a definition, whatever else it has", () => {
  const definition = { family: "web", containerDefinitions: [], services: {}, kind: "x", Job: 1 };
  assertEquals(documentProblem(definition), undefined);
});

Deno.test("what may be a definition with something left out is none of the other kinds", () => {
  for (
    const document of [{}, { family: "web" }, { containerDefinitions: [] }, { taskDefinition: {} }]
  ) {
    assertEquals(documentProblem(document), undefined);
  }
});
