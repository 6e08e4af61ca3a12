import { assert } from "@std/assert";
import { checkLogs } from "../../../../src/lifecycle/definition/log_rules.ts";
import {
  containers,
  first,
  type Json,
  onInstances,
  problemsOf,
  refusesEach,
  takesEach,
} from "../../../harness/definitions.ts";

const logs = (logDriver: string, options: Json = {}, more: Json = {}) =>
  onInstances({ logConfiguration: { logDriver, options, ...more } });
const router = (type: string, options: Json = {}) =>
  onInstances({ firelensConfiguration: { type, options } });
const awslogs = { "awslogs-group": "g", "awslogs-region": "r" };

refusesEach("logs", {
  "a driver that is none": [logs("cloudwatch"), `${first}.logConfiguration.logDriver`, '"awslogs"'],
  "no group and no region": [
    logs("awslogs"),
    `${first}.logConfiguration.options`,
    "awslogs-group and awslogs-region, which awslogs needs",
  ],
  "two ways to tell lines apart": [
    logs("awslogs", {
      ...awslogs,
      "awslogs-datetime-format": "x",
      "awslogs-multiline-pattern": "y",
    }),
    `${first}.logConfiguration.options`,
    "got both",
  ],
  "a mode that is none": [
    logs("json-file", { mode: "async" }),
    `${first}.logConfiguration.options.mode`,
    '"blocking", "non-blocking"',
  ],
  "a secret option of nowhere": [
    logs("splunk", { "splunk-url": "x" }, { secretOptions: [{ name: "splunk-token" }] }),
    `${first}.logConfiguration.secretOptions[0].valueFrom`,
  ],
  "a router that there is not": [
    logs("awsfirelens"),
    `${first}.logConfiguration.logDriver`,
    "firelensConfiguration",
  ],
  "two routers": [
    onInstances(
      {},
      containers({
        a: { firelensConfiguration: { type: "fluentbit" } },
        b: { firelensConfiguration: { type: "fluentd" } },
      }),
    ),
    "containerDefinitions",
    '"a" and "b"',
  ],
  "a router of another kind": [
    router("vector"),
    `${first}.firelensConfiguration.type`,
    '"fluentd", "fluentbit"',
  ],
  "a configuration of another kind": [
    router("fluentbit", { "config-file-type": "ssm" }),
    `${first}.firelensConfiguration.options.config-file-type`,
  ],
  "a configuration that is not in S3": [
    router("fluentbit", { "config-file-type": "s3", "config-file-value": "/fluent.conf" }),
    `${first}.firelensConfiguration.options.config-file-value`,
    "ARN of an object in S3",
  ],
}, checkLogs);

takesEach("logs", {
  "a token that is a secret": logs("splunk", { "splunk-url": "x" }, {
    secretOptions: [{ name: "splunk-token", valueFrom: "arn" }],
  }),
  "a router": onInstances(
    {},
    containers({
      router: { firelensConfiguration: { type: "fluentbit" } },
      app: { logConfiguration: { logDriver: "awsfirelens" } },
    }),
  ),
  "a configuration in S3": router("fluentbit", {
    "config-file-type": "s3",
    "config-file-value": "arn:aws:s3:::bucket/fluent.conf",
  }),
}, checkLogs);

Deno.test("no option's value is shown", () => {
  const options = { "splunk-token": "canary" };
  const problems = problemsOf((add) => checkLogs(logs("splunk", options), add));
  assert(problems.length === 1 && !problems.join().includes("canary"), problems.join());
});
