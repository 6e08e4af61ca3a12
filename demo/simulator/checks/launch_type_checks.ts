import { type Input, object, objects, optionalString, strings } from "../request/input.ts";
import { isFargateSize, type TaskSize } from "../request/sizes.ts";

/** Launch types that `requiresCompatibilities` can name. */
export const launchTypes = ["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"] as const;
export type LaunchType = typeof launchTypes[number];

const privateEcr = /^[0-9]{12}\.dkr\.ecr(-fips)?\.[a-z0-9-]+\.amazonaws\.com(\.cn)?\//;

/** Container settings that Fargate refuses, besides those that awsvpc refuses everywhere. */
const notOnFargate = ["disableNetworking", "dockerSecurityOptions"];
/** Container settings that Managed Instances refuse, by the developer guide. */
const notOnManagedInstances = [
  "disableNetworking",
  "dnsSearchDomains",
  "dnsServers",
  "dockerLabels",
  "dockerSecurityOptions",
  "extraHosts",
  "hostname",
  "links",
];

/** Why a valid definition cannot run on a launch type. Undefined: it can. */
export function refusalFor(
  launchType: LaunchType,
  definition: Input,
  size: TaskSize,
): string | undefined {
  const required = strings(definition, "requiresCompatibilities");
  if (has(definition, "ephemeralStorage") && required.length > 0 && !required.includes("FARGATE")) {
    return `Tasks using the ${launchType} launch type do not support EphemeralStorage.`;
  }
  switch (launchType) {
    case "EC2":
      return neuronRefusal(definition);
    case "FARGATE":
      return taskOnFargate(definition, size) ?? containersOnFargate(definition);
    case "EXTERNAL":
      return externalRefusal(definition);
    case "MANAGED_INSTANCES":
      return managedRefusal(definition);
  }
}

/** The platform of a definition, as far as the sizes of Fargate depend on it. */
export function platformOf(definition: Input): { windows: boolean; arm: boolean } {
  const platform = object(definition, "runtimePlatform") ?? {};
  const family = optionalString(platform, "operatingSystemFamily") ?? "LINUX";
  return { windows: family !== "LINUX", arm: platform["cpuArchitecture"] === "ARM64" };
}

function neuronRefusal(definition: Input): string | undefined {
  return resources(definition).some(({ type }) => type === "NeuronDevice")
    ? "NeuronDevice resources are only supported on Managed Instances."
    : undefined;
}

function externalRefusal(definition: Input): string | undefined {
  if (definition["networkMode"] === "awsvpc") {
    return "External compatible task definitions do not support network mode 'awsvpc'.";
  }
  const shares = resources(definition).some((one) => has(one, "sharingStrategy"));
  return shares
    ? "External compatible task definitions do not support sharingStrategy."
    : neuronRefusal(definition);
}

function taskOnFargate(definition: Input, size: TaskSize): string | undefined {
  if (definition["networkMode"] !== "awsvpc") {
    return "Fargate only supports network mode ‘awsvpc’.";
  }
  if (size.cpu === undefined) return "Fargate requires that 'cpu' be defined at the task level.";
  if (size.memory === undefined) {
    return "Fargate requires that 'memory' be defined at the task level.";
  }
  const platform = platformOf(definition);
  if (!isFargateSize(size, platform)) {
    return `No Fargate configuration exists for given values: ${size.cpu} CPU, ` +
      `${size.memory} memory. See the Amazon ECS documentation for the valid values.`;
  }
  if (has(definition, "ipcMode")) {
    return "Tasks using the Fargate launch type do not support ipcMode.";
  }
  const pidMode = optionalString(definition, "pidMode");
  if (pidMode === "host" || (pidMode !== undefined && platform.windows)) {
    return `Tasks using the Fargate launch type do not support pidMode '${pidMode}'. ` +
      "The supported value for pidMode is 'task'.";
  }
  if (has(definition, "placementConstraints")) return unsupported("constraints");
  for (const volume of objects(definition, "volumes")) {
    if (has(object(volume, "host") ?? {}, "sourcePath")) return unsupported("sourcePath");
    if (has(volume, "dockerVolumeConfiguration")) return unsupported("dockerVolumeConfiguration");
  }
  return undefined;
}

