import { clientException } from "../request/aws_error.ts";
import { type Input, object, objects, optionalString, word } from "../request/input.ts";

/** Log drivers of ECS. */
const drivers = [
  "awslogs",
  "fluentd",
  "gelf",
  "journald",
  "json-file",
  "splunk",
  "syslog",
  "awsfirelens",
] as const;

/** Options that a log driver requires. */
const needed: Partial<Record<typeof drivers[number], readonly string[]>> = {
  awslogs: ["awslogs-group", "awslogs-region"],
  splunk: ["splunk-url", "splunk-token"],
};

/** Refuses log configurations that no launch type accepts, and FireLens without its one router. */
export function checkLogs(containers: readonly Input[]): void {
  for (const container of containers) {
    const logs = object(container, "logConfiguration");
    if (logs !== undefined) checkLog(logs, containers);
  }
  const routers = containers.map((one) => object(one, "firelensConfiguration"))
    .filter((router) => router !== undefined);
  if (routers.length > 1) {
    throw clientException("Only one container can have a firelens configuration.");
  }
  for (const router of routers) {
    if (word(router, "type", ["fluentd", "fluentbit"]) === undefined) {
      throw clientException("FirelensConfiguration.type cannot be null.");
    }
    const options = object(router, "options") ?? {};
    const type = word(options, "config-file-type", ["s3", "file"]);
    if (type === "s3" && !/^arn:aws[a-z-]*:s3:::[^/]+\/.+/.test(fileOf(options))) {
      throw clientException("Invalid arn syntax.");
    }
  }
}

function checkLog(logs: Input, containers: readonly Input[]): void {
  const driver = word(logs, "logDriver", drivers);
  if (driver === undefined) throw clientException("LogConfiguration.logDriver cannot be null.");
  const options = object(logs, "options") ?? {};
  const secret = objects(logs, "secretOptions").map((option) => option["name"]);
  const missing = (needed[driver] ?? []).filter((key) => !options[key] && !secret.includes(key));
  if (missing.length > 0) {
    throw clientException(`Log driver ${driver} requires options: ${missing.join(", ")}`);
  }
  if (options["awslogs-datetime-format"] && options["awslogs-multiline-pattern"]) {
    throw clientException(
      "Log driver awslogs takes awslogs-datetime-format or awslogs-multiline-pattern, not both.",
    );
  }
  word(options, "mode", ["blocking", "non-blocking"]);
  const routed = containers.some((one) => object(one, "firelensConfiguration") !== undefined);
  if (driver === "awsfirelens" && !routed) {
    throw clientException(
      "When awsfirelens log driver is specified in log configuration, a firelens configuration " +
        "object must be specified.",
    );
  }
}

function fileOf(options: Input): string {
  return optionalString(options, "config-file-value") ?? "";
}
