import type { ContainerDefinition, RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import type { TaskConfig } from "../../config/task_config.ts";

type Definition = RegisterTaskDefinitionCommandInput;

/** A definition with its containers' log configurations, and texts for the task's user. */
export type WithLogs = {
  readonly definition: Definition;
  readonly notes: readonly string[];
};

/**
 * Most characters of a family that a log stream's name begins with. CloudWatch Logs allows 512 for
 * `<family>/<container>/<task id>`; a container's name may have 255, and a task's id has 32.
 */
const prefixLength = 200;

/**
 * Gives each container of a jobspec's definition that has no log configuration the plugin's
 * `log_group`. The driver leaves `mode` out: then the account's setting `defaultLogDriverMode` decides
 * whether lines may be lost, or a container waits, while CloudWatch Logs does not answer.
 */
export function withDefaultLogs(definition: Definition, config: TaskConfig): WithLogs {
  const containers = definition.containerDefinitions ?? [];
  const open = containers.filter(hasNoLogs);
  const { log_group: group, region } = config;
  if (group === undefined || open.length === 0) return { definition, notes: [] };
  const missing = region === undefined
    ? "the driver does not know the region; set region in the plugin block or in the task"
    : definition.executionRoleArn === undefined && needsExecutionRole(definition, config)
    ? "the definition has no execution role, with which ECS writes logs; set one in the definition"
    : undefined;
  if (region === undefined || missing !== undefined) {
    const names = open.map(({ name }) => name).join(", ");
    const note = `The plugin's log_group is not used for containers without a log configuration ` +
      `(${names}): ${missing}`;
    return { definition, notes: [note] };
  }
  const logConfiguration = {
    logDriver: "awslogs" as const,
    options: {
      "awslogs-group": group,
      "awslogs-region": region,
      "awslogs-stream-prefix": (definition.family ?? "").slice(0, prefixLength),
    },
  };
  const containerDefinitions = containers.map((container) =>
    hasNoLogs(container) ? { ...container, logConfiguration } : container
  );
  return { definition: { ...definition, containerDefinitions }, notes: [] };
}

/** A log router's own output counts too: it says why logs of other containers do not arrive. */
function hasNoLogs({ logConfiguration }: ContainerDefinition): boolean {
  return logConfiguration === undefined;
}

/**
 * Whether ECS may refuse the log driver `awslogs` without an execution role. Only on EC2 instances it
 * surely does not: there the instance's own role writes the logs.
 */
function needsExecutionRole(
  { requiresCompatibilities = [] }: Definition,
  { launch_type }: TaskConfig,
): boolean {
  return launch_type !== "EC2" || requiresCompatibilities.some((word) => word !== "EC2");
}
