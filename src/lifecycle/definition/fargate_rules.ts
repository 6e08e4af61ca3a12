import type {
  ContainerDefinition,
  RegisterTaskDefinitionCommandInput,
  Volume,
} from "@aws-sdk/client-ecs";
import { fargateTimeout } from "../../config/fargate_limits.ts";
import type { AddProblem } from "../../config/field.ts";
import { show } from "../../config/show.ts";
import { isForWindows } from "./facts.ts";

/** Log drivers that Fargate has. */
const drivers = ["awslogs", "splunk", "awsfirelens"];

/** What ECS would refuse of a definition for Fargate alone. */
export function checkFargate(
  definition: RegisterTaskDefinitionCommandInput,
  add: AddProblem,
): void {
  const { networkMode, ipcMode, pidMode, placementConstraints = [], volumes = [] } = definition;
  if (networkMode !== "awsvpc") {
    add("networkMode", `must be "awsvpc" on Fargate; got ${show(networkMode ?? "bridge")}`);
  }
  if (ipcMode !== undefined) add("ipcMode", "must be left out on Fargate");
  if (pidMode === "host") add("pidMode", 'must be "task" on Fargate; got "host"');
  if (pidMode === "task" && isForWindows(definition)) {
    add("pidMode", "must be left out with Windows on Fargate");
  }
  if (placementConstraints.length > 0) {
    add("placementConstraints", "must be left out on Fargate, which has no container instances");
  }
  volumes.forEach((volume, index) =>
    checkVolume(volume, (path, text) => add(`volumes[${index}].${path}`, text))
  );
  definition.containerDefinitions?.forEach((container, index) => {
    const here: AddProblem = (path, text) => add(`containerDefinitions[${index}].${path}`, text);
    checkContainer(container, here);
    checkLogs(container, here);
  });
}

function checkVolume(volume: Volume, add: AddProblem): void {
  if (volume.host?.sourcePath !== undefined) {
    add("host.sourcePath", "must be left out on Fargate, which has no instances to take it from");
  }
  for (
    const member of [
      "dockerVolumeConfiguration",
      "fsxWindowsFileServerVolumeConfiguration",
    ] as const
  ) {
    if (volume[member] !== undefined) add(member, "must be left out on Fargate");
  }
}

function checkContainer(container: ContainerDefinition, add: AddProblem): void {
  const refuse = (path: string, value: unknown) => {
    const empty = value === undefined || (Array.isArray(value) && value.length === 0);
    if (!empty && value !== false) add(path, "must be left out on Fargate");
  };
  const { linuxParameters: linux = {} } = container;
  refuse("disableNetworking", container.disableNetworking);
  refuse("privileged", container.privileged);
  refuse("dockerSecurityOptions", container.dockerSecurityOptions);
  refuse("linuxParameters.devices", linux.devices);
  refuse("linuxParameters.sharedMemorySize", linux.sharedMemorySize);
  refuse("linuxParameters.maxSwap", linux.maxSwap);
  refuse("linuxParameters.swappiness", linux.swappiness);
  refuse("resourceRequirements", container.resourceRequirements);
  linux.capabilities?.add?.forEach((name, index) => {
    if (name === "SYS_PTRACE") return;
    add(
      `linuxParameters.capabilities.add[${index}]`,
      `must be "SYS_PTRACE" on Fargate; got ${show(name)}`,
    );
  });
  for (const member of ["startTimeout", "stopTimeout"] as const) {
    const seconds = container[member];
    const { min, max } = fargateTimeout;
    if (seconds === undefined || (seconds >= min && seconds <= max)) continue;
    add(member, `must be from ${min} s to ${max} s on Fargate; got ${seconds} s`);
  }
}

function checkLogs(
  { logConfiguration, firelensConfiguration }: ContainerDefinition,
  add: AddProblem,
): void {
  if (firelensConfiguration?.options?.["config-file-type"] === "s3") {
    add(
      "firelensConfiguration.options.config-file-type",
      'must be "file" on Fargate, with a path in the image; got "s3"',
    );
  }
  const { logDriver, options = {} } = logConfiguration ?? {};
  if (logDriver === undefined) return;
  if (!drivers.includes(logDriver)) {
    const all = drivers.map((word) => JSON.stringify(word)).join(", ");
    add("logConfiguration.logDriver", `must be one of ${all} on Fargate; got ${show(logDriver)}`);
  }
  if (logDriver === "awslogs" && options["awslogs-stream-prefix"] === undefined) {
    add(
      "logConfiguration.options",
      "must have awslogs-stream-prefix, which awslogs on Fargate needs",
    );
  }
}
