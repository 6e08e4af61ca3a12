import { createModel, type Model } from "../../demo/simulator/state/model.ts";
import { perform } from "../../demo/simulator/operations/operations.ts";
import { demoPreset, loadPreset } from "../../demo/simulator/preset.ts";
import { advance, containerExited } from "../../demo/simulator/state/task_life.ts";

/** A part of an answer: the operation, what leads to the part, and its value as AWS would give it. */
export type AnswerPart = {
  readonly operation: string;
  readonly path: readonly (string | number)[];
  readonly value: unknown;
};

const cluster = "nomad-remote-driver-demo";

/**
 * Every part of every answer that the driver asks ECS for, and CloudWatch Logs, the whole answers
 * included.
 */
export function answerParts(): AnswerPart[] {
  const seen = new Map<string, AnswerPart>();
  for (const { operation, answer } of sampleAnswers()) {
    for (const { path, value } of partsIn(JSON.parse(JSON.stringify(answer)), [])) {
      seen.set(JSON.stringify([operation, path]), { operation, path, value });
    }
  }
  return [...seen.values()];
}

/** What is answered for a task from its start to its end, for its definition and for its logs. */
function sampleAnswers(): { operation: string; answer: unknown }[] {
  let now = 0;
  const model = createModel({
    now: () => now,
    random: () => 0.5,
    hooks: { start: () => {}, terminate: () => {} },
  });
  loadPreset(model, demoPreset);
  const answers: { operation: string; answer: unknown }[] = [];
  const ask = (operation: string, input: Record<string, unknown>) => {
    const answer = perform(model, "us-east-1", operation, input) as Record<string, unknown>;
    answers.push({ operation, answer });
    now += 120_000;
    advance(model);
    return answer;
  };
  ask("DescribeClusters", { clusters: [cluster, "none"] });
  ask("RegisterTaskDefinition", {
    family: "answers",
    containerDefinitions: [{
      name: "main",
      image: "idle",
      memory: 64,
      secrets: [],
      environment: [],
    }],
    tags: [{ key: "k", value: "v" }],
  });
  ask("ListTaskDefinitions", { familyPrefix: "answers" });
  ask("DescribeTaskDefinition", { taskDefinition: "answers:1", include: ["TAGS"] });
  ask("DeregisterTaskDefinition", { taskDefinition: "answers:1" });
  ask("RunTask", {
    cluster,
    taskDefinition: "idle",
    launchType: "FARGATE",
    startedBy: "nomad/alloc/web",
    tags: [{ key: "nomad:alloc_id", value: "alloc" }, { key: "nomad:node_id", value: "node" }],
    networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-010b03f1a021887ff"] } },
  });
  const task = taskOf(model);
  ask("ListTasks", { cluster, startedBy: "nomad/alloc/web" });
  const none = task.arn.replace(/[0-9a-f]{32}$/, "0".repeat(32));
  const describe = () =>
    ask("DescribeTasks", { cluster, tasks: [task.arn, none], include: ["TAGS"] });
  describe();
  ask("TagResource", { resourceArn: task.arn, tags: [{ key: "k", value: "v" }] });
  ask("StopTask", { cluster, task: task.arn, reason: "why" });
  containerExited(model, task, task.containers[0]?.definition.name ?? "", {
    exitCode: 1,
    reason: "why",
  });
  now += 120_000;
  advance(model);
  describe();
  answers.push({
    operation: "ExecuteCommand",
    answer: {
      clusterArn: "text",
      containerArn: "text",
      containerName: "main",
      interactive: true,
      session: { sessionId: "text", streamUrl: "text", tokenValue: "text" },
      taskArn: task.arn,
    },
  });
  const event = {
    logStreamName: "text",
    timestamp: 1,
    message: "text",
    ingestionTime: 2,
    eventId: "1",
  };
  answers.push({
    operation: "FilterLogEvents",
    answer: { events: [event, event], searchedLogStreams: [], nextToken: "text" },
  });
  return answers;
}

function taskOf(model: Model) {
  const [task] = model.tasks.values();
  if (task === undefined) throw new Error("no task was run");
  return task;
}

function partsIn(value: unknown, path: (string | number)[]): Omit<AnswerPart, "operation">[] {
  const inner = typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, member]) =>
      partsIn(member, [...path, Array.isArray(value) ? Number(key) : key])
    )
    : [];
  return [{ path, value }, ...inner];
}
