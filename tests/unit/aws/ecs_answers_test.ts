import { assert, assertEquals } from "@std/assert";
import { createCallBudget } from "../../../src/aws/call_budget.ts";
import { createEcsCaller } from "../../../src/aws/caller.ts";
import { entriesThatTell } from "../../../src/aws/ecs_answers.ts";
import { EcsError } from "../../../src/aws/error.ts";
import { systemClock } from "../../../src/clock.ts";
import { operationsAt } from "../../harness/aws.ts";
import { serveHttp } from "../../harness/http.ts";
import { silent } from "../../harness/world.ts";

const arn = "arn:aws:ecs:us-east-1:123456789012:task/c/0123";
const running = { taskArn: arn, lastStatus: "RUNNING", containers: [] };

/** An answer of DescribeTasks as ECS sends it, with all that is read of it. */
const whole = () => ({
  tasks: [{
    taskArn: arn,
    lastStatus: "STOPPED",
    desiredStatus: "STOPPED",
    startedBy: "nomad/a/b",
    taskDefinitionArn: "arn:aws:ecs:us-east-1:123456789012:task-definition/web:1",
    createdAt: 1_700_000_000.5,
    startedAt: 1_700_000_001,
    stoppedAt: 1_700_000_002,
    executionStoppedAt: 1_700_000_002,
    stopCode: "EssentialContainerExited",
    stoppedReason: "Essential container in task exited",
    containers: [{
      name: "web",
      lastStatus: "STOPPED",
      exitCode: 1,
      reason: "why",
      runtimeId: "0123-1",
      networkInterfaces: [{ privateIpv4Address: "10.0.0.1", ipv6Address: "::1" }],
    }],
    attachments: [{
      type: "ElasticNetworkInterface",
      status: "ATTACHED",
      details: [{ name: "privateIPv4Address", value: "10.0.0.1" }],
    }],
    tags: [{ key: "nomad:alloc_id", value: "0b8d5d7e" }],
  }],
  failures: [{ arn: `${arn}4`, reason: "MISSING", detail: "none" }],
});

/** Asks an ECS that answers DescribeTasks with whatever it is told to. */
async function withAnswers(
  use: (
    ask: (answer: unknown) => Promise<{ tasks?: unknown[]; failures?: unknown[] }>,
  ) => Promise<void>,
) {
  let body = "";
  const server = await serveHttp((request, response) => {
    request.resume();
    response.setHeader("content-type", "application/x-amz-json-1.1");
    response.end(body);
  });
  const operations = operationsAt(server.endpoint);
  const settings = { raised: {}, share: 1, ceiling: undefined };
  const caller = createEcsCaller({
    operations: () => operations,
    // Time that jumps between calls keeps none of them waiting.
    budget: createCallBudget({
      settings: () => settings,
      clock: { ...systemClock, monotonic: () => performance.now() * 10_000 },
    }),
    clock: systemClock,
    log: silent,
  });
  try {
    await use(async (answer) => {
      body = JSON.stringify(answer);
      const { tasks, failures } = await caller.call("describeTasks", { tasks: [arn] }, {
        target: "of the test",
        priority: "act",
      });
      return {
        ...(tasks === undefined ? {} : { tasks }),
        ...(failures === undefined ? {} : { failures }),
      };
    });
  } finally {
    server.close();
  }
}

/** The places of all members and items within a value. */
function placesIn(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([key, inner]) =>
      placesIn(inner, [...path, Array.isArray(value) ? Number(key) : key])
    ),
  ];
}

/** A copy of a value with another one at a place; without that place where it is undefined. */
function withAt(value: unknown, [key, ...rest]: (string | number)[], other: unknown): unknown {
  if (key === undefined) return other;
  const copy = structuredClone(value) as Record<string | number, unknown>;
  const inner = withAt(copy[key], rest, other);
  if (inner === undefined && Array.isArray(copy)) copy.splice(Number(key), 1);
  else if (inner === undefined) delete copy[key];
  else copy[key] = inner;
  return copy;
}

Deno.test("an answer as ECS sends it is taken as it is", async () => {
  await withAnswers(async (ask) => {
    const { tasks } = await ask(whole());
    assertEquals((tasks?.[0] as { stoppedAt?: Date }).stoppedAt, new Date(1_700_000_002_000));
    assertEquals(await ask({ tasks: [], failures: [] }), { tasks: [], failures: [] });
  });
});

