import type {
  ContainerDefinition,
  RegisterTaskDefinitionCommandInput,
  Volume,
} from "@aws-sdk/client-ecs";
import { checkShares } from "./sharing_rules.ts";
import * as rules from "../../config/rules.ts";
import type { AddProblem, Problem } from "../../config/field.ts";

type Definition = RegisterTaskDefinitionCommandInput;

/**
 * What ECS would refuse a task definition for, with paths in AWS's own names. `launchType` is where it
 * is sure to run, undefined where ECS decides. Rules are those of the ECS API reference of
 * RegisterTaskDefinition; what is left to ECS are the forms of single values.
 */
export function definitionProblems(
  definition: Definition,
  launchType: string | undefined,
): Problem[] {
  const problems: Problem[] = [];
  const fargate = launchType === "FARGATE";
  const add: AddProblem = (path, text) => problems.push({ path, text });
  const containers = definition.containerDefinitions ?? [];
  checkTask(definition, add);
  checkNames(containers, add);
  checkShares(definition, add);
  if (launchType === "EXTERNAL" && definition.networkMode === "awsvpc") {
    add("networkMode", `= "awsvpc" is not for launch_type "EXTERNAL"; use "bridge" or "host"`);
  }
  containers.forEach((container, index) => {
    const addHere: AddProblem = (path, text) => add(`containerDefinitions[${index}].${path}`, text);
    checkRelations(container, definition, addHere);
    checkVariables(container, addHere);
    checkNetwork(container, definition.networkMode, addHere);
    checkLog(container, fargate, addHere);
    if (fargate) checkFargateContainer(container, addHere);
  });
  const needsRole = roleReason(containers, fargate);
  if (needsRole !== undefined && definition.executionRoleArn === undefined) {
    add("executionRoleArn", `is not set; it must be, as ${needsRole}`);
  }
  if (fargate) checkFargateTask(definition, add);
  return problems;
}

const launchTypes = ["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"];

function checkTask(definition: Definition, add: AddProblem): void {
  const { requiresCompatibilities = [], runtimePlatform, proxyConfiguration: proxy } = definition;
  const names = (definition.containerDefinitions ?? []).map(({ name }) => name);
  if (proxy !== undefined && !names.includes(proxy.containerName)) {
    add(
      "proxyConfiguration.containerName",
      `= ${JSON.stringify(proxy.containerName)} is none of ` +
        `the definition's containers`,
    );
  }
  requiresCompatibilities.forEach((word, index) => {
    if (launchTypes.includes(word)) return;
    const all = launchTypes.map((type) => `"${type}"`).join(", ");
    add(`requiresCompatibilities[${index}]`, `= "${word}" is none of ${all}`);
  });
  const system = runtimePlatform?.operatingSystemFamily;
  if (system !== undefined && !/^(LINUX|WINDOWS_SERVER_[0-9A-Z_]+)$/.test(system)) {
    add(
      "runtimePlatform.operatingSystemFamily",
      `= "${system}" is no operating system; use "LINUX" or one as "WINDOWS_SERVER_2022_CORE"`,
    );
  }
}

function checkNames(containers: readonly ContainerDefinition[], add: AddProblem): void {
  const names = containers.map(({ name }) => name);
  if (containers.length === 0) {
    add("containerDefinitions", "is not set; define at least one container");
  } else if (!containers.some(({ essential }) => essential !== false)) {
    add(
      "containerDefinitions",
      "has no essential one; leave out essential = false in at least one",
    );
  }
  if (containers.length > 10) {
    add("containerDefinitions", `are ${containers.length} containers; at most 10 are allowed`);
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) add("containerDefinitions", `names ${JSON.stringify(twice)} twice`);
}

