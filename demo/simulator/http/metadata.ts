import type { EcsTask, Model, TaskContainer } from "../state/model.ts";

/** Where containers find their metadata, on the same port as ECS. AWS has it at 169.254.170.2. */
const prefix = "/v4/";

/**
 * Variables that ECS adds to a container's own: the address of its metadata, and its host name.
 * Nothing resolves names here, so the host name is the address, and only where that is reached.
 */
export function containerVariables(
  endpoint: string,
  { address }: EcsTask,
  { runtimeId = "" }: TaskContainer,
): Record<string, string> {
  return {
    ECS_CONTAINER_METADATA_URI_V4: `${endpoint}${prefix}${runtimeId}`,
    ...(address?.startsWith("127.") ? { HOSTNAME: address } : {}),
  };
}

/**
 * What the task metadata endpoint, version 4, answers for the path of one container. Undefined: the
 * path is no container's.
 */
export function containerMetadata(model: Model, path: string): unknown {
  if (!path.startsWith(prefix)) return undefined;
  const id = path.slice(prefix.length);
  for (const task of model.tasks.values()) {
    const container = task.containers.find(({ runtimeId }) => runtimeId === id);
    if (container !== undefined) return describe(task, container);
  }
  return undefined;
}

function describe(
  task: EcsTask,
  { definition, arn, runtimeId, startedAt }: TaskContainer,
): unknown {
  return {
    DockerId: runtimeId,
    Name: definition.name,
    DockerName: definition.name,
    Image: definition.image,
    Labels: {
      "com.amazonaws.ecs.cluster": task.cluster.arn,
      "com.amazonaws.ecs.container-name": definition.name,
      "com.amazonaws.ecs.task-arn": task.arn,
      "com.amazonaws.ecs.task-definition-family": task.definition.family,
      "com.amazonaws.ecs.task-definition-version": String(task.definition.revision),
    },
    DesiredStatus: "RUNNING",
    KnownStatus: "RUNNING",
    StartedAt: startedAt === undefined ? undefined : new Date(startedAt).toISOString(),
    Type: "NORMAL",
    ContainerARN: arn,
    Networks: task.subnet === undefined ? [] : [{
      NetworkMode: "awsvpc",
      ...(task.address === undefined ? {} : { IPv4Addresses: [task.address] }),
      ...(task.ipv6Address === undefined ? {} : { IPv6Addresses: [task.ipv6Address] }),
    }],
  };
}
