import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { AwsError } from "../../demo/simulator/request/aws_error.ts";
import type { Input } from "../../demo/simulator/request/input.ts";
import { createModel, type Model } from "../../demo/simulator/state/model.ts";
import { perform } from "../../demo/simulator/operations/operations.ts";

/** The region of everything here. */
export const region = "us-east-1";
/** A role that tasks may have. */
export const role = "arn:aws:iam::123456789012:role/app";

/** A model with one cluster, `main`, and no time. */
export function emptyModel(): Model {
  const model = createModel({
    now: () => 0,
    random: () => 0.5,
    hooks: { start: () => {}, terminate: () => {} },
  });
  perform(model, region, "CreateCluster", {
    clusterName: "main",
    capacityProviders: ["FARGATE", "FARGATE_SPOT"],
  });
  return model;
}

/** A definition of one container for EC2, with more of the container and of the task. */
export function ec2(container: Input = {}, task: Input = {}): Input {
  return {
    family: "web",
    containerDefinitions: [{ name: "app", image: "busybox:1", memory: 128, ...container }],
    ...task,
  };
}

/** The same for Fargate. */
export function fargate(container: Input = {}, task: Input = {}): Input {
  return {
    family: "web",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: "256",
    memory: "512",
    containerDefinitions: [{ name: "app", image: "busybox:1", ...container }],
    ...task,
  };
}

/** A definition of containers side by side, each with a name, an image and memory already. */
export function containers(all: Record<string, Input>, task: Input = {}): Input {
  return {
    family: "web",
    containerDefinitions: Object.entries(all).map(([name, container]) => ({
      name,
      image: "busybox:1",
      memory: 64,
      ...container,
    })),
    ...task,
  };
}

/** Registers a definition, and answers how it is described. */
export function register(input: Input, model: Model = emptyModel()): Record<string, unknown> {
  const answer = perform(model, region, "RegisterTaskDefinition", input);
  return (answer as { taskDefinition: Record<string, unknown> }).taskDefinition;
}

/** Asserts that an operation is refused with an error of this type, in words with these among them. */
export function assertRefused(attempt: () => unknown, type: string, says: string): void {
  const error = assertThrows(attempt, AwsError);
  assert(error instanceof AwsError);
  assertStringIncludes(error.message, says);
  assertEquals([error.type, error.status], [type, 400]);
}

/** A secret that a container may get. */
export const secret = {
  name: "TOKEN",
  valueFrom: "arn:aws:ssm:us-east-1:123456789012:parameter/token",
};
/** An image of a registry that asks who pulls it. */
export const ecr = "123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1";
/** What the log driver awslogs needs to be told everywhere. */
export const awslogs = { "awslogs-group": "g", "awslogs-region": "us-east-1" };
/** How containers share a GPU. */
export const mps = { nvidiaMps: { memory: 1_024 } };

/** A container's Linux parameters. */
export function linux(linuxParameters: Input): Input {
  return { linuxParameters };
}

/** A container's port mappings. */
export function ports(...portMappings: Input[]): Input {
  return { portMappings };
}

/** A container's log configuration. */
export function logs(logDriver: string, options: Input = {}): Input {
  return { logConfiguration: { logDriver, options } };
}

/** A container's resource requirements. */
export function resource(...resourceRequirements: Input[]): Input {
  return { resourceRequirements };
}

/** A definition that is refused, words of the message, and its type unless it is ClientException. */
export type Refusal = readonly [input: Input, says: string, type?: string];

/** A test of which every step is a definition that is refused. */
export function refuses(name: string, refusals: Record<string, Refusal>): void {
  Deno.test(name, async (t) => {
    for (const [step, [input, says, type = "ClientException"]] of Object.entries(refusals)) {
      await t.step(step, () => assertRefused(() => register(input), type, says));
    }
  });
}
