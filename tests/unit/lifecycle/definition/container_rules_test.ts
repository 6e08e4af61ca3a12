import { checkContainer } from "../../../../src/lifecycle/definition/container_rules.ts";
import { type Json, onInstances, refusesEach, takesEach } from "../../../harness/definitions.ts";
import type { RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import type { AddProblem } from "../../../../src/config/field.ts";

function check({ containerDefinitions = [] }: RegisterTaskDefinitionCommandInput, add: AddProblem) {
  for (const container of containerDefinitions) checkContainer(container, add);
}
const one = (container: Json) => onInstances(container);
const linux = (linuxParameters: Json) => one({ linuxParameters });
const resource = (requirement: Json) => one({ resourceRequirements: [requirement] });

refusesEach("a container", {
  "no name": [one({ name: undefined }), "name", 'got ""'],
  "a name with a dot": [one({ name: "my.app" }), "name", 'got "my.app"'],
  "no image": [one({ image: "" }), "image", 'got ""'],
  "an image that is a placeholder": [one({ image: "<IMAGE1_NAME>" }), "image", "<IMAGE1_NAME>"],
  "an image with a short digest": [one({ image: "web@sha256:abc" }), "image"],
  "negative CPU": [one({ cpu: -1 }), "cpu", "must be at least 0; got -1"],
  "less memory than Docker takes": [one({ memory: 3 }), "memory", "at least 4 MiB; got 3 MiB"],
  "more reserved than there is": [
    one({ memory: 128, memoryReservation: 256 }),
    "memoryReservation",
  ],
  "credentials of no secret": [
    one({ repositoryCredentials: {} }),
    "repositoryCredentials.credentialsParameter",
    "got nothing",
  ],
  "another consistency": [one({ versionConsistency: "on" }), "versionConsistency", '"enabled"'],
  "a variable without a name": [
    one({ environment: [{ name: " ", value: "canary" }] }),
    "environment[0].name",
  ],
  "a secret that is a variable too": [
    one({ environment: [{ name: "A", value: "x" }], secrets: [{ name: "A", valueFrom: "s" }] }),
    "secrets[0].name",
    'got "A" twice',
  ],
  "a secret of nowhere": [one({ secrets: [{ name: "A" }] }), "secrets[0].valueFrom"],
  "a file of variables in no bucket": [
    one({ environmentFiles: [{ type: "s3", value: "arn:aws:s3:::web.env" }] }),
    "environmentFiles[0].value",
    "ends in .env",
  ],
  "a file of variables by another name": [
    one({ environmentFiles: [{ type: "s3", value: "arn:aws:s3:::bucket/app.txt" }] }),
    "environmentFiles[0].value",
    "ends in .env",
  ],
  "a health check without a command": [
    one({ healthCheck: { command: ["CMD-SHELL"] } }),
    "healthCheck.command",
    "got none",
  ],
  "a health check that is too slow": [
    one({ healthCheck: { command: ["CMD", "x"], timeout: 61 } }),
    "healthCheck.timeout",
    "must be from 2 to 60 s; got 61 s",
  ],
  "a health check that is never sure": [
    one({ healthCheck: { command: ["CMD", "x"], retries: 11 } }),
    "healthCheck.retries",
    "must be from 1 to 10; got 11",
  ],
  "a restart policy that does not say whether": [
    one({ restartPolicy: { restartAttemptPeriod: 60 } }),
    "restartPolicy.enabled",
  ],
  "a restart policy in too much of a hurry": [
    one({ restartPolicy: { enabled: true, restartAttemptPeriod: 30 } }),
    "restartPolicy.restartAttemptPeriod",
    "got 30 s",
  ],
  "a limit that is none": [
    one({ ulimits: [{ name: "files", softLimit: 1, hardLimit: 1 }] }),
    "ulimits[0].name",
    '"nofile"',
  ],
  "a soft limit above the hard one": [
    one({ ulimits: [{ name: "nofile", softLimit: 2, hardLimit: 1 }] }),
    "ulimits[0].softLimit",
    "at most hardLimit = 1; got 2",
  ],
  "a device of nowhere": [linux({ devices: [{}] }), "linuxParameters.devices[0].hostPath"],
  "a device to be executed": [
    linux({ devices: [{ hostPath: "/dev/x", permissions: ["execute"] }] }),
    "linuxParameters.devices[0].permissions[0]",
  ],
  "a file system in memory without a size": [
    linux({ tmpfs: [{ containerPath: "/tmp" }] }),
    "linuxParameters.tmpfs[0].size",
  ],
  "a file system in memory at a relative path": [
    linux({ tmpfs: [{ containerPath: "tmp", size: 1 }] }),
    "linuxParameters.tmpfs[0].containerPath",
  ],
  "swappiness beyond all": [linux({ swappiness: 101 }), "linuxParameters.swappiness"],
  "half a GPU": [
    resource({ type: "GPU", value: "0.5" }),
    "resourceRequirements[0].value",
    'a number of GPUs or "ALL"; got "0.5"',
  ],
  "one of several Neuron devices": [
    resource({ type: "NeuronDevice", value: "1" }),
    "resourceRequirements[0].value",
    'must be "ALL"',
  ],
  "Elastic Inference": [
    resource({ type: "InferenceAccelerator", value: "a" }),
    "resourceRequirements[0].type",
    "AWS no longer has",
  ],
  "a number of GPUs that are shared": [
    resource({ type: "GPU", value: "1", sharingStrategy: { nvidiaMps: { memory: 1 } } }),
    "resourceRequirements[0].value",
  ],
  "a host without an address": [
    one({ extraHosts: [{ hostname: "db" }] }),
    "extraHosts[0].ipAddress",
  ],
  "a credential spec that is only an ARN": [
    one({ credentialSpecs: ["arn:aws:ssm:us-east-1:123456789012:parameter/spec"] }),
    "credentialSpecs[0]",
    "credentialspecdomainless:",
  ],
}, check);

takesEach("a container", {
  "an image with tag and digest": one({ image: `web:1@sha256:${"a".repeat(64)}` }),
  "a health check without CMD": one({ healthCheck: { command: ["/healthcheck"] } }),
  "no health check": one({ healthCheck: { command: ["NONE"] } }),
  "no limit of open files": one({ ulimits: [{ name: "nofile", softLimit: -1, hardLimit: -1 }] }),
  "shared GPUs": resource({ type: "GPU", sharingStrategy: { nvidiaMps: { memory: 1 } } }),
  "a credential spec in S3": one({ credentialSpecs: ["credentialspec:arn:aws:s3:::bucket/spec"] }),
  "CPU of 0": one({ cpu: 0 }),
}, check);
