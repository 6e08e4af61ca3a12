import { clientException, invalidParameter } from "../request/aws_error.ts";
import { checkContainer } from "./container_checks.ts";
import { checkDevices, checkSystemControls } from "./container_resources.ts";
import { checkRelations } from "./container_relations.ts";
import {
  type Input,
  object,
  objects,
  optionalString,
  setting,
  strings,
  word,
} from "../request/input.ts";
import { type LaunchType, launchTypes, refusalFor } from "./launch_type_checks.ts";
import { checkLogs } from "./log_checks.ts";
import { checkPorts } from "./port_checks.ts";
import { containerSizes, sizeProblem, taskSize } from "../request/sizes.ts";
import { checkVolumes } from "./volume_checks.ts";

const mostContainers = 10;
/** Most bytes of a definition as JSON, by ECS's service quotas. */
const mostBytes = 65_536;
const mostConstraints = 10;
const windows = ["2016_FULL", "2019_CORE", "2019_FULL", "2004_CORE", "20H2_CORE"]
  .concat("2022_CORE", "2022_FULL", "2025_CORE", "2025_FULL")
  .map((version) => `WINDOWS_SERVER_${version}`);

/** Network modes of a task. */
export const networkModes = ["bridge", "host", "awsvpc", "none"] as const;

/** A definition that RegisterTaskDefinition accepts. */
export type CheckedDefinition = {
  readonly family: string;
  readonly networkMode: typeof networkModes[number];
  /** Launch types that the definition can run on. */
  readonly compatibilities: readonly LaunchType[];
  /** The request, with CPU in units and memory in MiB, as DescribeTaskDefinition answers them. */
  readonly input: Input;
};

/**
 * Checks a RegisterTaskDefinition request by the API reference. A refusal has AWS's own sentence
 * where that is known. The JSON types of all members have been checked before.
 */
export function checkTaskDefinition(request: Input): CheckedDefinition {
  const family = optionalString(request, "family") ?? "";
  if (family === "") throw clientException("Family cannot be null or empty.");
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(family)) {
    throw clientException("Family contains invalid characters.");
  }
  const containers = objects(request, "containerDefinitions");
  if (containers.length === 0) throw clientException("Container list cannot be empty.");
  if (containers.length > mostContainers) throw clientException("Too many containers.");
  const networkMode = word(request, "networkMode", networkModes) ?? "bridge";
  for (const container of containers) checkContainer(container);
  checkRelations(containers);
  checkLogs(containers);
  checkNetwork(containers, networkMode);
  checkPorts(containers, networkMode);
  checkVolumes(request);
  checkDevices(containers);
  checkSystemControls(request, containers, networkMode);
  checkTask(request, containers);
  checkRoles(request);
  checkExecutionRole(request, containers);

  checkLength(request);
  const size = taskSize(request, clientException);
  const problem = sizeProblem(size, containerSizes(request));
  if (problem !== undefined) throw clientException(problem);
  for (const launchType of requiredLaunchTypes(request)) {
    const refusal = refusalFor(launchType, request, size);
    if (refusal !== undefined) throw clientException(refusal);
  }
  return {
    family,
    networkMode,
    compatibilities: launchTypes.filter((one) => refusalFor(one, request, size) === undefined),
    input: {
      ...request,
      ...(size.cpu === undefined ? {} : { cpu: String(size.cpu) }),
      ...(size.memory === undefined ? {} : { memory: String(size.memory) }),
    },
  };
}

/** Refuses a definition that is too long. Its tags are not part of it. */
function checkLength({ tags: _tags, ...definition }: Input): void {
  const bytes = new TextEncoder().encode(JSON.stringify(definition)).length;
  if (bytes > mostBytes) {
    throw clientException(
      `Actual length: '${bytes}'. Max allowed length is '${mostBytes}' bytes.`,
    );
  }
}

