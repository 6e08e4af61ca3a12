import { block, type Decoded, duration, list, oneOf, type Problem, string } from "./schema.ts";
import { waitForWords } from "./plugin_config.ts";

/** The `config` block of a jobspec's task. */
export const taskConfig = block("The ECS task to run.", {
  task: block("What RunTask is asked for.", {
    launch_type: oneOf(
      "Where ECS runs the task. Without it the cluster's default capacity provider strategy decides.",
      ["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"],
      "an ECS launch type",
    ),
    task_definition: string(
      "Task definition to run: `family` (its newest active revision), `family:revision` or the full ARN.",
      { check: taskDefinitionProblem },
    ),
    network_configuration: block("Network of the task.", {
      aws_vpc_configuration: block("The task's own network interface (network mode `awsvpc`).", {
        assign_public_ip: oneOf(
          "Whether the interface has a public address.",
          ["ENABLED", "DISABLED"],
          "a choice",
        ),
        security_groups: list("Security groups of the interface, up to 5.", { check: atMost(5) }),
        subnets: list("Subnets, one of which the interface is placed in, up to 16.", {
          check: atMost(16),
        }),
      }),
    }),
    start_timeout: duration("Overrides the plugin's `start_timeout` for this task.", { min: "1s" }),
    wait_for: oneOf(
      "Overrides the plugin's `wait_for` for this task.",
      waitForWords,
      "something a start can wait for",
    ),
  }, checkTask),
});

/** The decoded task configuration; durations are in milliseconds. */
export type TaskConfig = Decoded<typeof taskConfig>["task"];

function checkTask(
  task: {
    launch_type: string | undefined;
    task_definition: string | undefined;
    network_configuration: {
      aws_vpc_configuration: {
        assign_public_ip: string | undefined;
        security_groups: string[] | undefined;
        subnets: string[] | undefined;
      };
    };
  },
  path: string,
  problems: Problem[],
): void {
  if (task.task_definition === undefined) {
    problems.push({
      path: `${path}.task_definition`,
      text: `= "" is empty; set it to "family", "family:revision" or a task definition's ARN`,
    });
  }
  const vpc = task.network_configuration.aws_vpc_configuration;
  const vpcPath = `${path}.network_configuration.aws_vpc_configuration`;
  const subnets = vpc.subnets ?? [];
  const needsSubnets = task.launch_type === "FARGATE"
    ? `launch_type "FARGATE"`
    : (vpc.security_groups ?? []).length > 0
    ? "security_groups"
    : vpc.assign_public_ip === "ENABLED"
    ? `assign_public_ip "ENABLED"`
    : undefined;
  if (subnets.length === 0 && needsSubnets !== undefined) {
    problems.push({
      path: `${vpcPath}.subnets`,
      text: `= [] is empty; ${needsSubnets} needs from 1 to 16 subnets`,
    });
  }
}

function taskDefinitionProblem(text: string): string | undefined {
  const name = /^[A-Za-z0-9_-]{1,255}(:[1-9][0-9]*)?$/;
  const arn =
    /^arn:aws[a-z-]*:ecs:[a-z0-9-]+:[0-9]{12}:task-definition\/[A-Za-z0-9_-]{1,255}(:[1-9][0-9]*)?$/;
  return name.test(text) || arn.test(text)
    ? undefined
    : `is not a task definition; use "family", "family:revision" or a task definition's ARN`;
}

function atMost(limit: number): (items: string[]) => string | undefined {
  return (items) =>
    items.length > limit ? `has ${items.length} entries; at most ${limit} are allowed` : undefined;
}
