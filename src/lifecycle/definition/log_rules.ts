import type {
  FirelensConfiguration,
  LogConfiguration,
  RegisterTaskDefinitionCommandInput,
} from "@aws-sdk/client-ecs";
import type { AddProblem } from "../../config/field.ts";
import { show } from "../../config/show.ts";
import { checkSet, checkWord } from "./value_rules.ts";

const drivers = [
  "awsfirelens",
  "awslogs",
  "fluentd",
  "gelf",
  "journald",
  "json-file",
  "splunk",
  "syslog",
];

/** Options without which a log driver does nothing. They may be secret options. */
const neededOptions: Readonly<Record<string, readonly string[]>> = {
  awslogs: ["awslogs-group", "awslogs-region"],
  splunk: ["splunk-url", "splunk-token"],
};

/** What ECS would refuse of where containers' output goes. Values of options are never shown. */
export function checkLogs(
  { containerDefinitions = [] }: RegisterTaskDefinitionCommandInput,
  add: AddProblem,
): void {
  const routers = containerDefinitions.filter((container) =>
    container.firelensConfiguration !== undefined
  );
  if (routers.length > 1) {
    const all = routers.map(({ name }) => show(name)).join(" and ");
    add("containerDefinitions", `must have one firelensConfiguration at most; got those of ${all}`);
  }
  containerDefinitions.forEach(({ logConfiguration, firelensConfiguration }, index) => {
    const at = `containerDefinitions[${index}]`;
    if (logConfiguration !== undefined) {
      checkLog(logConfiguration, (path, text) => add(`${at}.logConfiguration.${path}`, text));
    }
    if (firelensConfiguration !== undefined) {
      const here: AddProblem = (path, text) => add(`${at}.firelensConfiguration.${path}`, text);
      checkRouter(firelensConfiguration, here);
    }
    if (logConfiguration?.logDriver === "awsfirelens" && routers.length === 0) {
      add(
        `${at}.logConfiguration.logDriver`,
        '= "awsfirelens" needs a container with a firelensConfiguration; there is none',
      );
    }
  });
}

function checkLog(
  { logDriver, options = {}, secretOptions = [] }: LogConfiguration,
  add: AddProblem,
) {
  checkWord(logDriver ?? "", drivers, "logDriver", add);
  secretOptions.forEach(({ name, valueFrom }, index) => {
    checkSet(name, `secretOptions[${index}].name`, add);
    checkSet(valueFrom, `secretOptions[${index}].valueFrom`, add);
  });
  const given = new Set([...Object.keys(options), ...secretOptions.map(({ name }) => name)]);
  const missing = (neededOptions[logDriver ?? ""] ?? []).filter((name) => !given.has(name));
  if (missing.length > 0) {
    add("options", `must have ${missing.join(" and ")}, which ${logDriver} needs`);
  }
  if (given.has("awslogs-datetime-format") && given.has("awslogs-multiline-pattern")) {
    add("options", "must have awslogs-datetime-format or awslogs-multiline-pattern; got both");
  }
  checkWord(options["mode"], ["blocking", "non-blocking"], "options.mode", add);
}

function checkRouter({ type, options = {} }: FirelensConfiguration, add: AddProblem): void {
  checkWord(type ?? "", ["fluentd", "fluentbit"], "type", add);
  const fileType = options["config-file-type"];
  checkWord(fileType, ["file", "s3"], "options.config-file-type", add);
  const file = options["config-file-value"] ?? "";
  if (fileType === "s3" && !/^arn:aws[a-z-]*:s3:::[^/]+\/.+/.test(file)) {
    add("options.config-file-value", `must be the ARN of an object in S3; got ${show(file)}`);
  }
}
