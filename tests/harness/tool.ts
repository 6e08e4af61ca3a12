import { assertEquals } from "@std/assert";
import { exitCodes } from "../../src/cli/exit_codes.ts";
import type { TaskRow } from "../../src/cli/tasks.ts";
import type { AwsHost } from "../../src/aws/host.ts";
import { identityOf, simulatePassRole } from "../../src/aws/identity.ts";
import type { AwsTarget } from "../../src/aws/operations.ts";
import { connectNomadOver } from "../../src/driver/nomad_link.ts";
import { systemClock } from "../../src/clock.ts";
import type { Host, Keyboard } from "../../src/cli/host.ts";
import { runCli } from "../../src/cli/main.ts";
import type { Tag } from "../../src/aws/ecs_answers.ts";
import { ownerTags, startedBy } from "../../src/lifecycle/ownership/tags.ts";
import { eventually } from "../../demo/lib/process.ts";
import { demoPreset } from "../../demo/simulator/preset.ts";
import { type RunningSimulator, startSimulator } from "../../demo/simulator/start.ts";
import { performUnthrottled } from "../../demo/simulator/operations/operations.ts";
import type { Input } from "../../demo/simulator/request/input.ts";
import { noQuotas } from "../../demo/simulator/state/quotas.ts";
import type { EcsTask } from "../../demo/simulator/state/model.ts";
import { operationsAt } from "./aws.ts";
import { serving } from "./nomad_server.ts";
import { pluginPath } from "./plugin.ts";
import { cluster } from "./with_simulator.ts";

/** What a command printed, and its exit status. */
export type Ran = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** An allocation as a test's Nomad answers it. */
export type ToldAllocation = {
  readonly NodeID: string;
  readonly DesiredStatus: string;
  readonly ClientStatus: string;
  readonly NextAllocation?: string;
};

/** Allocations of node-a: one that Nomad wants, and one that has ended. */
export const running = { NodeID: "node-a", DesiredStatus: "run", ClientStatus: "running" };
export const over = { NodeID: "node-a", DesiredStatus: "stop", ClientStatus: "complete" };

/** A Nomad of a test: what is in these is what it answers. */
export type ToldNomad = {
  readonly address: string;
  /** Status by node id. */
  readonly nodes: Map<string, string>;
  readonly allocations: Map<string, ToldAllocation>;
  /** When nodes that are down missed their first heartbeat. */
  missedSince: string;
  /** An answer in place of all others. */
  answer: ((request: Request) => Response | undefined) | undefined;
};

/** A simulated ECS and a Nomad, and the tool beside them. */
export type Stage = {
  readonly ecs: RunningSimulator;
  readonly nomad: ToldNomad;
  /** A folder for files of the test, which goes with the stage. */
  readonly folder: string;
  /** Runs a command in this process. */
  tool(args: readonly string[], changes?: Partial<Host>): Promise<Ran>;
  /** Runs the built file as a person does. */
  executable(args: readonly string[], env?: Record<string, string>): Promise<Ran>;
};