/** Refuses roles that are neither an ARN nor a short name. */
export function checkRoles(input: Input): void {
  for (const key of ["taskRoleArn", "executionRoleArn"]) {
    const role = optionalString(input, key) ?? "";
    if (!/^(arn:aws[a-z-]*:iam::[0-9]{12}:role\/.+|[A-Za-z0-9+=,.@_-]{0,64})$/.test(role)) {
      throw clientException("Role is not valid.");
    }
  }
}

function requiredLaunchTypes(request: Input): LaunchType[] {
  return strings(request, "requiresCompatibilities").map((name) => {
    const known = launchTypes.find((launchType) => launchType === name);
    if (known === undefined) {
      throw invalidParameter(`requiresCompatibilities must be of ${launchTypes.join(", ")}`);
    }
    return known;
  });
}

function checkNetwork(containers: readonly Input[], networkMode: string): void {
  for (const container of containers) {
    if (strings(container, "links").length > 0 && networkMode !== "bridge") {
      throw clientException(`Links are not supported when networkMode=${networkMode}.`);
    }
    if (networkMode !== "awsvpc") continue;
    const given: [string, boolean][] = [
      ["hostname is", (optionalString(container, "hostname") ?? "") !== ""],
      ["DNS servers are", strings(container, "dnsServers").length > 0],
      ["DNS search domains are", strings(container, "dnsSearchDomains").length > 0],
      ["Extra hosts are", objects(container, "extraHosts").length > 0],
    ];
    const first = given.find(([, there]) => there)?.[0];
    if (first !== undefined) {
      throw clientException(`${first} not supported on container when networkMode=awsvpc.`);
    }
  }
}

function checkTask(request: Input, containers: readonly Input[]): void {
  word(request, "pidMode", ["host", "task"]);
  word(request, "ipcMode", ["host", "task", "none"]);
  const platform = object(request, "runtimePlatform") ?? {};
  const arm = word(platform, "cpuArchitecture", ["X86_64", "ARM64"]) === "ARM64";
  const family = word(platform, "operatingSystemFamily", ["LINUX", ...windows]) ?? "LINUX";
  if (arm && family !== "LINUX") {
    throw clientException(`CPU architecture ARM64 is not supported for ${family}.`);
  }
  const storage = object(request, "ephemeralStorage");
  if (storage !== undefined) {
    const what = "Invalid setting for ephemeral storage. Its size in GiB";
    if (setting(storage, "sizeInGiB", { min: 21, max: 200, what }) === undefined) {
      throw clientException("EphemeralStorage.sizeInGiB cannot be null.");
    }
  }
  const constraints = objects(request, "placementConstraints");
  if (constraints.length > mostConstraints) {
    throw clientException(`placementConstraints can have at most ${mostConstraints} items.`);
  }
  for (const constraint of constraints) {
    word(constraint, "type", ["memberOf"]);
    if (!optionalString(constraint, "expression")) {
      throw clientException("Expression cannot be empty for a memberOf constraint.");
    }
  }
  const proxy = object(request, "proxyConfiguration");
  if (proxy !== undefined) {
    word(proxy, "type", ["APPMESH"]);
    if (!containers.some((container) => container["name"] === proxy["containerName"])) {
      throw clientException("The proxy container does not exist in the task definition.");
    }
  }
  if (objects(request, "inferenceAccelerators").length > 0) {
    throw clientException("Unsupported field 'inferenceAccelerators'.");
  }
}

/** Refuses secrets and private images without an execution role, which fetches them. */
function checkExecutionRole(request: Input, containers: readonly Input[]): void {
  if (optionalString(request, "executionRoleArn")) return;
  const secret = containers.some((container) =>
    objects(container, "secrets").length > 0 ||
    objects(object(container, "logConfiguration") ?? {}, "secretOptions").length > 0
  );
  const privately = containers.some((one) => object(one, "repositoryCredentials") !== undefined);
  if (secret) {
    throw clientException(
      "When you are specifying container secrets, you must also specify a value for " +
        "'executionRoleArn'.",
    );
  }
  if (privately) {
    throw clientException(
      "Private repository authentication requires that the task definition specify a value for " +
        "executionRoleArn.",
    );
  }
}
