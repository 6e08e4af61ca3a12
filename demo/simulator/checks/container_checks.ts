import { clientException } from "../request/aws_error.ts";
import {
  bool,
  duplicate,
  type Input,
  object,
  objects,
  optionalString,
  setting,
  strings,
  word,
} from "../request/input.ts";
import { checkLinuxParameters, checkResources, checkUlimits } from "./container_resources.ts";

/** Least MiB of a container, by Docker 20.10. */
const leastMemory = 6;
const imageCharacters = "[A-Za-z0-9\\-_:./#]{1,255}";
const taggedImage = new RegExp(`^${imageCharacters}$`);
const digestedImage = new RegExp(`^${imageCharacters}@sha256:[0-9A-Fa-f]{64}$`);
const secretSource =
  /^(arn:aws[a-z-]*:(secretsmanager|ssm):[a-z0-9-]+:[0-9]{12}:.+|[A-Za-z0-9_.\/-]+)$/;

/** Refuses an invalid container definition, without regard to the rest of the task definition. */
export function checkContainer(container: Input): void {
  const name = optionalString(container, "name") ?? "";
  if (name === "") throw clientException("Container.name should not be null or empty.");
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) {
    throw clientException("Container.name contains invalid characters.");
  }
  checkImage(container);
  const settings = (key: string) => `The '${key}' setting for container '${name}'`;
  setting(container, "cpu", { min: 0, what: settings("cpu") });
  for (const key of ["memory", "memoryReservation"]) {
    setting(container, key, { min: leastMemory, what: settings(key) });
  }
  for (const key of ["startTimeout", "stopTimeout"]) {
    setting(container, key, { min: 2, what: settings(key) });
  }
  const names = checkEnvironment(container);
  checkSecrets(objects(container, "secrets"), names);
  checkSecrets(objects(object(container, "logConfiguration") ?? {}, "secretOptions"), []);
  checkEnvironmentFiles(container);
  checkHealth(container, name);
  checkRestart(container, settings);
  checkUlimits(container);
  checkLinuxParameters(container, name);
  checkResources(container);
  checkSecurity(container);
  word(container, "versionConsistency", ["enabled", "disabled"]);
  for (const { hostname, ipAddress } of objects(container, "extraHosts")) {
    if (!hostname || !ipAddress) {
      throw clientException("Extra hosts must have both a hostname and an ipAddress.");
    }
  }
}

/** Checks the names of environment variables, and returns them. */
export function checkEnvironment(container: Input): string[] {
  const names = objects(container, "environment").map((pair) => optionalString(pair, "name") ?? "");
  if (names.some((name) => name.trim() === "")) {
    throw clientException("Environment variable name cannot be null or blank.");
  }
  const twice = duplicate(names);
  if (twice !== undefined) {
    throw clientException(`Environment variable '${twice}' is specified more than once.`);
  }
  return names;
}

/** Refuses incomplete secrets, and secrets with the name of a variable or of another secret. */
export function checkSecrets(secrets: readonly Input[], taken: readonly string[]): void {
  const names = secrets.map((secret) => {
    const name = optionalString(secret, "name") ?? "";
    const source = optionalString(secret, "valueFrom") ?? "";
    if (name === "" || source === "") {
      throw clientException("Secret name and valueFrom cannot be null or empty.");
    }
    if (!secretSource.test(source)) {
      throw clientException(`Invalid valueFrom setting for secret '${name}'.`);
    }
    return name;
  });
  const shared = names.find((name) => taken.includes(name)) ?? duplicate(names);
  if (shared !== undefined) throw sharedSecretName(shared);
}

/** The error for a secret with the name of another secret or of an environment variable. */
export function sharedSecretName(name: string): Error {
  return clientException(
    "The secret name must be unique and not shared with any new or existing environment " +
      `variables set on the container, such as '${name}'.`,
  );
}

/** Checks the environment files of a definition or of an override. */
export function checkEnvironmentFiles(container: Input): void {
  const files = objects(container, "environmentFiles");
  if (files.length > 10) {
    throw clientException(
      "The maximum number of environment files was exceeded. Specify ten or less and try again.",
    );
  }
  for (const file of files) {
    if (word(file, "type", ["s3"]) === undefined) {
      throw clientException("Environment file type cannot be null.");
    }
    const arn = optionalString(file, "value") ?? "";
    if (!/^arn:aws[a-z-]*:s3:::[^/]+\/.+/.test(arn)) throw clientException("Invalid arn syntax.");
    if (!arn.endsWith(".env")) {
      throw clientException("Environment files must have the extension .env.");
    }
  }
}

function checkImage(container: Input): void {
  const image = optionalString(container, "image") ?? "";
  if (image === "") throw clientException("Container.image should not be null or empty.");
  if (!taggedImage.test(image) && !digestedImage.test(image)) {
    throw clientException("Container.image contains invalid characters.");
  }
  const credentials = object(container, "repositoryCredentials");
  if (credentials !== undefined && !optionalString(credentials, "credentialsParameter")) {
    throw clientException("RepositoryCredentials.credentialsParameter cannot be null or empty.");
  }
}

function checkHealth(container: Input, name: string): void {
  const check = object(container, "healthCheck");
  if (check === undefined) return;
  const [how, ...rest] = strings(check, "command");
  // ECS takes a command without CMD, as published definitions have it.
  if (how === undefined || ((how === "CMD" || how === "CMD-SHELL") && rest.length === 0)) {
    throw clientException(`Health check command for container '${name}' must have a command.`);
  }
  const bounds = {
    interval: [5, 300],
    timeout: [2, 60],
    retries: [1, 10],
    startPeriod: [0, 300],
  } as const;
  for (const [key, [min, max]] of Object.entries(bounds)) {
    setting(check, key, { min, max, what: `Health check ${key} for container '${name}'` });
  }
}

function checkRestart(container: Input, settings: (key: string) => string): void {
  const policy = object(container, "restartPolicy");
  if (policy === undefined) return;
  if (bool(policy, "enabled") === undefined) {
    throw clientException(`${settings("restartPolicy")} must say whether it is enabled.`);
  }
  setting(policy, "restartAttemptPeriod", {
    min: 60,
    max: 1_800,
    what: settings("restartAttemptPeriod"),
  });
  const ignored = policy["ignoredExitCodes"];
  if (Array.isArray(ignored) && ignored.length > 50) {
    throw clientException(`${settings("ignoredExitCodes")} can have at most 50 exit codes.`);
  }
}

function checkSecurity(container: Input): void {
  for (const option of strings(container, "dockerSecurityOptions")) {
    if (!/^(no-new-privileges|(apparmor|label|credentialspec):.+)$/.test(option)) {
      throw clientException(`Invalid dockerSecurityOptions setting '${option}'.`);
    }
  }
  const specs = strings(container, "credentialSpecs");
  if (specs.length > 1) throw clientException("A container can have at most 1 credentialSpecs.");
  for (const spec of specs) {
    if (!/^credentialspec(domainless)?:arn:aws[a-z-]*:(ssm|s3):/.test(spec)) {
      throw clientException(`Invalid credentialSpecs setting '${spec}'.`);
    }
  }
}
