import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { AwsOperations, OperationName } from "../../../../src/aws/operations.ts";
import { LaunchError } from "../../../../src/lifecycle/launch_error.ts";
import { answering, configOf, createWorld, startRequest } from "../../../harness/world.ts";

/** A refusal as the SDK throws it. */
function refusal(name: string, message: string): Error {
  return Object.assign(new Error(message), {
    name,
    $fault: "client",
    $metadata: { httpStatusCode: 400 },
  });
}

/** A start in a world where an operation is refused for a while. */
async function startRefused(
  name: OperationName,
  error: Error,
  until: number,
  config: Record<string, unknown> = {},
) {
  let refused = 0;
  const world = createWorld({
    intercept: answering(name, (input, signal, real) => {
      if (world.time.now() >= until) return real(input as never, signal) as never;
      refused += 1;
      return Promise.reject(error);
    }) as (operations: AwsOperations) => AwsOperations,
  });
  const events: string[] = [];
  const result = await world.settle(
    world.lifecycle.start(
      startRequest({
        config: configOf({ start_timeout: "5m", ...config }),
        onEvent: ({ message }) => events.push(message),
      }),
    ),
  );
  const told = events.filter((message) => message.includes("is asked again"));
  return { world, result, told, refused };
}

const invalid = "InvalidParameterException";
const client = "ClientException";
const subnet = "Error retrieving subnet information for [subnet-1]: ";
const passing: [operation: OperationName, code: string, message: string][] = [
  [
    "registerTaskDefinition",
    client,
    "Too many concurrent attempts to create a new revision of the specified family.",
  ],
  ["runTask", invalid, `${subnet}Rate exceeded (ErrorCode: Throttling)`],
  ["runTask", invalid, `${subnet}Request limit exceeded. (ErrorCode: RequestLimitExceeded)`],
  ["runTask", invalid, "No Container Instances were found in your cluster."],
  ["runTask", invalid, "Unable to assume the service linked role. Please verify that it exists."],
  [
    "runTask",
    client,
    "ECS was unable to assume the role 'arn:aws:iam::1:role/r' that was provided",
  ],
  ["runTask", client, "TaskDefinition not found."],
  ["runTask", "UpdateInProgressException", "There is already an update in progress"],
];
const inline = {
  task_definition: undefined,
  definition: { family: "web", container: [{ name: "web", image: "web", memory: 128 }] },
};
for (const [operation, code, message] of passing) {
  const config = operation === "registerTaskDefinition" ? inline : {};

  Deno.test(`a start outlasts "${message}"`, async () => {
    const { result, told, refused, world } = await startRefused(
      operation,
      refusal(code, message),
      60_000,
      config,
    );
    assertEquals(result.status, "fulfilled");
    assertEquals(told.length, 1, "the user is told once");
    assertStringIncludes(told[0] ?? "", message);
    assert(refused >= 3 && refused <= 12, `${refused} calls in a minute`);
    assertEquals(world.ecs.live().length, 1);
  });

  Deno.test(`Nomad may repeat a start that ends with "${message}"`, async () => {
    const { result, refused, world } = await startRefused(
      operation,
      refusal(code, message),
      3_600_000,
      config,
    );
    assert(result.status === "rejected" && result.reason instanceof LaunchError);
    assertEquals(result.reason.recoverable, true);
    assertStringIncludes(result.reason.message, "start_timeout (300 s)");
    assertStringIncludes(result.reason.message, message);
    assertEquals(/not one that ECS (takes|knows)/.test(result.reason.message), false);
    assert(refused <= 30, `${refused} calls in five minutes`);
    await world.pass(300_000);
    assertEquals(world.ecs.live(), []);
  });
}

Deno.test("a definition that ECS does not take is told of at once, as the definition's fault", async () => {
  const { result, refused, world } = await startRefused(
    "registerTaskDefinition",
    refusal(client, "Container.image should not be null or empty."),
    3_600_000,
    inline,
  );
  assert(result.status === "rejected" && result.reason instanceof LaunchError);
  assertEquals([result.reason.recoverable, refused], [false, 1]);
  assertStringIncludes(result.reason.message, "is not one that ECS takes");
  assert(world.time.now() < 10_000);
});

Deno.test("a task without room is left to the job's restart block at once", async () => {
  const { result, refused } = await startRefused(
    "runTask",
    refusal(client, "Tasks provisioning capacity limit exceeded."),
    3_600_000,
  );
  assert(result.status === "rejected" && result.reason instanceof LaunchError);
  assertEquals([result.reason.recoverable, refused], [true, 1]);
});

const unnamed: [what: string, tasks: object[]][] = [
  ["no task at all", []],
  ["a task without an ARN", [{}]],
  ["a task with another text for its ARN", [{ taskArn: "0123" }]],
  ["a task with a number for its ARN", [{ taskArn: 7 }]],
];
for (const [what, tasks] of unnamed) {
  Deno.test(`no task is left running where RunTask names ${what}`, async () => {
    const world = createWorld({
      intercept: answering("runTask", async (input, signal, real) => {
        await real(input, signal);
        return { tasks, failures: [] };
      }),
    });
    const result = await world.settle(
      world.lifecycle.start(startRequest({ config: configOf({ start_timeout: "1m" }) })),
    );
    assert(result.status === "rejected" && result.reason instanceof LaunchError);
    assertEquals(result.reason.recoverable, true);
    await world.pass(300_000);
    assertEquals(world.ecs.model.tasks.size, 1, "one token is one task");
    assertEquals(world.ecs.live(), []);
  });
}