/** What a container says of other containers and of volumes. */
function checkRelations(
  container: ContainerDefinition,
  { containerDefinitions = [], volumes = [] }: Definition,
  add: AddProblem,
): void {
  const others = containerDefinitions.filter(({ name }) => name !== container.name);
  const known = others.map(({ name }) => JSON.stringify(name)).join(", ") || "none";
  container.dependsOn?.forEach(({ containerName, condition }, index) => {
    const other = others.find(({ name }) => name === containerName);
    const path = `dependsOn[${index}]`;
    const named = JSON.stringify(containerName);
    if (other === undefined) {
      add(`${path}.containerName`, `= ${named} is no other container; there are ${known}`);
    } else if (condition === "HEALTHY" && other.healthCheck === undefined) {
      add(`${path}.condition`, `= "HEALTHY" needs a health check in container ${named}`);
    } else if (
      (condition === "COMPLETE" || condition === "SUCCESS") && other.essential !== false
    ) {
      add(
        `${path}.condition`,
        `= "${condition}" is for containers that may end; set essential = false in ${named}`,
      );
    }
  });
  container.volumesFrom?.forEach(({ sourceContainer }, index) => {
    if (others.some(({ name }) => name === sourceContainer)) return;
    const named = JSON.stringify(sourceContainer);
    add(
      `volumesFrom[${index}].sourceContainer`,
      `= ${named} is no other container; there are ${known}`,
    );
  });
  container.mountPoints?.forEach(({ sourceVolume }, index) => {
    if (volumes.some(({ name }) => name === sourceVolume)) return;
    const named = JSON.stringify(sourceVolume);
    add(`mountPoints[${index}].sourceVolume`, `= ${named} is no volume of the definition`);
  });
  const wrong = rules.memoryReservation(container.memory, container.memoryReservation);
  if (wrong !== undefined) add("memoryReservation", wrong);
}

function checkVariables(
  { environment = [], secrets = [] }: ContainerDefinition,
  add: AddProblem,
): void {
  secrets.forEach(({ name }, index) => {
    const again = secrets.findIndex((other) => other.name === name) < index ||
      environment.some((variable) => variable.name === name);
    if (again) add("secrets", `has ${JSON.stringify(name)}, which has another value too`);
  });
}

function checkNetwork(
  container: ContainerDefinition,
  networkMode: string | undefined,
  add: AddProblem,
): void {
  if (networkMode !== "awsvpc") return;
  container.portMappings?.forEach(({ containerPort, hostPort }, index) => {
    if (hostPort === undefined || hostPort === 0 || hostPort === containerPort) return;
    add(
      `portMappings[${index}].hostPort`,
      `= ${hostPort} differs from the container's port ${containerPort}, which network mode ` +
        `"awsvpc" does not allow; leave it out`,
    );
  });
  const others = ["links", "hostname", "extraHosts", "dnsServers", "dnsSearchDomains"] as const;
  for (const member of others) {
    const value = container[member];
    if (value === undefined || value.length === 0) continue;
    add(member, `is not for network mode "awsvpc"; leave it out`);
  }
}

function checkLog(
  { logConfiguration }: ContainerDefinition,
  fargate: boolean,
  add: AddProblem,
): void {
  if (logConfiguration === undefined) return;
  const { logDriver, options = {} } = logConfiguration;
  const onFargate = ["awslogs", "splunk", "awsfirelens"];
  if (fargate && !onFargate.includes(logDriver ?? "")) {
    const all = onFargate.map((word) => `"${word}"`).join(", ");
    add("logConfiguration.logDriver", `= "${logDriver}" is not for Fargate; use one of ${all}`);
  }
  if (logDriver !== "awslogs") return;
  const needed = ["awslogs-group", "awslogs-region", ...(fargate ? ["awslogs-stream-prefix"] : [])];
  const missing = needed.filter((name) => options[name] === undefined);
  if (missing.length > 0) {
    add("logConfiguration.options", `has no ${missing.join(" and no ")}, which awslogs needs`);
  }
}

