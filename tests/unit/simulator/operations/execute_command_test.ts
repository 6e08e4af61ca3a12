import { assert, assertEquals, assertMatch } from "@std/assert";
import { perform } from "../../../../demo/simulator/operations/operations.ts";
import type { Input } from "../../../../demo/simulator/request/input.ts";
import { performSessions } from "../../../../demo/simulator/session_manager/operations.ts";
import { assertRefused, containers, region, role } from "../../../harness/simulator_definitions.ts";
import { createTaskModel } from "../../../harness/simulator_tasks.ts";

const notEnabled = "execute command was not enabled when the task was run or the execute command " +
  "agent isn’t running";
const invalid = "InvalidParameterException";

/** A task with ECS Exec, or without, whose agent has run for long. */
function stage(enableExecuteCommand = true, names = ["app"], random?: () => number) {
  const world = createTaskModel(random);
  const call = (operation: string, input: Input) =>
    perform(world.model, region, operation, input) as Record<string, unknown>;
  call(
    "RegisterTaskDefinition",
    containers(Object.fromEntries(names.map((name) => [name, {}])), { taskRoleArn: role }),
  );
  call("RunTask", { cluster: "main", taskDefinition: "web", enableExecuteCommand });
  const task = [...world.model.tasks.values()][0];
  if (task === undefined) throw new Error("RunTask made no task");
  world.at(60_000);
  const execute = (input: Input = {}) =>
    call("ExecuteCommand", {
      cluster: "main",
      task: task.arn,
      interactive: true,
      command: "sh",
      ...input,
    });
  return { world, task, call, execute };
}
type Opened = { sessionId: string; streamUrl: string; tokenValue: string };

Deno.test("ExecuteCommand answers what opens a session", () => {
  const { execute, task } = stage();
  const { session, containerName, taskArn, interactive } = execute();
  const { sessionId, streamUrl, tokenValue } = session as Opened;
  assertEquals([containerName, taskArn, interactive], ["app", task.arn, true]);
  assertMatch(sessionId, /^ecs-execute-command-[a-z0-9]{26}$/);
  const url = new URL(streamUrl);
  assertEquals(url.pathname, `/v1/data-channel/${sessionId}`);
  assertEquals(url.searchParams.get("role"), "publish_subscribe");
  assertEquals(atob(url.searchParams.get("cell-number") ?? ""), "simulated");
  assert(tokenValue.length > 900);
});

Deno.test("the agent runs a while after its container, and is shown with it", () => {
  const { world, task, call } = stage();
  const agents = () => {
    const answer = call("DescribeTasks", { cluster: "main", tasks: [task.arn] });
    const [described] = answer["tasks"] as { containers: Record<string, unknown>[] }[];
    return described?.containers[0]?.["managedAgents"];
  };
  world.at(6_999);
  assertEquals(agents(), [{ name: "ExecuteCommandAgent", lastStatus: "PENDING" }]);
  world.at(7_000);
  assertEquals(agents(), [{
    name: "ExecuteCommandAgent",
    lastStatus: "RUNNING",
    lastStartedAt: 7,
  }]);
});

Deno.test("a session is refused where ECS Exec is not enabled, or the agent does not run", () => {
  assertRefused(stage(false).execute, invalid, notEnabled);
  const { world, task, execute } = stage();
  world.at(3_000);
  assertRefused(execute, invalid, notEnabled);
  world.at(60_000);
  const [app] = task.containers;
  if (app !== undefined) app.agent = "STOPPED";
  assertRefused(execute, invalid, notEnabled);
  if (app !== undefined) app.agent = "UNREACHABLE";
  assertRefused(execute, "TargetNotConnectedException", "Try again later");
});

Deno.test("requests that cannot be are refused", () => {
  const { execute } = stage(true, ["app", "agent"]);
  assertRefused(() => execute({ interactive: false }), invalid, "Interactive");
  assertRefused(() => execute({ command: "" }), invalid, "Command cannot be null or empty");
  assertRefused(() => execute(), invalid, "Container must be specified");
  assertRefused(() => execute({ container: "x" }), invalid, "does not exist");
  assertRefused(() => execute({ task: "x" }), invalid, "length should be one of [32,36]");
  execute({ container: "agent" });
});

Deno.test("a session is resumed with another token until it is terminated", () => {
  const { world, execute } = stage(true, ["app"], Math.random);
  const { sessionId, tokenValue } = execute()["session"] as Opened;
  const call = (operation: string, SessionId = sessionId) =>
    performSessions(world.model, region, operation, { SessionId }) as Record<string, unknown>;
  const resumed = call("ResumeSession");
  assert(resumed["TokenValue"] !== tokenValue);
  assertEquals(call("TerminateSession"), { SessionId: sessionId });
  assertEquals(call("ResumeSession"), { SessionId: sessionId, TokenValue: "" });
  assertRefused(() => call("ResumeSession", "x"), "DoesNotExistException", "does not exist");
});
