import { assertEquals, assertStringIncludes } from "@std/assert";
import { eventually } from "../../../demo/lib/process.ts";
import { performLogs } from "../../../demo/simulator/logs/operations.ts";
import { performUnthrottled } from "../../../demo/simulator/operations/operations.ts";
import type { EcsTask } from "../../../demo/simulator/state/model.ts";
import { stop } from "../../../demo/simulator/state/task_life.ts";
import { type Clock, systemClock } from "../../../src/clock.ts";
import type { Output } from "../../../src/aws/operations.ts";
import { operationsAt } from "../../harness/aws.ts";
import { runTask, type Stage, withStage } from "../../harness/tool.ts";
import { cluster } from "../../harness/with_simulator.ts";

const region = "us-east-1";
const group = "/ecs/nomad-remote-driver-demo";
const options = ["--region", region];

/** Runs a task of two containers that log, whose lines a test writes itself. */
function loggedTask(stage: Stage): EcsTask {
  const logConfiguration = {
    logDriver: "awslogs",
    options: {
      "awslogs-group": group,
      "awslogs-region": region,
      "awslogs-stream-prefix": "demo",
      mode: "blocking",
    },
  };
  performUnthrottled(stage.ecs.simulator.model, region, "RegisterTaskDefinition", {
    family: "two",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: "256",
    memory: "512",
    executionRoleArn: "arn:aws:iam::123456789012:role/execution",
    containerDefinitions: [
      { name: "web", image: "idle", logConfiguration },
      { name: "side", image: "idle", essential: false, logConfiguration },
    ],
  });
  return runTask(stage, { taskDefinition: "two" });
}

/** Writes lines to a container's stream, a millisecond apart. */
function print(
  { ecs: { simulator } }: Stage,
  { id }: EcsTask,
  container: string,
  lines: string[],
  at: number,
) {
  const { model } = simulator;
  const logStreamName = `demo/${container}/${id}`;
  if (!model.logs.groups.get(`${region}/${group}`)?.streams.has(logStreamName)) {
    performLogs(model, region, "CreateLogStream", { logGroupName: group, logStreamName });
  }
  performLogs(model, region, "PutLogEvents", {
    logGroupName: group,
    logStreamName,
    logEvents: lines.map((message, index) => ({ message, timestamp: at + index })),
  });
}

Deno.test("the lines of all containers are printed, those of others than the main one by name", async () => {
  await withStage(async (stage) => {
    const task = loggedTask(stage);
    print(stage, task, "web", ["one", "two"], Date.now());
    print(stage, task, "side", ["aside"], Date.now());
    const ran = await stage.tool(["logs", ...options, task.arn]);
    assertEquals(ran, { code: 0, stdout: "one\ntwo\nside: aside\n", stderr: "" });
    const side = await stage.tool(["logs", ...options, "--container", "side", task.arn]);
    assertEquals(side.stdout, "aside\n");
  });
});

Deno.test("--tail prints the newest lines in the order of their times, and --since leaves older ones out", async () => {
  await withStage(async (stage) => {
    const task = loggedTask(stage);
    const now = Date.now();
    print(stage, task, "web", ["old"], now - 3_600_000);
    print(stage, task, "web", Array.from({ length: 30 }, (_, at) => `w${at}`), now - 60_000);
    print(stage, task, "side", ["s"], now - 60_000 + 28);
    const tail = await stage.tool(["logs", ...options, "-n", "3", task.arn]);
    assertEquals(tail.stdout.split("\n").toSorted(), ["", "side: s", "w28", "w29"]);
    assertEquals(tail.stdout.endsWith("w29\n"), true);
    const since = await stage.tool(["logs", ...options, "--since", "30m", task.arn]);
    assertEquals([since.stdout.includes("old"), since.stdout.split("\n").length], [false, 32]);
  });
});

Deno.test("--json prints a document for each line", async () => {
  await withStage(async (stage) => {
    const task = loggedTask(stage);
    const at = Date.now();
    print(stage, task, "web", ["one"], at);
    const { stdout } = await stage.tool(["logs", "--json", ...options, task.arn]);
    assertEquals(stdout.trim().split("\n").map((line) => JSON.parse(line)), [
      { time: new Date(at).toISOString(), container: "web", message: "one" },
    ]);
  });
});

/** The system's clock, on which the pauses between two reads take no time. `meanwhile` happens in each. */
function withoutPauses(meanwhile = () => Promise.resolve()): Clock {
  let skipped = 0;
  return {
    ...systemClock,
    monotonic: () => performance.now() + skipped,
    sleep: async (ms, signal) => {
      if (ms !== 2_000) return await systemClock.sleep(ms, signal);
      skipped += ms;
      await meanwhile();
    },
  };
}

Deno.test("--follow prints each line once, and ends a while after the task", async () => {
  await withStage(async (stage) => {
    const task = loggedTask(stage);
    print(stage, task, "web", ["one"], Date.now());
    let shown = "";
    const { code } = await stage.tool(["logs", "--follow", ...options, task.arn], {
      clock: withoutPauses(async () => {
        if (shown === "one\n") print(stage, task, "web", ["two"], Date.now());
        else if (task.desired === "RUNNING") {
          stop(stage.ecs.simulator.model, task, { code: "UserInitiated", reason: "over" });
          stage.ecs.simulator.schedule();
        } else if (task.status !== "STOPPED") {
          await eventually(
            "the task has stopped",
            () => task.status === "STOPPED" ? true : undefined,
          );
        } else if (!shown.includes("three")) print(stage, task, "web", ["three"], Date.now());
      }),
      stdout: {
        isTerminal: false,
        write: (text) => {
          shown += String(text);
          return Promise.resolve();
        },
      },
    });
    assertEquals([code, shown], [0, "one\ntwo\nthree\n"]);
  });
});

