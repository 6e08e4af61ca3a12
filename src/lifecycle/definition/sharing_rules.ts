import type { RegisterTaskDefinitionCommandInput, Volume } from "@aws-sdk/client-ecs";
import type { AddProblem } from "../../config/field.ts";
import { sizeNumber } from "./facts.ts";

type Definition = RegisterTaskDefinitionCommandInput;

/** What containers of one task share and may not take from one another: its size, ports and volumes. */
export function checkShares(definition: Definition, add: AddProblem): void {
  checkSizes(definition, add);
  checkPorts(definition, add);
  checkVolumes(definition, add);
  checkLogRouter(definition, add);
}

function checkSizes({ cpu, memory, containerDefinitions = [] }: Definition, add: AddProblem): void {
  const size = { cpu: sizeNumber(cpu), memory: sizeNumber(memory) };
  const used = containerDefinitions.reduce((sum, container) => sum + (container.cpu ?? 0), 0);
  if (size.cpu !== undefined && used > size.cpu) {
    add("cpu", `= ${size.cpu} is less than the ${used} CPU units of its containers together`);
  }
  if (size.memory === undefined) return;
  const most = size.memory;
  let reserved = 0;
  containerDefinitions.forEach((container, index) => {
    reserved += container.memoryReservation ?? container.memory ?? 0;
    if ((container.memory ?? 0) <= most) return;
    add(
      `containerDefinitions[${index}].memory`,
      `= ${container.memory} is more than the task's ${most} MiB; it must be at most that`,
    );
  });
  if (reserved > most) {
    add(
      "memory",
      `= ${most} is less than the ${reserved} MiB that its containers reserve together`,
    );
  }
}

function checkPorts({ networkMode, containerDefinitions = [] }: Definition, add: AddProblem): void {
  const ownPorts = networkMode === "awsvpc" || networkMode === "host";
  const taken = new Set<string>();
  const names = new Set<string>();
  containerDefinitions.forEach(({ portMappings = [] }, index) => {
    portMappings.forEach(({ containerPort, hostPort, protocol = "tcp", name }, place) => {
      const path = `containerDefinitions[${index}].portMappings[${place}]`;
      // What containers share is the network of the task, or that of the instance.
      const port = ownPorts ? containerPort : hostPort;
      if (port !== undefined && port !== 0 && taken.has(`${port} ${protocol}`)) {
        add(`${path}.${ownPorts ? "containerPort" : "hostPort"}`, `= ${port} is mapped twice`);
      }
      if (name !== undefined && names.has(name)) {
        add(`${path}.name`, `= ${JSON.stringify(name)} names two ports`);
      }
      taken.add(`${port} ${protocol}`);
      if (name !== undefined) names.add(name);
    });
  });
}

function checkVolumes(
  { volumes = [], containerDefinitions = [], taskRoleArn }: Definition,
  add: AddProblem,
): void {
  const names = volumes.map(({ name }) => name);
  const mounted = containerDefinitions.flatMap(({ mountPoints = [] }) =>
    mountPoints.map(({ sourceVolume }) => sourceVolume)
  );
  volumes.forEach((volume: Volume, index) => {
    const named = JSON.stringify(volume.name);
    if (names.indexOf(volume.name) !== index) {
      add(`volumes[${index}].name`, `= ${named} names two volumes`);
    }
    if (volume.configuredAtLaunch === true && !mounted.includes(volume.name)) {
      add(`volumes[${index}]`, `${named} is configured at launch, and no container mounts it`);
    }
    if (volume.s3filesVolumeConfiguration !== undefined && taskRoleArn === undefined) {
      add("taskRoleArn", `is not set; it must be, for volume ${named} of S3 Files`);
    }
    checkFileSystem(volume, (path, text) => add(`volumes[${index}].${path}`, text));
  });
}

function checkFileSystem({ efsVolumeConfiguration: efs }: Volume, add: AddProblem): void {
  if (efs === undefined || efs.transitEncryption === "ENABLED") return;
  const needs = efs.authorizationConfig?.iam === "ENABLED"
    ? "authorization by IAM"
    : efs.authorizationConfig?.accessPointId !== undefined
    ? "an access point"
    : efs.transitEncryptionPort !== undefined
    ? "transitEncryptionPort"
    : undefined;
  if (needs === undefined) return;
  add("efsVolumeConfiguration.transitEncryption", `is not "ENABLED", which ${needs} needs`);
}

/** The log driver `awsfirelens` hands logs to a container of the same task. */
function checkLogRouter({ containerDefinitions = [] }: Definition, add: AddProblem): void {
  const routers = containerDefinitions.filter((container) =>
    container.firelensConfiguration !== undefined
  );
  if (routers.length > 1) {
    const all = routers.map(({ name }) => JSON.stringify(name)).join(" and ");
    add(
      "containerDefinitions",
      `${all} are both log routers; one may have a firelensConfiguration`,
    );
  }
  containerDefinitions.forEach(({ logConfiguration }, index) => {
    if (logConfiguration?.logDriver !== "awsfirelens" || routers.length > 0) return;
    add(
      `containerDefinitions[${index}].logConfiguration.logDriver`,
      `= "awsfirelens" needs a container with a firelensConfiguration`,
    );
  });
}
