import type { ContainerDefinition, RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import { fargateStorage } from "../../config/fargate_limits.ts";
import type { AddProblem, Problem } from "../../config/field.ts";
import { show } from "../../config/show.ts";
import { checkContainer } from "./container_rules.ts";
import { checkFargate } from "./fargate_rules.ts";
import { checkLogs } from "./log_rules.ts";
import { checkNetwork } from "./network_rules.ts";
import { checkRelations } from "./relation_rules.ts";
import { checkShares } from "./sharing_rules.ts";
import { checkRange, checkSet, checkWord } from "./value_rules.ts";
import { checkVolumes } from "./volume_rules.ts";

type Definition = RegisterTaskDefinitionCommandInput;

/**
 * What ECS would refuse a task definition for, with paths in AWS's own names. `launchType` is where it
 * is sure to run, undefined where ECS decides. Rules are those of the ECS API reference of
 * RegisterTaskDefinition. The definition fits AWS's model and `checkLimits`.
 */
export function definitionProblems(
  definition: Definition,
  launchType: string | undefined,
): Problem[] {
  const problems: Problem[] = [];
  const add: AddProblem = (path, text) => problems.push({ path, text });
  const containers = definition.containerDefinitions ?? [];
  checkTask(definition, add);
  containers.forEach((container, index) =>
    checkContainer(container, (path, text) => add(`containerDefinitions[${index}].${path}`, text))
  );
  checkRelations(definition, add);
  checkShares(definition, add);
  checkVolumes(definition, add);
  checkNetwork(definition, add);
  checkLogs(definition, add);
  if (launchType === "FARGATE") checkFargate(definition, add);
  else checkInstances(definition, launchType, add);
  const needsRole = roleReason(containers, launchType === "FARGATE");
  if (needsRole !== undefined && definition.executionRoleArn === undefined) {
    add("executionRoleArn", `must be set, as ${needsRole}; got nothing`);
  }
  return problems;
}

const networkModes = ["awsvpc", "bridge", "host", "none"];
/** A role's name, or an ARN of IAM's whose account and path are left to AWS to know. */
const roleForm = /^([\w+=,.@-]{1,64}|arn:aws[a-z-]*:iam::[^:]+:role\/.+)$/;
const launchTypes = ["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"];

function checkTask(definition: Definition, add: AddProblem): void {
  // The developer guide has "default" too, for Windows, which the API reference does not.
  if (`${definition.networkMode}` !== "default") {
    checkWord(definition.networkMode, networkModes, "networkMode", add);
  }
  checkWord(definition.pidMode, ["host", "task"], "pidMode", add);
  checkWord(definition.ipcMode, ["host", "task", "none"], "ipcMode", add);
  for (const member of ["taskRoleArn", "executionRoleArn"] as const) {
    const role = definition[member];
    if (role === undefined || roleForm.test(role)) continue;
    const fix = role === "" ? "; leave it out where there is no role" : "";
    add(member, `must be a role's name or ARN; got ${show(role)}${fix}`);
  }
  definition.requiresCompatibilities?.forEach((word, index) =>
    checkWord(word, launchTypes, `requiresCompatibilities[${index}]`, add)
  );
  checkPlatform(definition, add);
  checkTags(definition, add);
  const storage = definition.ephemeralStorage;
  checkRange(storage?.sizeInGiB, fargateStorage, "ephemeralStorage.sizeInGiB", add);
  definition.placementConstraints?.forEach(({ type, expression }, index) => {
    const path = `placementConstraints[${index}]`;
    checkWord(type ?? "", ["memberOf"], `${path}.type`, add);
    checkSet(expression, `${path}.expression`, add);
  });
  const proxy = definition.proxyConfiguration;
  const names = (definition.containerDefinitions ?? []).map(({ name }) => name);
  if (proxy !== undefined && !names.includes(proxy.containerName)) {
    add(
      "proxyConfiguration.containerName",
      `must be the name of one of the definition's containers; got ${show(proxy.containerName)}`,
    );
  }
  checkWord(proxy?.type, ["APPMESH"], "proxyConfiguration.type", add);
  if ((definition.inferenceAccelerators ?? []).length > 0) {
    add("inferenceAccelerators", "must be left out: AWS no longer has Elastic Inference");
  }
}

/** Characters of a tag's key and value. */
const tagCharacters = /^[\p{L}\p{N}\p{Z}+\-=._:/@]*$/u;

function checkTags({ tags = [] }: Definition, add: AddProblem): void {
  const seen = new Set<string>();
  tags.forEach(({ key = "", value = "" }, index) => {
    const allowed = "letters, digits, spaces and + - = . _ : / @";
    if (key.length < 1 || key.length > 128 || !tagCharacters.test(key)) {
      add(`tags[${index}].key`, `must be 1 to 128 ${allowed}; got ${show(key)}`);
    } else if (seen.has(key)) {
      add(`tags[${index}].key`, `must be no other tag's; got ${show(key)} twice`);
    }
    if (value.length > 256 || !tagCharacters.test(value)) {
      add(`tags[${index}].value`, `must be up to 256 ${allowed}; got ${show(value)}`);
    }
    seen.add(key);
  });
}

function checkPlatform({ runtimePlatform }: Definition, add: AddProblem): void {
  const { operatingSystemFamily: system, cpuArchitecture: architecture } = runtimePlatform ?? {};
  checkWord(architecture, ["X86_64", "ARM64"], "runtimePlatform.cpuArchitecture", add);
  if (system === undefined || system === "LINUX") return;
  if (!/^WINDOWS_SERVER_[0-9A-Z_]+$/.test(system)) {
    add(
      "runtimePlatform.operatingSystemFamily",
      `must be "LINUX" or one as "WINDOWS_SERVER_2022_CORE"; got ${show(system)}`,
    );
    return;
  }
  if (architecture === "ARM64") {
    add("runtimePlatform.cpuArchitecture", `must be "X86_64" with ${system}; got "ARM64"`);
  }
}

/** What container instances do not have. */
function checkInstances(
  { networkMode, containerDefinitions = [], requiresCompatibilities = [] }: Definition,
  launchType: string | undefined,
  add: AddProblem,
): void {
  if (launchType === "EXTERNAL" && networkMode === "awsvpc") {
    add("networkMode", `must be "bridge", "host" or "none" on EXTERNAL; got "awsvpc"`);
  }
  const named = launchType ?? requiresCompatibilities.find((word) => word !== "MANAGED_INSTANCES");
  if (named === undefined) return;
  containerDefinitions.forEach(({ resourceRequirements = [] }, index) =>
    resourceRequirements.forEach(({ type }, place) => {
      if (type !== "NeuronDevice") return;
      add(
        `containerDefinitions[${index}].resourceRequirements[${place}].type`,
        `must not be "NeuronDevice" on ${named}: only Managed Instances have it`,
      );
    })
  );
}

/** Why the definition needs a role that ECS itself uses; undefined where it does not. */
function roleReason(
  containers: readonly ContainerDefinition[],
  fargate: boolean,
): string | undefined {
  for (const container of containers) {
    const { secrets = [], logConfiguration, image = "" } = container;
    const named = `container ${show(container.name)}`;
    if (container.repositoryCredentials !== undefined) {
      return `${named} has an image from a private registry`;
    }
    const [secret] = [...secrets, ...logConfiguration?.secretOptions ?? []];
    if (secret !== undefined) return `${named} has secret ${show(secret.name)} to be read`;
    if (fargate && logConfiguration?.logDriver === "awslogs") {
      return `${named} logs to CloudWatch from Fargate`;
    }
    if (fargate && /^[0-9]{12}\.dkr\.ecr[.-]/.test(image)) {
      return `${named} has an image from a private repository of ECR`;
    }
  }
  return undefined;
}