for (
  const { what, until, code, stdout } of [
    { what: "goes on until they are answered again", until: 15, code: 0, stdout: "last\n" },
    { what: "ends with the error after a minute", until: Infinity, code: 3, stdout: "" },
  ]
) {
  Deno.test(`--follow whose reads fail after the task's end ${what}`, async () => {
    await withStage(async (stage) => {
      const task = loggedTask(stage);
      stage.ecs.simulator.model.tasks.delete(task.arn);
      print(stage, task, "web", ["last"], Date.now());
      const real = operationsAt(stage.ecs.endpoint, { logs: stage.ecs.endpoint });
      let asked = 0;
      const ran = await stage.tool(
        ["logs", "--follow", ...options, "--container", "web", "--definition", "two", task.arn],
        {
          connectAws: () => ({
            ...real,
            filterLogEvents: (input, signal) => {
              asked += 1;
              if (asked <= 2) return Promise.resolve({ events: [], nextToken: undefined });
              if (asked > until) return real.filterLogEvents(input, signal);
              return Promise.reject(Object.assign(new Error("no"), { name: "InternalFailure" }));
            },
          }),
          clock: withoutPauses(),
        },
      );
      assertEquals([ran.code, ran.stdout], [code, stdout], ran.stderr);
      const warnings = ran.stderr.split("\n").filter((line) => line.startsWith("warning:"));
      assertEquals(warnings.length, Math.min(until - 2, 29));
    });
  });
}

Deno.test("a task that ECS has forgotten is read by its definition", async () => {
  await withStage(async (stage) => {
    const task = loggedTask(stage);
    print(stage, task, "web", ["one"], Date.now());
    stage.ecs.simulator.model.tasks.delete(task.arn);
    const unknown = await stage.tool(["logs", ...options, task.arn]);
    assertEquals(unknown.code, 1);
    assertStringIncludes(unknown.stderr, "name its task definition with --definition");
    const named = await stage.tool(["logs", ...options, "--definition", "two", task.arn]);
    assertEquals([named.code, named.stdout], [0, "one\n"]);
  });
});

Deno.test("a task that logs elsewhere, and a container that there is not, are named", async () => {
  await withStage(async (stage) => {
    const task = loggedTask(stage);
    const other = await stage.tool(["logs", ...options, "--container", "db", task.arn]);
    assertEquals(other.code, 1);
    assertStringIncludes(other.stderr, "no container db; it has web, side");
    const idle = await stage.tool(["logs", ...options, "--definition", "idle", task.arn]);
    assertEquals(idle.code, 1);
    assertStringIncludes(idle.stderr, "its definition has no log configuration");
  });
});

Deno.test("options that cannot be read are errors of the command line", async () => {
  await withStage(async ({ tool }) => {
    const arn = `arn:aws:ecs:us-east-1:123456789012:task/x/${"0".repeat(32)}`;
    for (const wrong of [["--since", "soon"], ["--tail", "-1"], ["--tail", "many"]]) {
      const { code, stderr } = await tool(["logs", ...wrong, arn]);
      assertEquals(code, 2);
      assertStringIncludes(stderr, wrong[0] ?? "");
    }
  });
});

Deno.test("the built file prints what a container has printed", async () => {
  await withStage(async (stage) => {
    const task = runTask(stage, { taskDefinition: "exit0" });
    stage.ecs.simulator.schedule();
    await eventually("the task has stopped", () => task.status === "STOPPED" ? true : undefined);
    const { code, stdout } = await stage.executable(["logs", "--cluster", cluster, task.id]);
    assertEquals([code, stdout], [0, "bye\n"]);
  });
});

Deno.test("pages of CloudWatch Logs that do not end are told, and each line is printed once", async () => {
  const endless: [string, (asked: number) => Output<"filterLogEvents">][] = [
    ["the same token", () => ({ events: [{ message: "one", eventId: "1" }], nextToken: "more" })],
    ["tokens without lines", (asked) => ({ events: [], nextToken: `more-${asked}` })],
  ];
  for (const [what, answer] of endless) {
    await withStage(async (stage) => {
      const task = loggedTask(stage);
      let asked = 0;
      const ran = await stage.tool(["logs", ...options, "--container", "web", task.arn], {
        connectAws: () => ({
          ...operationsAt(stage.ecs.endpoint),
          filterLogEvents: () => Promise.resolve(answer(asked++)),
        }),
        // The budget of calls fills up at once.
        clock: { ...systemClock, monotonic: () => asked * 1_000 },
      });
      assertEquals(ran.code, 3, what);
      assertEquals(ran.stdout.split("one").length <= 2, true, what);
      assertStringIncludes(ran.stderr, "its pages do not end");
    });
  }
});

Deno.test("a stream of more pages than the driver reads at one time is printed to its end", async () => {
  await withStage(async (stage) => {
    const task = loggedTask(stage);
    const pages = 1_500;
    let asked = 0;
    const ran = await stage.tool(["logs", ...options, "--container", "web", task.arn], {
      connectAws: () => ({
        ...operationsAt(stage.ecs.endpoint),
        filterLogEvents: () => {
          const page = asked++;
          const event = { message: `line ${page}`, eventId: `${page}`, timestamp: page };
          const isLast = page === pages - 1;
          return Promise.resolve({ events: [event], ...isLast ? {} : { nextToken: `${page}` } });
        },
      }),
      clock: { ...systemClock, monotonic: () => asked * 1_000 },
    });
    assertEquals([ran.code, ran.stderr, ran.stdout.split("\n").length], [0, "", pages + 1]);
  });
});
