type Document = Readonly<Record<string, unknown>>;

/** A kind of document that is mistaken for a task definition. */
type Kind = {
  /** What it is, as "an AWS Batch job definition". */
  readonly name: string;
  /** The member that gives it away; undefined where the document is of another kind. */
  readonly sign: (document: Document) => string | undefined;
  /** What to do, as a sentence. */
  readonly fix: string;
};

const apiNames = "Write the names of AWS's API: family, containerDefinitions, name, image";

/** Kinds of documents that people give for task definitions. The first that fits is named. */
const kinds: readonly Kind[] = [
  {
    name: "an AWS Batch job definition",
    sign: anyOf(
      "jobDefinitionName",
      "jobDefinitions",
      "jobDefinition",
      "containerProperties",
      "ecsProperties",
      "eksProperties",
      "nodeProperties",
      "JobDefinitionName",
      "ContainerProperties",
    ),
    fix:
      'Write { "family": "web", "containerDefinitions": [{ "name": "web", "image": "..." }] }, ' +
      "with command, environment and secrets of containerProperties in the container",
  },
  {
    name: "a CloudFormation template",
    sign: anyOf("AWSTemplateFormatVersion", "Resources"),
    fix: "Take the Properties of its AWS::ECS::TaskDefinition alone. " + apiNames,
  },
  {
    name: "a CloudFormation resource",
    sign: (document) =>
      typeof document["Type"] === "string" && document["Properties"] !== undefined
        ? "Properties"
        : undefined,
    fix: "Take its Properties alone. " + apiNames,
  },
  {
    name: "a task definition in the PascalCase of CloudFormation and PowerShell",
    sign: (document) =>
      isObject(document["TaskDefinition"])
        ? "TaskDefinition"
        : anyOf("ContainerDefinitions", "Family")(document),
    fix: apiNames,
  },
  {
    name: "a task definition in the snake case of Terraform",
    sign: anyOf("container_definitions"),
    fix: apiNames,
  },
  {
    name: "the input of CreateService or UpdateService",
    sign: withTaskDefinition("serviceName", "desiredCount", "service"),
    fix: "Give its taskDefinition as config.task.task_definition",
  },
  {
    name: "the input of RunTask",
    sign: (document) =>
      typeof document["taskDefinition"] === "string" ? "taskDefinition" : undefined,
    fix:
      "Give its taskDefinition as config.task.task_definition, and its other members as options " +
      "of config.task: overrides, network_configuration, launch_type",
  },
  {
    name: "a list of task definitions' names",
    sign: anyOf("taskDefinitionArns", "families"),
    fix: "Give one of the names as config.task.task_definition",
  },
  {
    name: "a description of tasks or services",
    sign: (document) =>
      ["tasks", "services"].find((name) => Array.isArray(document[name])) ??
        anyOf("taskArn", "serviceArn")(document),
    fix: "Give their taskDefinitionArn as config.task.task_definition, or the output of " +
      "`aws ecs describe-task-definition` here",
  },
  {
    name: "a Docker Compose file",
    sign: (document) => isObject(document["services"]) ? "services" : undefined,
    fix: "Write each service as a container of containerDefinitions",
  },
  {
    name: "a Kubernetes manifest",
    sign: (document) => document["kind"] === undefined ? undefined : anyOf("apiVersion")(document),
    fix: "Write each container as one of containerDefinitions",
  },
  {
    name: "an Elastic Beanstalk Dockerrun file",
    sign: anyOf("AWSEBDockerrunVersion"),
    fix: 'Leave AWSEBDockerrunVersion out and add "family": "web"',
  },
  {
    name: "a Nomad job",
    sign: anyOf("Job", "TaskGroups"),
    fix: 'Write { "family": "web", "containerDefinitions": [{ "name": "web", "image": "..." }] }',
  },
  {
    name: "one container definition",
    sign: (document) =>
      document["containerDefinitions"] === undefined ? anyOf("image")(document) : undefined,
    fix: 'Write { "family": "web", "containerDefinitions": [ ... ] } around it',
  },
];

/** The refusal of a document of another kind, in words that follow its path; else undefined. */
export function documentProblem(document: Document): string | undefined {
  // With these two members it is a definition. AWS's model refuses other members by name.
  if (document["family"] !== undefined && document["containerDefinitions"] !== undefined) {
    return undefined;
  }
  for (const { name, sign, fix } of kinds) {
    const member = sign(document);
    if (member === undefined) continue;
    return `must be a task definition, as RegisterTaskDefinition takes it; got ${name} (it has ` +
      `${member}). ${fix}`;
  }
  return undefined;
}

function anyOf(...names: readonly string[]): Kind["sign"] {
  return (document) => names.find((name) => document[name] !== undefined);
}

function withTaskDefinition(...names: readonly string[]): Kind["sign"] {
  const sign = anyOf(...names);
  return (document) => typeof document["taskDefinition"] === "string" ? sign(document) : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
