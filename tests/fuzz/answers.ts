import { eventually } from "../../demo/lib/process.ts";
import { addGroup } from "../../demo/simulator/logs/store.ts";
import type { Distortion } from "../../demo/simulator/state/distortions.ts";
import type { TaskConfig } from "../../src/gen/hashicorp/nomad/plugins/drivers/proto/driver.ts";
import { driverConfig, start, stop, taskOf, wait } from "../harness/driver_calls.ts";
import { startLogmon } from "../harness/logmon.ts";
import { call } from "../harness/plugin.ts";
import { type AnswerPart, answerParts } from "./answer_parts.ts";
import { createCanary } from "./canary.ts";
import { tasksLeft, watchDoubles } from "./ecs_tasks.ts";
import type { FixedCase, Kind } from "./kind.ts";
import type { Site } from "./site.ts";

/** A part of an answer, and what it becomes. */
type Distorted = {
  readonly part: AnswerPart;
  readonly name: string;
  readonly change: Distortion["change"];
};

const table = createTable();

/** Answers of ECS and CloudWatch Logs in which a part is left out, of a wrong type, huge, or contradicts the rest. */
export const answers: Kind = {
  name: "answer",
  quick: 60,
  fixed: [
    // The driver logged the beginning of the answer.
    fixedCase("DescribeTasks", ["tasks", 0, "attachments", 0, "type"], "a structure"),
    // The driver called RunTask with that text until `start_timeout` was over.
    fixedCase("RegisterTaskDefinition", ["taskDefinition", "taskDefinitionArn"], "a text"),
    fixedCase("RunTask", ["tasks", 0, "taskArn"], "a task of another cluster"),
    fixedCase("FilterLogEvents", ["events", 0, "message"], "a list"),
    fixedCase("ListTasks", ["taskArns", 0], "a text"),
  ],
  run: async (site, seed) => await underDistortions(site, chosen(seed), seed),
  describe: (seed) =>
    chosen(seed).map(({ part: { operation, path }, name }) =>
      `${operation} ${path.join(".")} ${name}`
    ).join(", "),
  afterwards: tasksLeft,
};

/** A part of an answer that becomes something else, by name. */
function fixedCase(operation: string, path: AnswerPart["path"], name: string): FixedCase {
  const found = table.all.filter(({ part, name: change }) =>
    part.operation === operation && change === name && part.path.join(".") === path.join(".")
  );
  if (found.length !== 1) throw new Error(`${operation} has no ${path.join(".")} ${name}`);
  return {
    name: `${operation} ${path.join(".")} ${name}`,
    run: (site) => underDistortions(site, found, 0),
  };
}

/** Distortions at a time. */
const together = 5;
/** Answers in a row that each distorts. */
const inRow = 2;

/** The distortions of a seed. Seeds in a row go through the whole table, in an order of their own. */
function chosen(seed: number): Distorted[] {
  const { all, stride } = table;
  return Array.from(
    { length: together },
    (_, at) => all[(seed * together + at) * stride % all.length],
  )
    .filter((distorted) => distorted !== undefined);
}

function createTable(): { all: readonly Distorted[]; stride: number } {
  const all = answerParts().flatMap((part) =>
    Object.entries(changesOf(part)).map(([name, change]): Distorted => ({ part, name, change }))
  );
  // A stride without a common divisor comes by every entry.
  let stride = 1_009;
  while (divisor(stride, all.length) > 1) stride += 1;
  return { all, stride };
}

function divisor(one: number, other: number): number {
  return other === 0 ? one : divisor(other, one % other);
}

/** What a part becomes. A secret stands only where a value of that type is not told by any message. */
function changesOf({ operation, path, value }: AnswerPart): Record<string, Distortion["change"]> {
  const secret = createCanary().at("answer");
  const values: Record<string, unknown> = {
    null: null,
    "a structure": { [secret]: secret },
    "a list": [secret],
    "a list of null": [null],
    "an empty list": [],
    "an empty structure": {},
    "a number": 7,
    "a fraction": 0.5,
    "a number below zero": -1,
    "a number past 64 bits": 1e300,
    "true": true,
    "an empty text": "",
    "a text": "text",
    "100 KB": "\u00e9".repeat(50_000),
  };
  const others: Record<string, unknown> = typeof value === "string"
    ? {
      "another status": "DEPROVISIONING",
      "a task of another cluster": value.replace(/(task\/)[^/]+/, "$1other"),
      "another account's": value.replace(/[0-9]{12}/, "210987654321"),
    }
    : {};
  const set = Object.entries({ ...values, ...others })
    .filter(([, changed]) =>
      changed !== value && !(typeof changed === "string" && isBelieved({ operation, path, value }))
    )
    .map(([name, value]) => [name, { kind: "set", value }] as const);
  const inList = typeof path.at(-1) === "number";
  return {
    ...Object.fromEntries(set),
    ...(path.length === 0 ? {} : { "left out": { kind: "remove" } }),
    ...(inList
      ? { twice: { kind: "repeat", times: 1 }, "20,000 times": { kind: "repeat", times: 20_000 } }
      : {}),
  };
}

