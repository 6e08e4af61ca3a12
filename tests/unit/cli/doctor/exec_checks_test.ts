import { assertEquals } from "@std/assert";
import { checkDefinition, checkTask } from "../../../../src/cli/doctor/exec_checks.ts";
import { callerAnswering } from "../../../harness/caller.ts";

const { signal } = new AbortController();
const clusterArn = "arn:aws:ecs:us-east-1:123456789012:cluster/prod";
const place = { cluster: { name: "prod", region: "us-east-1" }, clusterArn };
const arn = "arn:aws:ecs:us-east-1:123456789012:task/prod/0123456789abcdef0123456789abcdef";

/** Checks a task whose one container has the agent in this state. */
async function checkOf(lastStatus: string | undefined, enableExecuteCommand = true) {
  const managedAgents = lastStatus === undefined
    ? []
    : [{ name: "ExecuteCommandAgent" as const, lastStatus }];
  const { caller, asked } = callerAnswering({
    describeTasks: () => ({
      tasks: [{
        taskArn: arn,
        lastStatus: "RUNNING",
        enableExecuteCommand,
        taskDefinitionArn: "web:1",
        containers: [{ name: "web", managedAgents }],
      }],
      failures: [],
    }),
  });
  const found = await checkTask(caller, place, arn.split("/").at(-1) ?? "", signal);
  return { ...found, asked };
}

Deno.test("commands can run in a task whose agent runs", async () => {
  const { checks, definition, asked } = await checkOf("RUNNING");
  assertEquals(checks.map(({ status, detail }) => [status, detail]), [["ok", "web: RUNNING"]]);
  assertEquals(definition, "web:1");
  assertEquals(asked.map(({ input }) => input), [{ cluster: "prod", tasks: [arn] }]);
});

Deno.test("a task without ECS Exec, without an agent or with one that stopped fails", async () => {
  for (
    const [status, enabled] of [["STOPPED", true], [undefined, true], ["RUNNING", false]] as const
  ) {
    assertEquals((await checkOf(status, enabled)).checks[0]?.status, "fail");
  }
});

Deno.test("a definition needs a task role for ECS Exec", async () => {
  const statusOf = async (taskRoleArn: string | undefined) => {
    const { caller } = callerAnswering({
      describeTaskDefinition: () => ({
        taskDefinition: {
          taskDefinitionArn: "web:1",
          ...(taskRoleArn === undefined ? {} : { taskRoleArn }),
        } as never,
        tags: [],
      }),
    });
    return (await checkDefinition(caller, "web", signal)).checks[0]?.status;
  };
  assertEquals(await statusOf("role"), "ok");
  assertEquals(await statusOf(undefined), "warn");
});
