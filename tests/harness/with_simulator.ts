import {
  DescribeTasksCommand,
  ECSClient,
  RunTaskCommand,
  type RunTaskCommandInput,
  type Task,
} from "@aws-sdk/client-ecs";
import { assertRejects } from "@std/assert";
import { type RunningSimulator, startSimulator } from "../../demo/simulator/start.ts";
import { demoPreset } from "../../demo/simulator/preset.ts";

/** The cluster of the preset. */
export const cluster = "nomad-remote-driver-demo";
/** RunTask of a task that runs until it is stopped. */
export const idle: RunTaskCommandInput = {
  cluster,
  taskDefinition: "idle",
  launchType: "FARGATE",
  networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
};
/** Credentials that any simulator accepts. */
export const credentials = { accessKeyId: "simulated", secretAccessKey: "simulated" };

/** Starts a simulator, lets `use` have it with a client that does not retry, and stops both. */
export async function withEcs(
  use: (client: ECSClient, ecs: RunningSimulator) => Promise<void>,
  consistency = 0,
): Promise<void> {
  const ecs = await startSimulator({ speed: 500, presets: [demoPreset], pace: { consistency } });
  const client = new ECSClient({
    region: "us-east-1",
    endpoint: ecs.endpoint,
    credentials,
    maxAttempts: 1,
  });
  try {
    await use(client, ecs);
  } finally {
    client.destroy();
    await ecs.stop();
  }
}

/** Describes a task until it is as wanted. */
export async function until(
  client: ECSClient,
  arn: string,
  wanted: string | ((task: Task) => boolean),
): Promise<Task> {
  while (true) {
    const { tasks } = await client.send(new DescribeTasksCommand({ cluster, tasks: [arn] }));
    const [task] = tasks ?? [];
    const matches = typeof wanted === "string"
      ? task?.lastStatus === wanted
      : task !== undefined && wanted(task);
    if (task !== undefined && matches) return task;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Runs a task, and returns its ARN. */
export async function run(client: ECSClient, input: RunTaskCommandInput = idle): Promise<string> {
  const { tasks } = await client.send(new RunTaskCommand(input));
  return tasks?.[0]?.taskArn ?? "";
}

/** The name of the error that a call ends with. */
export async function nameOf(made: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => made, Error)).name;
}

/** Sends a control request, and returns its answer. */
export async function control(
  { endpoint }: RunningSimulator,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const response = await fetch(`${endpoint}/_sim/${path}`, {
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}
