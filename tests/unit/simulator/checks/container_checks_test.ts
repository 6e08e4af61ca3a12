import type { Input } from "../../../../demo/simulator/request/input.ts";
import {
  awslogs,
  containers,
  ec2,
  linux,
  logs,
  mps,
  refuses,
  register,
  resource,
  secret,
} from "../../../harness/simulator_definitions.ts";

const invalid = "InvalidParameterException";
const health = (healthCheck: Input) =>
  ec2({ healthCheck: { command: ["CMD", "x"], ...healthCheck } });
const ulimit = (...ulimits: Input[]) => ec2({ ulimits });

refuses("RegisterTaskDefinition refuses wrong variables and secrets", {
  "a variable without a name": [
    ec2({ environment: [{ value: "1" }] }),
    "cannot be null or blank",
  ],
  "a variable twice": [
    ec2({ environment: [{ name: "A", value: "1" }, { name: "A", value: "2" }] }),
    "Environment variable 'A' is specified more than once",
  ],
  "a secret that is a variable": [
    ec2({ environment: [{ name: "TOKEN", value: "1" }], secrets: [secret] }),
    "The secret name must be unique and not shared",
  ],
  "a secret twice": [ec2({ secrets: [secret, secret] }), "such as 'TOKEN'"],
  "a secret from nowhere": [
    ec2({ secrets: [{ name: "TOKEN" }] }),
    "Secret name and valueFrom cannot be null",
  ],
  "a secret from an odd place": [
    ec2({ secrets: [{ name: "TOKEN", valueFrom: "arn:aws:s3:::bucket/key" }] }),
    "Invalid valueFrom setting for secret 'TOKEN'",
  ],
  "a secret that nobody may read": [ec2({ secrets: [secret] }), "also specify a value for"],
  "a log's secret that nobody may read": [
    ec2({
      logConfiguration: {
        logDriver: "splunk",
        options: { "splunk-url": "https://splunk" },
        secretOptions: [{ ...secret, name: "splunk-token" }],
      },
    }),
    "also specify a value for 'executionRoleArn'",
  ],
  "credentials that nobody may read": [
    ec2({ repositoryCredentials: { credentialsParameter: "registry" } }),
    "Private repository authentication requires",
  ],
  "a file of another type": [
    ec2({ environmentFiles: [{ type: "http", value: "arn:aws:s3:::bucket/a.env" }] }),
    "type must be one of s3",
    invalid,
  ],
  "a file without a type": [
    ec2({ environmentFiles: [{ value: "arn:aws:s3:::bucket/a.env" }] }),
    "type cannot be null",
  ],
  "a file by URL": [
    ec2({ environmentFiles: [{ type: "s3", value: "s3://bucket/a.env" }] }),
    "Invalid arn syntax",
  ],
  "a file of another extension": [
    ec2({ environmentFiles: [{ type: "s3", value: "arn:aws:s3:::bucket/a.txt" }] }),
    "must have the extension .env",
  ],
  "eleven files": [
    ec2({
      environmentFiles: Array(11).fill({ type: "s3", value: "arn:aws:s3:::bucket/a.env" }),
    }),
    "The maximum number of environment files was exceeded",
  ],
});

refuses("RegisterTaskDefinition refuses wrong health checks, restarts and limits", {
  "no command": [health({ command: [] }), "must have a command"],
  "a kind of command alone": [health({ command: ["CMD-SHELL"] }), "must have a command"],
  "an interval of 4 s": [health({ interval: 4 }), "Health check interval"],
  "an interval of 301 s": [health({ interval: 301 }), "between 5 and 300"],
  "a timeout of 1 s": [health({ timeout: 1 }), "between 2 and 60"],
  "a timeout of 61 s": [health({ timeout: 61 }), "between 2 and 60"],
  "no retry": [health({ retries: 0 }), "between 1 and 10"],
  "eleven retries": [health({ retries: 11 }), "between 1 and 10"],
  "a start of 301 s": [health({ startPeriod: 301 }), "between 0 and 300"],
  "a start timeout of 1 s": [ec2({ startTimeout: 1 }), "'startTimeout' setting"],
  "a stop timeout of 1 s": [ec2({ stopTimeout: 1 }), "'stopTimeout' setting"],
  "a restart policy that says nothing": [ec2({ restartPolicy: {} }), "whether it is enabled"],
  "a restart after 59 s": [
    ec2({ restartPolicy: { enabled: true, restartAttemptPeriod: 59 } }),
    "must be between 60 and 1800",
  ],
  "51 exit codes": [
    ec2({ restartPolicy: { enabled: true, ignoredExitCodes: Array(51).fill(1) } }),
    "at most 50 exit codes",
  ],
  "half a ulimit": [ulimit({ name: "nofile", softLimit: 1 }), "must have a name, a softLimit"],
  "a soft limit over the hard one": [
    ulimit({ name: "nofile", softLimit: 2, hardLimit: 1 }),
    "Soft limit exceeds hard limit for ulimit nofile",
  ],
  "no soft limit under a hard one": [
    ulimit({ name: "nofile", softLimit: -1, hardLimit: 1 }),
    "Soft limit exceeds hard limit for ulimit nofile",
  ],
  "a negative limit": [
    ulimit({ name: "nofile", softLimit: -2, hardLimit: 1 }),
    "Invalid limit for ulimit nofile",
  ],
});

