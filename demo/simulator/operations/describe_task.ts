import { type Input, object, objects, optionalString } from "../request/input.ts";
import { seconds } from "../request/timestamp.ts";
import { taskHealth } from "../state/health.ts";
import { type EcsTask, type Model, statuses, type TaskContainer, uuidOf } from "../state/model.ts";
import { managedAgents } from "./execute_command.ts";
import { macAddress, networkInterfaceId, privateDnsName } from "./network.ts";
import { networkBindings } from "./network_bindings.ts";

/** A task as RunTask, StopTask and DescribeTasks answer it. */
export function describeTask(
  model: Model,
  task: EcsTask,
  withTags: boolean,
): Record<string, unknown> {
  const { definition, input } = task;
  const overrides = object(input, "overrides") ?? {};
  const architecture = object(definition.input, "runtimePlatform")?.["cpuArchitecture"];
  return {
    attachments: attachments(task),
    attributes: [{
      name: "ecs.cpu-architecture",
      value: architecture === "ARM64" ? "arm64" : "x86_64",
    }],
    availabilityZone: task.availabilityZone,
    capacityProviderName: task.capacityProvider,
    clusterArn: task.cluster.arn,
    ...(task.pendingAt === undefined
      ? {}
      : { connectivity: "CONNECTED", connectivityAt: seconds(task.pendingAt) }),
    containerInstanceArn: task.containerInstance,
    containers: task.containers.map((container) => describeContainer(model, task, container)),
    cpu: overrides["cpu"] ?? definition.input["cpu"],
    createdAt: seconds(task.createdAt),
    desiredStatus: task.desired,
    enableExecuteCommand: input["enableExecuteCommand"] === true,
    executionStoppedAt: seconds(task.executionStoppedAt),
    group: input["group"] ?? `family:${definition.family}`,
    healthStatus: taskHealth(task.containers),
    inferenceAccelerators: [],
    lastStatus: task.status,
    launchType: task.launchType,
    memory: overrides["memory"] ?? definition.input["memory"],
    overrides: describeOverrides(task, overrides),
    ...fargate(task, overrides),
    pullStartedAt: seconds(task.pendingAt),
    pullStoppedAt: seconds(task.pulledAt),
    startedBy: task.startedBy,
    startedAt: seconds(task.startedAt),
    stoppingAt: seconds(task.stoppingAt),
    stoppedAt: seconds(task.stoppedAt),
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    tags: withTags ? task.tags : [],
    taskArn: task.arn,
    taskDefinitionArn: definition.arn,
    version: task.version,
  };
}

function describeContainer(
  model: Model,
  task: EcsTask,
  container: TaskContainer,
): Record<string, unknown> {
  const { definition, phase } = container;
  const registered = objects(task.definition.input, "containerDefinitions")
    .find(({ name }) => name === definition.name) ?? {};
  const { cpu = 0, memory, memoryReservation } = { ...registered, ...overrideOf(task, container) };
  return {
    containerArn: container.arn,
    cpu: String(cpu),
    exitCode: container.exitCode,
    healthStatus: container.health,
    image: definition.image,
    imageDigest: container.startedAt === undefined ? undefined : definition.imageDigest,
    lastStatus: { waiting: "PENDING", running: "RUNNING", ended: "STOPPED" }[phase],
    managedAgents: managedAgents(model, task, container),
    memory: memory === undefined ? undefined : String(memory),
    memoryReservation: memoryReservation === undefined ? undefined : String(memoryReservation),
    name: definition.name,
    networkBindings: networkBindings(task, container),
    networkInterfaces: task.subnet === undefined || !hasReached(task, "PENDING") ? [] : [{
      attachmentId: attachmentId(task),
      privateIpv4Address: task.address,
      ipv6Address: task.ipv6Address,
    }],
    reason: container.reason,
    runtimeId: container.runtimeId,
    taskArn: task.arn,
  };
}

function attachments(task: EcsTask): unknown[] {
  if (task.subnet === undefined) return [];
  const details: [name: string, value: string | undefined][] = [["subnetId", task.subnet]];
  if (hasReached(task, "PENDING")) {
    details.push(
      ["networkInterfaceId", networkInterfaceId(task)],
      ["macAddress", macAddress(task)],
      ["privateDnsName", privateDnsName(task)],
      ["privateIPv4Address", task.address],
      ["ipv6Address", task.ipv6Address],
    );
  }
  return [{
    id: attachmentId(task),
    type: "ElasticNetworkInterface",
    status: task.status === "STOPPED"
      ? "DELETED"
      : hasReached(task, "ACTIVATING")
      ? "ATTACHED"
      : "PRECREATED",
    details: details.flatMap(([name, value]) => value === undefined ? [] : [{ name, value }]),
  }];
}

/** The overrides of RunTask, with an entry for each container, as AWS answers them. */
function describeOverrides(task: EcsTask, overrides: Input): unknown {
  return {
    ...overrides,
    containerOverrides: task.containers.map((container) => ({
      name: container.definition.name,
      ...overrideOf(task, container),
    })),
    inferenceAcceleratorOverrides: [],
  };
}

function fargate(task: EcsTask, overrides: Input): Record<string, unknown> {
  if (task.launchType !== "FARGATE") return {};
  const platform = object(task.definition.input, "runtimePlatform") ?? {};
  const family = optionalString(platform, "operatingSystemFamily") ?? "LINUX";
  const windows = family !== "LINUX";
  const version = optionalString(task.input, "platformVersion") ?? "LATEST";
  const storage = object(overrides, "ephemeralStorage") ??
    object(task.definition.input, "ephemeralStorage") ?? { sizeInGiB: 20 };
  return {
    ephemeralStorage: storage,
    fargateEphemeralStorage: { sizeInGiB: storage["sizeInGiB"] },
    platformFamily: windows ? family : "Linux",
    platformVersion: version === "LATEST" ? (windows ? "1.0.0" : "1.4.0") : version,
  };
}

function overrideOf(task: EcsTask, { definition }: TaskContainer): Input {
  return objects(object(task.input, "overrides") ?? {}, "containerOverrides")
    .find(({ name }) => name === definition.name) ?? {};
}

function attachmentId({ id }: EcsTask): string {
  return uuidOf(id);
}

function hasReached({ status }: EcsTask, wanted: EcsTask["status"]): boolean {
  return statuses.indexOf(status) >= statuses.indexOf(wanted);
}