function containersOnFargate(definition: Input): string | undefined {
  const role = has(definition, "executionRoleArn");
  const { windows } = platformOf(definition);
  for (const container of objects(definition, "containerDefinitions")) {
    if (container["privileged"] === true) {
      return "Fargate requires that the 'privileged' setting be 'false'.";
    }
    const setting = notOnFargate.find((key) => has(container, key));
    if (setting !== undefined) return unsupported(setting);
    const linux = object(container, "linuxParameters") ?? {};
    const parameter = ["devices", "sharedMemorySize", "maxSwap", "swappiness"].find((key) =>
      has(linux, key)
    );
    if (parameter !== undefined) return unsupported(parameter);
    const added = strings(object(linux, "capabilities") ?? {}, "add");
    const foreign = added.find((capability) => capability !== "SYS_PTRACE");
    if (foreign !== undefined) return `${foreign} is not allowed on Fargate.`;
    if (windows && has(container, "systemControls")) return unsupported("systemControls");
    for (const key of ["startTimeout", "stopTimeout"]) {
      if (Number(container[key] ?? 0) > 120) {
        return `Tasks using the Fargate launch type must have a container ${key} of at most 120 ` +
          "seconds.";
      }
    }
    if (!role && privateEcr.test(optionalString(container, "image") ?? "")) {
      return "Fargate requires task definition to have execution role ARN to support ECR images.";
    }
    const problem = logsOnFargate(container, role);
    if (problem !== undefined) return problem;
  }
  const device = resources(definition)[0]?.["type"];
  return device === undefined
    ? undefined
    : `Tasks using the Fargate launch type do not support ${device} resource requirements.`;
}

function logsOnFargate(container: Input, role: boolean): string | undefined {
  const router = object(object(container, "firelensConfiguration") ?? {}, "options") ?? {};
  if (router["config-file-type"] === "s3") {
    return "Fargate launch type does not support FirelensConfiguration config file from 's3'.";
  }
  const logs = object(container, "logConfiguration");
  if (logs === undefined) return undefined;
  const driver = optionalString(logs, "logDriver") ?? "";
  const drivers = ["awslogs", "splunk", "awsfirelens"];
  if (!drivers.includes(driver)) {
    return `${driver} is not a valid log driver. Must be one of [${drivers.join(", ")}].`;
  }
  if (driver !== "awslogs") return undefined;
  if (!has(object(logs, "options") ?? {}, "awslogs-stream-prefix")) {
    return "Fargate requires log configuration options to include awslogs-stream-prefix to " +
      "support log driver awslogs.";
  }
  return role ? undefined : "Fargate requires task definition to have execution role ARN to " +
    "support log driver awslogs.";
}

function managedRefusal(definition: Input): string | undefined {
  const no = (what: string) =>
    `Managed Instances compatible task definitions do not support ${what}.`;
  const networkMode = optionalString(definition, "networkMode");
  if (networkMode !== "awsvpc" && networkMode !== "host") {
    return no(`network mode '${networkMode ?? "bridge"}'`);
  }
  if (platformOf(definition).windows) return no("Windows");
  const ofTask = ["ipcMode", "proxyConfiguration"].find((key) => has(definition, key));
  if (ofTask !== undefined) return no(ofTask);
  for (const volume of objects(definition, "volumes")) {
    if (has(object(volume, "host") ?? {}, "sourcePath")) return no("sourcePath");
    const kind = ["dockerVolumeConfiguration", "fsxWindowsFileServerVolumeConfiguration"]
      .find((key) => has(volume, key));
    if (kind !== undefined) return no(kind);
  }
  for (const container of objects(definition, "containerDefinitions")) {
    const linux = object(container, "linuxParameters") ?? {};
    const setting = notOnManagedInstances.find((key) => has(container, key)) ??
      ["sharedMemorySize", "maxSwap", "swappiness"].find((key) => has(linux, key));
    if (setting !== undefined) return no(setting);
    const driver = optionalString(object(container, "logConfiguration") ?? {}, "logDriver");
    if (
      driver !== undefined && !["awslogs", "splunk", "awsfirelens", "json-file"].includes(driver)
    ) {
      return no(`log driver '${driver}'`);
    }
  }
  return undefined;
}

function unsupported(what: string): string {
  return `Fargate compatible task definitions do not support ${what}.`;
}

function resources(definition: Input): Input[] {
  return objects(definition, "containerDefinitions").flatMap((container) =>
    objects(container, "resourceRequirements")
  );
}

/** Whether a member has a value other than false and other than an empty text, list or object. */
function has(input: Input, key: string): boolean {
  const value = input[key] ?? false;
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === "object") return Object.keys(value).length > 0;
  return value !== false && value !== "";
}
