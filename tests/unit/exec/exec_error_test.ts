import { assert, assertEquals } from "@std/assert";
import { EcsError, type EcsErrorKind } from "../../../src/aws/error.ts";
import { explained } from "../../../src/exec/exec_error.ts";

const cases: [string, EcsErrorKind, string, string | undefined][] = [
  [
    "an agent that is not connected: the task role and the endpoint",
    "rejected",
    "TargetNotConnectedException: The execute command failed",
    "ssmmessages:CreateControlChannel",
  ],
  [
    "a task that was started without ECS Exec: the option",
    "rejected",
    "InvalidParameterException: execute command was not enabled when the task was run",
    "set enable_execute_command = true",
  ],
  [
    "a caller without permission: the action",
    "denied",
    "AccessDeniedException: User is not authorized to perform: ecs:ExecuteCommand",
    "needs ecs:ExecuteCommand on the cluster and the task",
  ],
  [
    "an outage: that nobody asks again",
    "unavailable",
    "HTTP 500, text/html: <!doctype html>",
    "run the command again once AWS answers",
  ],
  [
    "AWS's rate: to wait, as nobody asks again",
    "throttled",
    "ThrottlingException: Rate exceeded",
    "run the command again in a while",
  ],
  [
    "anything else: ECS's own words",
    "rejected",
    "InvalidParameterException: no container",
    undefined,
  ],
];

for (const [name, kind, answer, advice] of cases) {
  Deno.test(`a refused command tells what to do about ${name}`, () => {
    const error = new EcsError(kind, "ECS ExecuteCommand in web", answer);
    const { message, cause } = explained(error);
    assert(message.includes(answer), message);
    assertEquals(advice === undefined ? message === error.message : message.includes(advice), true);
    assertEquals(message.includes("it is tried again"), false);
    assertEquals(cause, error);
  });
}