Deno.test("a member of a wrong type, anywhere in an answer, is no answer and no fault of ours", async () => {
  const others = [7, -1.5, "text", true, [], {}, [[]], [null], { a: 1 }];
  let refused = 0;
  await withAnswers(async (ask) => {
    for (const path of placesIn(whole())) {
      const right = path.reduce<unknown>(
        (of, key) => (of as Record<string, unknown>)[key],
        whole(),
      );
      for (const other of others) {
        if (typeof other === typeof right && Array.isArray(other) === Array.isArray(right)) {
          continue;
        }
        const where = `${path.join(".")} = ${JSON.stringify(other)}`;
        const result = await ask(withAt(whole(), path, other)).catch((error) => error);
        if (result instanceof Error) {
          assert(result instanceof EcsError, `${where}: ${result}`);
          assertEquals([where, result.kind], [where, "unavailable"]);
          refused += 1;
        } else {
          // The SDK makes a structure without members of a list, and times of numbers and texts.
          const emptied = Array.isArray(other) && typeof right === "object";
          assert(emptied || /At$/.test(String(path.at(-1))), `${where} was taken`);
        }
      }
    }
  });
  assert(refused > 250, `${refused}`);
});

Deno.test("a member that is missing or null is taken for absent, or makes the answer unusable", async () => {
  const needed = ["tasks.0.taskArn", "tasks.0.lastStatus", "tasks.0.containers.0.name"];
  await withAnswers(async (ask) => {
    for (const path of placesIn(whole())) {
      for (const other of [undefined, null]) {
        const result = await ask(withAt(whole(), path, other)).catch((error) => error);
        const where = path.join(".");
        if (needed.includes(where) || where === "") {
          assertEquals([where, result instanceof EcsError && result.kind], [where, "unavailable"]);
        } else if (result instanceof Error) {
          // A null in a list is none of its items.
          assert(other === null && typeof path.at(-1) === "number", `${where}: ${result}`);
          assert(
            result instanceof EcsError && result.kind === "unavailable",
            `${where}: ${result}`,
          );
        }
      }
    }
    assertEquals((await ask(withAt(whole(), ["tasks", 0, "containers"], undefined))).tasks, []);
  });
});

const asked = { tasks: [arn, `${arn}4`] };

Deno.test("an answer whose entries all tell something is handed on as it is", () => {
  const answer = {
    tasks: [running, { ...running, taskArn: `${arn}4` }],
    failures: [{ reason: "x" }],
  };
  assertEquals(entriesThatTell(answer, asked) === answer, true);
  const empty = {};
  assertEquals(entriesThatTell(empty, asked) === empty, true);
});

Deno.test("two entries for one task tell nothing where they contradict each other", () => {
  const other = { ...running, taskArn: `${arn}4` };
  const stopped = { ...running, lastStatus: "STOPPED" };
  const missing = { arn, reason: "MISSING" };
  assertEquals(entriesThatTell({ tasks: [running, other, stopped] }, asked).tasks, [other]);
  assertEquals(entriesThatTell({ tasks: [running, stopped, running] }, asked).tasks, []);
  assertEquals(entriesThatTell({ tasks: [running, other], failures: [missing] }, asked), {
    tasks: [other],
    failures: [],
  });
  const failures = [missing, { arn, reason: "x" }];
  assertEquals(entriesThatTell({ failures }, asked).failures, []);
});

Deno.test("two entries for one task that say the same are one", () => {
  const answer = { tasks: [running, { ...running }], failures: [] };
  assertEquals(entriesThatTell(answer, asked).tasks, [running]);
});

Deno.test("a task that has stopped without a word of its containers tells nothing", () => {
  const { containers: _, ...stopped } = { ...running, lastStatus: "STOPPED" };
  assertEquals(entriesThatTell({ tasks: [stopped] }, asked).tasks, []);
  const told = { ...stopped, containers: [] };
  assertEquals(entriesThatTell({ tasks: [told] }, asked).tasks, [told]);
});

Deno.test("a task that nobody asked for tells nothing", () => {
  const foreign = { ...running, taskArn: `${arn}5` };
  assertEquals(entriesThatTell({ tasks: [foreign, running] }, asked).tasks, [running]);
});