function checkFargateContainer(container: ContainerDefinition, add: AddProblem): void {
  const refuse = (path: string, value: unknown) => {
    const empty = value === undefined || (Array.isArray(value) && value.length === 0);
    if (!empty && value !== false) add(path, "is not for Fargate; leave it out");
  };
  const { linuxParameters: linux = {}, resourceRequirements = [] } = container;
  refuse("disableNetworking", container.disableNetworking);
  refuse("privileged", container.privileged);
  refuse("dockerSecurityOptions", container.dockerSecurityOptions);
  refuse("linuxParameters.devices", linux.devices);
  refuse("linuxParameters.sharedMemorySize", linux.sharedMemorySize);
  refuse("linuxParameters.maxSwap", linux.maxSwap);
  refuse("linuxParameters.swappiness", linux.swappiness);
  refuse("resourceRequirements", resourceRequirements);
  const added = (linux.capabilities?.add ?? []).filter((name) => name !== "SYS_PTRACE");
  if (added.length > 0) {
    add(
      "linuxParameters.capabilities.add",
      `has ${added.join(", ")}; Fargate allows "SYS_PTRACE" only`,
    );
  }
  for (const member of ["startTimeout", "stopTimeout"] as const) {
    const seconds = container[member];
    if (seconds === undefined || (seconds >= 2 && seconds <= 120)) continue;
    add(member, `is ${seconds} s; Fargate takes from 2 s to 120 s`);
  }
}

function checkFargateTask(definition: Definition, add: AddProblem): void {
  const { networkMode, ipcMode, pidMode, placementConstraints = [], volumes = [] } = definition;
  if (networkMode !== "awsvpc") {
    add("networkMode", `= "${networkMode ?? "bridge"}" is not for Fargate; use "awsvpc"`);
  }
  if (ipcMode !== undefined) add("ipcMode", "is not for Fargate; leave it out");
  if (pidMode === "host") add("pidMode", `= "host" is not for Fargate; use "task"`);
  if (placementConstraints.length > 0) {
    add("placementConstraints", "are not for Fargate, which has no container instances");
  }
  volumes.forEach((volume: Volume, index) => {
    const at = `volumes[${index}]`;
    if (volume.host?.sourcePath !== undefined) {
      add(`${at}.host.sourcePath`, "is not for Fargate; leave it out");
    }
    if (volume.dockerVolumeConfiguration !== undefined) {
      add(`${at}.dockerVolumeConfiguration`, "is not for Fargate; leave it out");
    }
  });
}

/** Why the definition needs a role that ECS itself uses; undefined where it does not. */
function roleReason(
  containers: readonly ContainerDefinition[],
  fargate: boolean,
): string | undefined {
  for (const container of containers) {
    const { name, secrets = [], logConfiguration, image = "" } = container;
    if (container.repositoryCredentials !== undefined) {
      return `container ${JSON.stringify(name)} has an image from a private registry`;
    }
    const [secret] = [...secrets, ...logConfiguration?.secretOptions ?? []];
    if (secret !== undefined) {
      return `container ${JSON.stringify(name)} has secret ${
        JSON.stringify(secret.name)
      } to be read`;
    }
    if (fargate && logConfiguration?.logDriver === "awslogs") {
      return `container ${JSON.stringify(name)} logs to CloudWatch from Fargate`;
    }
    if (fargate && /^[0-9]{12}\.dkr\.ecr[.-]/.test(image)) {
      return `container ${JSON.stringify(name)} has an image from a private repository of ECR`;
    }
  }
  return undefined;
}

/** Names of the jobspec's blocks that are not just AWS's in snake case. */
const blockNames: Readonly<Record<string, string>> = {
  containerDefinitions: "container",
  devices: "device",
  environmentFiles: "environment_files",
  mountPoints: "mount_point",
  portMappings: "port_mapping",
  secretOptions: "secrets",
  ulimits: "ulimit",
  volumes: "volume",
};

/** A path in AWS's names as the jobspec's `definition` block has it. */
export function hclPath(path: string): string {
  return path.replace(
    /[A-Za-z0-9]+(?=[.[]|$)/g,
    (name) =>
      /^[0-9]+$/.test(name)
        ? name
        : blockNames[name] ?? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  );
}