refuses("RegisterTaskDefinition refuses wrong devices, parameters of Linux and security", {
  "a capability that there is not": [
    ec2(linux({ capabilities: { drop: ["FLY"] } })),
    "Invalid Linux capability 'FLY'",
  ],
  "a device without a path": [ec2(linux({ devices: [{}] })), "Device.hostPath cannot be null"],
  "a tmpfs at a relative path": [
    ec2(linux({ tmpfs: [{ containerPath: "tmp", size: 1 }] })),
    "must be an absolute path",
  ],
  "a tmpfs of no size": [ec2(linux({ tmpfs: [{ containerPath: "/t" }] })), "size cannot be null"],
  "a tmpfs with an odd option": [
    ec2(linux({ tmpfs: [{ containerPath: "/t", size: 1, mountOptions: ["fast"] }] })),
    "Invalid tmpfs mount option 'fast'",
  ],
  "swappiness of 101": [ec2(linux({ maxSwap: 1, swappiness: 101 })), "between 0 and 100"],
  "negative swap": [ec2(linux({ maxSwap: -1 })), "'maxSwap' setting"],
  "no GPU": [ec2(resource({ type: "GPU", value: "0" })), "Invalid value '0' for resource GPU"],
  "half a GPU": [ec2(resource({ type: "GPU", value: "0.5" })), "Invalid value '0.5'"],
  "GPUs of no number": [ec2(resource({ type: "GPU" })), "value cannot be null"],
  "a GPU whole and shared": [
    ec2(resource({ type: "GPU", value: "1", sharingStrategy: mps })),
    "Specify either a value or a sharingStrategy",
  ],
  "GPUs whole and shared side by side": [
    containers({
      a: resource({ type: "GPU", value: "1" }),
      b: resource({ type: "GPU", sharingStrategy: mps }),
    }),
    "must use the same sharingStrategy",
  ],
  "one Neuron device": [
    ec2(resource({ type: "NeuronDevice", value: "1" })),
    "Invalid value '1' for resource NeuronDevice",
  ],
  "Neuron devices in two containers": [
    containers({
      a: resource({ type: "NeuronDevice", value: "ALL" }),
      b: resource({ type: "NeuronDevice", value: "ALL" }),
    }),
    "Only one container in a task can specify NeuronDevice",
  ],
  "Neuron devices on EC2": [
    ec2(resource({ type: "NeuronDevice", value: "ALL" }), { requiresCompatibilities: ["EC2"] }),
    "only supported on Managed Instances",
  ],
  "an accelerator that the task has not": [
    ec2(resource({ type: "InferenceAccelerator", value: "eia" })),
    "one of the task's inferenceAccelerators",
  ],
  "accelerators that are no more": [
    ec2({}, { inferenceAccelerators: [{ deviceName: "eia", deviceType: "eia2.medium" }] }),
    "Unsupported field 'inferenceAccelerators'",
  ],
  "a kernel parameter of no namespace": [
    ec2({ systemControls: [{ namespace: "vm.swappiness", value: "1" }] }),
    "Invalid systemControls namespace 'vm.swappiness'",
  ],
  "the host's network parameter": [
    ec2({ systemControls: [{ namespace: "net.core.somaxconn", value: "1" }] }, {
      networkMode: "host",
    }),
    "not supported when networkMode=host",
  ],
  "the host's IPC parameter": [
    ec2({ systemControls: [{ namespace: "kernel.msgmax", value: "1" }] }, { ipcMode: "host" }),
    "not supported when ipcMode=host",
  ],
  "an odd security option": [
    ec2({ dockerSecurityOptions: ["seccomp"] }),
    "Invalid dockerSecurityOptions setting 'seccomp'",
  ],
  "two credential specs": [
    ec2({ credentialSpecs: Array(2).fill("credentialspec:arn:aws:s3:::bucket/spec") }),
    "at most 1 credentialSpecs",
  ],
  "eleven placement constraints": [
    ec2({}, { placementConstraints: Array(11).fill({ type: "memberOf", expression: "x" }) }),
    "at most 10 items",
  ],
  "a placement constraint that says nothing": [
    ec2({}, { placementConstraints: [{ type: "memberOf" }] }),
    "Expression cannot be empty",
  ],
  "a proxy that is no container": [
    ec2({}, { proxyConfiguration: { containerName: "envoy" } }),
    "The proxy container does not exist",
  ],
});

refuses("RegisterTaskDefinition refuses wrong logs", {
  "awslogs without a group": [
    ec2(logs("awslogs", { "awslogs-region": "us-east-1" })),
    "Log driver awslogs requires options: awslogs-group",
  ],
  "awslogs without a region": [
    ec2(logs("awslogs", { "awslogs-group": "g" })),
    "Log driver awslogs requires options: awslogs-region",
  ],
  "splunk without a token": [
    ec2(logs("splunk", { "splunk-url": "https://splunk" })),
    "Log driver splunk requires options: splunk-token",
  ],
  "two ways to find a message's start": [
    ec2(logs("awslogs", {
      ...awslogs,
      "awslogs-datetime-format": "%Y",
      "awslogs-multiline-pattern": "^x",
    })),
    "not both",
  ],
  "an odd mode": [ec2(logs("json-file", { mode: "eager" })), "mode must be one of", invalid],
  "awsfirelens without a router": [
    ec2(logs("awsfirelens")),
    "a firelens configuration object must be specified",
  ],
  "two routers": [
    containers({
      a: { firelensConfiguration: { type: "fluentbit" } },
      b: { firelensConfiguration: { type: "fluentd" } },
    }),
    "Only one container can have a firelens configuration",
  ],
});

Deno.test("RegisterTaskDefinition accepts a health check command without CMD", () => {
  register(health({ command: ["/healthcheck"] }));
});
