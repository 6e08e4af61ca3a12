import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import type { AddProblem } from "../../config/field.ts";
import { environmentFile, memoryReservation } from "../../config/rules.ts";
import { show } from "../../config/show.ts";
import { checkName, checkRange, checkSet, checkWord } from "./value_rules.ts";

/** Least MiB of a container, by Docker 19.03 and earlier; later ones take 6. */
const leastMemory = 4;
/** Characters of an image, before the digest where it has one. */
const image = /^[A-Za-z0-9\-_:./#]{1,255}(@sha256:[0-9A-Fa-f]{64})?$/;
const limits =
  ("core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending " +
    "stack").split(" ");

/**
 * What ECS would refuse a container for that stands alone: its values, whatever the task around it
 * says. Values of variables, secrets and commands are never shown.
 */
export function checkContainer(container: ContainerDefinition, add: AddProblem): void {
  checkName(container.name ?? "", "name", add);
  if (!image.test(container.image ?? "")) {
    add(
      "image",
      'must be "repository:tag" or "repository@sha256:digest" of up to 255 letters, digits and ' +
        `- _ : . / #; got ${show(container.image ?? "")}`,
    );
  }
  checkRange(container.cpu, { min: 0 }, "cpu", add);
  for (const member of ["memory", "memoryReservation"] as const) {
    checkRange(container[member], { min: leastMemory, unit: " MiB" }, member, add);
  }
  const wrong = memoryReservation(container.memory, container.memoryReservation);
  if (wrong !== undefined) add("memoryReservation", wrong);
  const { repositoryCredentials: credentials } = container;
  if (credentials !== undefined) {
    checkSet(credentials.credentialsParameter, "repositoryCredentials.credentialsParameter", add);
  }
  for (const member of ["startTimeout", "stopTimeout"] as const) {
    checkRange(container[member], { min: 0, unit: " s" }, member, add);
  }
  checkWord(container.versionConsistency, ["enabled", "disabled"], "versionConsistency", add);
  checkEnvironment(container, add);
  checkHealth(container, add);
  checkRestart(container, add);
  checkUlimits(container, add);
  checkLinux(container, add);
  checkResources(container, add);
  container.extraHosts?.forEach(({ hostname, ipAddress }, index) => {
    checkSet(hostname, `extraHosts[${index}].hostname`, add);
    checkSet(ipAddress, `extraHosts[${index}].ipAddress`, add);
  });
  container.credentialSpecs?.forEach((spec, index) => {
    if (/^credentialspec(domainless)?:arn:/.test(spec)) return;
    add(
      `credentialSpecs[${index}]`,
      'must be "credentialspec:" or "credentialspecdomainless:" and the ARN of a parameter of SSM ' +
        `or an object in S3; got ${show(spec)}`,
    );
  });
}

function checkEnvironment(container: ContainerDefinition, add: AddProblem): void {
  const { environment = [], environmentFiles = [], secrets = [] } = container;
  environment.forEach(({ name }, index) =>
    checkSet(name?.trim(), `environment[${index}].name`, add)
  );
  const variables = new Set(environment.map(({ name }) => name));
  secrets.forEach(({ name, valueFrom }, index) => {
    const path = `secrets[${index}]`;
    checkSet(name, `${path}.name`, add);
    checkSet(valueFrom, `${path}.valueFrom`, add);
    if (variables.has(name)) {
      add(`${path}.name`, `must be no other variable's or secret's; got ${show(name)} twice`);
    }
    variables.add(name);
  });
  environmentFiles.forEach(({ type, value = "" }, index) => {
    const path = `environmentFiles[${index}]`;
    checkWord(type ?? "", ["s3"], `${path}.type`, add);
    const must = environmentFile(value);
    if (must !== undefined) add(`${path}.value`, `must ${must}; got ${show(value)}`);
  });
}

function checkHealth({ healthCheck: check }: ContainerDefinition, add: AddProblem): void {
  if (check === undefined) return;
  const { command = [] } = check;
  const [how, ...rest] = command;
  if (how === undefined || ((how === "CMD" || how === "CMD-SHELL") && rest.length === 0)) {
    add("healthCheck.command", 'must have a command, after "CMD" or "CMD-SHELL"; got none');
  }
  const seconds = { interval: [5, 300], timeout: [2, 60], startPeriod: [0, 300] } as const;
  for (const member of ["interval", "timeout", "startPeriod"] as const) {
    const [min, max] = seconds[member];
    checkRange(check[member], { min, max, unit: " s" }, `healthCheck.${member}`, add);
  }
  checkRange(check.retries, { min: 1, max: 10 }, "healthCheck.retries", add);
}

function checkRestart({ restartPolicy: policy }: ContainerDefinition, add: AddProblem): void {
  if (policy === undefined) return;
  if (policy.enabled === undefined) {
    add("restartPolicy.enabled", "must be true or false; got nothing");
  }
  const path = "restartPolicy.restartAttemptPeriod";
  checkRange(policy.restartAttemptPeriod, { min: 60, max: 1_800, unit: " s" }, path, add);
}

function checkUlimits({ ulimits = [] }: ContainerDefinition, add: AddProblem): void {
  ulimits.forEach(({ name, softLimit, hardLimit }, index) => {
    const path = `ulimits[${index}]`;
    checkWord(name ?? "", limits, `${path}.name`, add);
    for (const [member, value] of Object.entries({ softLimit, hardLimit })) {
      if (value === undefined) add(`${path}.${member}`, "must be set; got nothing");
    }
    if (softLimit === undefined || hardLimit === undefined || hardLimit === -1) return;
    if (softLimit !== -1 && softLimit <= hardLimit) return;
    add(`${path}.softLimit`, `must be at most hardLimit = ${hardLimit}; got ${softLimit}`);
  });
}

function checkLinux({ linuxParameters: linux }: ContainerDefinition, add: AddProblem): void {
  linux?.devices?.forEach(({ hostPath, permissions = [] }, index) => {
    const path = `linuxParameters.devices[${index}]`;
    checkSet(hostPath, `${path}.hostPath`, add);
    permissions.forEach((permission, place) =>
      checkWord(permission, ["read", "write", "mknod"], `${path}.permissions[${place}]`, add)
    );
  });
  linux?.tmpfs?.forEach(({ containerPath, size }, index) => {
    const path = `linuxParameters.tmpfs[${index}]`;
    if (!containerPath?.startsWith("/")) {
      add(`${path}.containerPath`, `must be an absolute path; got ${show(containerPath ?? "")}`);
    }
    if (size === undefined) add(`${path}.size`, "must be set; got nothing");
    checkRange(size, { min: 1, unit: " MiB" }, `${path}.size`, add);
  });
  checkRange(linux?.maxSwap, { min: 0, unit: " MiB" }, "linuxParameters.maxSwap", add);
  checkRange(linux?.swappiness, { min: 0, max: 100 }, "linuxParameters.swappiness", add);
}

function checkResources({ resourceRequirements = [] }: ContainerDefinition, add: AddProblem): void {
  resourceRequirements.forEach(({ type, value, sharingStrategy }, index) => {
    const path = `resourceRequirements[${index}]`;
    if (type === "InferenceAccelerator") {
      add(`${path}.type`, 'must be "GPU" or "NeuronDevice": AWS no longer has Elastic Inference');
      return;
    }
    checkWord(type ?? "", ["GPU", "NeuronDevice"], `${path}.type`, add);
    if (sharingStrategy !== undefined) {
      if (value !== undefined) add(`${path}.value`, "must be left out beside a sharingStrategy");
      return;
    }
    const right = type === "GPU" ? /^([1-9][0-9]*|ALL)$/ : /^ALL$/;
    if (right.test(value ?? "")) return;
    const words = type === "GPU" ? 'a number of GPUs or "ALL"' : '"ALL"';
    add(`${path}.value`, `must be ${words}; got ${show(value ?? "")}`);
  });
}
