import type { Input } from "./request/input.ts";
import type { Model } from "./state/model.ts";
import { performUnthrottled } from "./operations/operations.ts";

/** Clusters and task definitions that a simulator starts with. */
export type Preset = {
  readonly region: string;
  readonly clusters: readonly string[];
  readonly taskDefinitions: readonly Input[];
};

/** Capacity providers of every cluster of a preset. */
const capacityProviders = ["FARGATE", "FARGATE_SPOT"];

/** The preset of the demo and of the end-to-end tests. */
export const demoPreset: Preset = {
  region: "us-east-1",
  clusters: ["nomad-remote-driver-demo"],
  taskDefinitions: [
    fargate("nomad-remote-driver-demo", {
      name: "nomad-remote-driver-demo",
      image: "httpd:2.4",
      portMappings: [{ containerPort: 80, protocol: "tcp" }],
      command: ["sh", "-c", "trap 'exit 0' TERM; while :; do echo serving; sleep 1; done"],
    }),
    fargate("exit0", shell("echo bye; exit 0")),
    fargate("exit7", shell("echo failing >&2; exit 7")),
    fargate("sleep", shell("exec sleep 3600")),
    fargate("idle", { name: "main", image: "idle" }),
    fargate("unpullable", { name: "main", image: "example/does-not-exist:1" }),
  ],
};

/** Adds a preset to a model. */
export function loadPreset(model: Model, { region, clusters, taskDefinitions }: Preset): void {
  for (const clusterName of clusters) {
    performUnthrottled(model, region, "CreateCluster", { clusterName, capacityProviders });
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

function shell(script: string): Input {
  return { name: "main", image: "busybox:1", command: ["sh", "-c", script] };
}