/** Sets a stage up, lets `use` have it, and takes it down. */
export async function withStage(use: (stage: Stage) => Promise<void>): Promise<void> {
  const ecs = await startSimulator({
    speed: 1_000,
    presets: [demoPreset],
    quotas: noQuotas,
    // At this speed ECS would forget an ended task within 4 s, before the tool is up on a busy machine.
    pace: { consistency: 0, retention: Infinity },
  });
  const folder = await Deno.makeTempDir();
  const told: Omit<ToldNomad, "address"> = {
    nodes: new Map(),
    allocations: new Map(),
    // Later than any task of a test, whose nodes so had them before.
    missedSince: "2100-01-01T00:00:00Z",
    answer: undefined,
  };
  try {
    await serving(
      (request) => told.answer?.(request) ?? answerOf(request, told),
      async (address) => {
        await use({
          ecs,
          nomad: Object.assign(told, { address }),
          folder,
          tool: (args, changes) => runHere(args, hostAt(ecs.endpoint, changes)),
          executable: (args, env = {}) => runFile(args, { ...environmentOf(ecs.endpoint), ...env }),
        });
      },
    );
  } finally {
    await ecs.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs a task in the simulated cluster in whose container commands can be run. */
export async function taskWithExec({ ecs }: Pick<Stage, "ecs">): Promise<EcsTask> {
  const { model } = ecs.simulator;
  performUnthrottled(model, "us-east-1", "RegisterTaskDefinition", {
    family: "shell",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: "256",
    memory: "512",
    taskRoleArn: "arn:aws:iam::123456789012:role/shell",
    containerDefinitions: [{
      name: "main",
      image: "busybox:1",
      command: ["sh", "-c", "while :; do sleep 1; done"],
    }],
  });
  const task = runTask({ ecs }, { taskDefinition: "shell", enableExecuteCommand: true });
  ecs.simulator.schedule();
  await eventually("the task runs", () => task.status === "RUNNING" ? true : undefined);
  return task;
}

/** Runs a task in the simulated cluster as a driver on a node does. */
export function ownedTask(
  stage: Pick<Stage, "ecs">,
  allocId: string,
  nodeId: string,
  tags: readonly Tag[] = [],
): EcsTask {
  const owner = {
    id: `${allocId}/web/0`,
    namespace: "default",
    jobId: "site",
    group: "front",
    name: "web",
    allocId,
    nodeId,
  };
  return runTask(stage, {
    taskDefinition: "idle",
    startedBy: startedBy(owner),
    tags: [...ownerTags(owner, "0.1.0"), ...tags],
  });
}

/** Runs a task on Fargate in the simulated cluster, with the input that a test adds to that. */
export function runTask(
  { ecs: { simulator: { model } } }: Pick<Stage, "ecs">,
  input: Input,
): EcsTask {
  performUnthrottled(model, "us-east-1", "RunTask", {
    cluster,
    launchType: "FARGATE",
    networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
    ...input,
  });
  const task = [...model.tasks.values()].at(-1);
  if (task === undefined) throw new Error("RunTask made no task");
  return task;
}

/** Runs `tasks --json`, which ends with the status, and returns its rows by allocation. */
export async function rowsOf(
  stage: Stage,
  nomad = true,
  status: number = exitCodes.ok,
): Promise<Map<string, TaskRow>> {
  const { nomad: { address } } = stage;
  const args = ["tasks", "--cluster", cluster, "--region", "us-east-1", "--json"];
  const ran = await stage.tool(nomad ? [...args, "--nomad-address", address] : args);
  assertEquals([ran.code, ran.stderr === ""], [status, status === exitCodes.ok]);
  const { tasks } = JSON.parse(ran.stdout) as { tasks: TaskRow[] };
  return new Map(tasks.map((row) => [row.allocation, row]));
}

/** The machine of a command that runs in this process, with streams that are kept. */
function hostAt(endpoint: string, changes: Partial<Host> = {}): Host & { kept: Ran } {
  const kept = { code: -1, stdout: "", stderr: "" };
  const keep = (stream: "stdout" | "stderr") => ({
    isTerminal: false,
    write: (data: string | Uint8Array) => {
      kept[stream] += typeof data === "string" ? data : new TextDecoder().decode(data);
      return Promise.resolve();
    },
  });
  return {
    version: "1.2.3",
    environment: {},
    connectAws: (target) =>
      operationsAt(target.endpoint ?? endpoint, {
        ec2: endpoint,
        ssm: endpoint,
        ssmmessages: endpoint,
        kms: endpoint,
        logs: endpoint,
        cloudwatch: endpoint,
      }),
    identify: (target, signal) => identityOf(targetAt(target, endpoint), awsHost(endpoint), signal),
    simulatePassRole: (target, asked, signal) =>
      simulatePassRole(targetAt(target, endpoint), awsHost(endpoint), asked, signal),
    connectNomad: connectNomadOver(Deno.readTextFile, systemClock),
    readFile: Deno.readTextFile,
    files: { createdAt: refuse, read: refuse, write: refuse, remove: refuse },
    clock: systemClock,
    random: () => 0.5,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    stdin: nothingTyped,
    stdout: keep("stdout"),
    stderr: keep("stderr"),
    signal: new AbortController().signal,
    ...changes,
    kept,
  };
}

function targetAt(target: AwsTarget, endpoint: string): AwsTarget {
  return { ...target, endpoint: target.endpoint ?? endpoint };
}

function awsHost(endpoint: string): AwsHost {
  return {
    userAgent: { name: "test", version: "0.0.0" },
    endpoints: { sts: endpoint, iam: endpoint },
    credentials: () => () =>
      Promise.resolve({ accessKeyId: "simulated", secretAccessKey: "simulated" }),
  };
}

/** A keyboard that is none, with an empty pipe in its place. */
const nothingTyped: Keyboard = {
  isTerminal: false,
  pieces: async function* () {},
  enterRaw: () => () => {},
  size: () => undefined,
  onResize: () => () => {},
};

function refuse(): Promise<never> {
  return Promise.reject(new Error("a command keeps no files"));
}

async function runHere(
  args: readonly string[],
  { kept, ...host }: Host & { kept: Ran },
): Promise<Ran> {
  const code = await runCli(host, args);
  return { ...kept, code };
}

async function runFile(args: readonly string[], env: Record<string, string>): Promise<Ran> {
  const { code, stdout, stderr } = await new Deno.Command(pluginPath, {
    args: [...args],
    env,
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** The variables by which the built file finds a simulated AWS, and no Nomad. */
export function environmentOf(endpoint: string): Record<string, string> {
  return {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "simulated",
    AWS_SECRET_ACCESS_KEY: "simulated",
    AWS_ENDPOINT_URL: endpoint,
    NOMAD_ADDR: "",
  };
}

function answerOf(
  request: Request,
  { nodes, allocations, missedSince }: Pick<ToldNomad, "nodes" | "allocations" | "missedSince">,
): Response {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/v1/agent/self") {
    return Response.json({
      config: { Region: "global" },
      stats: { client: { node_id: "node-a" } },
    });
  }
  if (pathname === "/v1/nodes") {
    return Response.json([...nodes].map(([ID, Status]) => ({ ID, Status })));
  }
  if (pathname === "/v1/allocations") {
    const prefix = searchParams.get("prefix") ?? "";
    return Response.json([...allocations.keys()].filter((id) => id.startsWith(prefix)));
  }
  const node = pathname.split("/v1/node/")[1];
  if (node !== undefined) {
    const missed = { Message: "Node heartbeat missed", Timestamp: missedSince };
    const Events = nodes.get(node) === "down" ? [missed] : [];
    return Response.json({ ID: node, Status: nodes.get(node), Events });
  }
  const id = /^\/v1\/allocation\/(.+)$/.exec(pathname)?.[1] ?? "";
  const found = allocations.get(id);
  if (found === undefined) return new Response("alloc not found", { status: 404 });
  return Response.json({
    ID: id,
    Namespace: "default",
    Name: "site.front[0]",
    JobID: "site",
    TaskGroup: "front",
    ...found,
  });
}
