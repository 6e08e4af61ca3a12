import { performLogs } from "./logs/operations.ts";
import { performUnthrottled } from "./operations/operations.ts";
import type { Input } from "./request/input.ts";
import type { Model } from "./state/model.ts";

/** Clusters, log groups and task definitions that a simulator starts with. */
export type Preset = {
  readonly region: string;
  readonly clusters: readonly string[];
  readonly logGroups?: readonly string[];
  readonly taskDefinitions: readonly Input[];
};

/** Capacity providers of every cluster of a preset. */
const capacityProviders = ["FARGATE", "FARGATE_SPOT"];
const region = "us-east-1";
/** The log group of the demo on AWS. */
const logGroup = "/ecs/nomad-remote-driver-demo";

/** The preset of the demo and of the end-to-end tests. */
export const demoPreset: Preset = {
  region,
  clusters: ["nomad-remote-driver-demo"],
  logGroups: [logGroup],
  taskDefinitions: [
    logged(
      fargate("nomad-remote-driver-demo", {
        name: "nomad-remote-driver-demo",
        image: "httpd:2.4",
        portMappings: [{ containerPort: 80, protocol: "tcp" }],
        command: ["sh", "-c", "trap 'exit 0' TERM; while :; do echo serving; sleep 1; done"],
      }),
    ),
    logged(fargate("exit0", shell("echo bye; exit 0"))),
    logged(fargate("exit7", shell("echo failing >&2; exit 7"))),
    logged(fargate("sleep", shell("exec sleep 3600"))),
    fargate("idle", { name: "main", image: "idle" }),
    fargate("unpullable", { name: "main", image: "example/does-not-exist:1" }),
  ],
};

/** Adds a preset to a model. */
export function loadPreset(
  model: Model,
  { region, clusters, logGroups = [], taskDefinitions }: Preset,
): void {
  for (const clusterName of clusters) {
    performUnthrottled(model, region, "CreateCluster", { clusterName, capacityProviders });
  }
  for (const logGroupName of logGroups) {
    // Presets are loaded one after the other into one model, and may share a group.
    if (model.logs.groups.has(`${region}/${logGroupName}`)) continue;
    performLogs(model, region, "CreateLogGroup", { logGroupName });
  }
  for (const input of taskDefinitions) {
    performUnthrottled(model, region, "RegisterTaskDefinition", input);
  }
}

function fargate(family: string, container: Input): Input {
  return {
    family,
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: "256",
    memory: "512",
    containerDefinitions: [{ essential: true, ...container }],
  };
}

/** A definition whose containers log to the group of the demo. */
function logged(definition: Input): Input {
  const logConfiguration = {
    logDriver: "awslogs",
    options: {
      "awslogs-group": logGroup,
      "awslogs-region": region,
      "awslogs-stream-prefix": "demo",
    },
  };
  const containers = definition["containerDefinitions"] as readonly Input[];
  return {
    ...definition,
    executionRoleArn: "arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
    containerDefinitions: containers.map((container) => ({ ...container, logConfiguration })),
  };
}

function shell(script: string): Input {
  return { name: "main", image: "busybox:1", command: ["sh", "-c", script] };
}