/** Whether another text in this place is an answer that ECS might give, and that is to be believed. */
function isBelieved({ operation, path }: AnswerPart): boolean {
  return operation === "DescribeTasks" && path.includes("tags");
}

const logGroup = "/ecs/answers";

async function underDistortions(
  site: Site,
  distorted: readonly Distorted[],
  seed: number,
): Promise<void> {
  const allocDir = await Deno.makeTempDir();
  const logmon = await startLogmon(`${allocDir}/alloc/logs`, "web");
  addGroup(site.ecs.simulator.model.logs, "us-east-1", logGroup, Date.now());
  try {
    const logged = {
      ...taskOf(driverConfig({ definition: printer })),
      allocDir,
      stdoutPath: logmon.stdout,
      stderrPath: logmon.stderr,
    };
    await runTasks(site, distorted, [...tasksOf(seed), logged]);
  } finally {
    await logmon.close();
    // The plugin may write into it for a moment longer.
    await eventually("the folder is gone", async () => {
      await Deno.remove(allocDir, { recursive: true });
      return true;
    });
  }
}

/** A definition whose container prints lines that CloudWatch Logs keeps. */
const printer = {
  family: "printer",
  execution_role_arn: "arn:aws:iam::123456789012:role/execution",
  container: [{
    name: "main",
    image: "busybox",
    command: ["sh", "-c", "i=0; while sleep 0.05; do i=$((i+1)); echo line $i; done"],
    log_configuration: {
      log_driver: "awslogs",
      options: {
        "awslogs-group": logGroup,
        "awslogs-region": "us-east-1",
        "awslogs-stream-prefix": "answers",
      },
    },
  }],
};

function tasksOf(seed: number): TaskConfig[] {
  return [
    { task_definition: "idle" },
    {
      task_definition: "idle",
      enable_execute_command: true,
      overrides: { task_role_arn: "arn:aws:iam::123456789012:role/exec" },
    },
    {
      // A content that is new each time, so that it is registered each time.
      definition: { family: "answers", container: [{ name: "main", image: `idle:${seed}` }] },
      deregister: true,
    },
  ].map((config) => taskOf(driverConfig(config)));
}

async function runTasks(
  site: Site,
  distorted: readonly Distorted[],
  tasks: readonly TaskConfig[],
): Promise<void> {
  const { simulator } = site.ecs;
  const doubles = watchDoubles(site, tasks.map(({ allocId }) => allocId));
  simulator.distortions = distorted.map(({ part: { operation, path }, change }) => ({
    operations: [operation],
    path,
    change,
    count: inRow,
  }));
  await Promise.all(tasks.map(async (task) => {
    const { connection } = site;
    const { driver } = connection;
    const taskId = task.id;
    const started = await site.attempt(start(connection, task));
    if (started === undefined) return;
    let stopping = false;
    wait(connection, taskId).then(({ result }) => {
      const live = [...simulator.model.tasks.values()].some(({ startedBy, desired, status }) =>
        startedBy?.includes(task.allocId) && desired === "RUNNING" && status === "RUNNING"
      );
      if (live && !stopping) {
        site.wrong(`a task that runs was reported ended: ${JSON.stringify(result)}`);
      }
    }, () => {});
    site.see(
      JSON.stringify(await site.attempt(call(driver, driver.inspectTask, { taskId })) ?? ""),
    );
    await site.attempt(
      call(driver, driver.execTask, {
        taskId,
        command: ["true"],
        timeout: { seconds: 1n, nanos: 0 },
      }),
    );
    stopping = true;
    await site.attempt(stop(connection, taskId, { seconds: 2 }));
    await site.attempt(call(driver, driver.destroyTask, { taskId, force: true }));
  }));
  simulator.distortions = [];
  doubles.end();
}
