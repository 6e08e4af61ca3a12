import { assertEquals } from "@std/assert";
import type { Input } from "../../../../demo/simulator/request/input.ts";
import {
  assertRefused,
  containers,
  ec2,
  fargate,
  linux,
  logs,
  ports,
  refuses,
  register,
  resource,
} from "../../../harness/simulator_definitions.ts";

const invalid = "InvalidParameterException";
const serialization = "SerializationException";
const ulimit = (...ulimits: Input[]) => ec2({ ulimits });

refuses("RegisterTaskDefinition refuses wrong names and images", {
  "no family": [ec2({}, { family: "" }), "Family cannot be null or empty"],
  "a family with a space": [ec2({}, { family: "a b" }), "Family contains invalid characters"],
  "a long family": [ec2({}, { family: "x".repeat(256) }), "Family contains invalid characters"],
  "no container": [ec2({}, { containerDefinitions: [] }), "Container list cannot be empty"],
  "eleven containers": [
    containers(Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`c${index}`, {}]))),
    "Too many containers",
  ],
  "a container without a name": [ec2({ name: "" }), "Container.name should not be null"],
  "a container's odd name": [ec2({ name: "a.b" }), "Container.name contains invalid"],
  "a name twice": [
    ec2({}, { containerDefinitions: [1, 2].map(() => ({ name: "a", image: "b", memory: 8 })) }),
    "Container names must be unique",
  ],
  "no image": [ec2({ image: null }), "Container.image should not be null"],
  "an odd image": [ec2({ image: "busy box" }), "Container.image contains invalid"],
  "a short digest": [ec2({ image: "a@sha256:00" }), "Container.image contains invalid"],
  "nothing essential": [ec2({ essential: false }), "At least one container must be essential"],
  "a role that is none": [ec2({}, { taskRoleArn: "arn:aws:iam::1:user/x" }), "Role is not valid"],
  "an odd execution role": [ec2({}, { executionRoleArn: "a b" }), "Role is not valid"],
});

refuses("RegisterTaskDefinition refuses words that are none of its own", {
  "a compatibility": [ec2({}, { requiresCompatibilities: ["LAMBDA"] }), "EC2, FARGATE", invalid],
  "a network mode": [ec2({}, { networkMode: "nat" }), "networkMode must be one of", invalid],
  "a PID mode": [ec2({}, { pidMode: "none" }), "pidMode must be one of host, task", invalid],
  "an IPC mode": [ec2({}, { ipcMode: "shared" }), "ipcMode must be one of", invalid],
  "a CPU architecture": [
    ec2({}, { runtimePlatform: { cpuArchitecture: "MIPS" } }),
    "cpuArchitecture must be one of X86_64, ARM64",
    invalid,
  ],
  "an operating system": [
    ec2({}, { runtimePlatform: { operatingSystemFamily: "WINDOWS" } }),
    "operatingSystemFamily must be one of LINUX, WINDOWS_SERVER_2016_FULL",
    invalid,
  ],
  "Windows on ARM": [
    ec2({}, {
      runtimePlatform: {
        cpuArchitecture: "ARM64",
        operatingSystemFamily: "WINDOWS_SERVER_2022_CORE",
      },
    }),
    "ARM64 is not supported",
  ],
  "a dependency's condition": [
    containers({ a: { dependsOn: [{ containerName: "b", condition: "READY" }] }, b: {} }),
    "condition must be one of START",
    invalid,
  ],
  "a log driver": [ec2(logs("syslogd")), "logDriver must be one of awslogs", invalid],
  "a version consistency": [ec2({ versionConsistency: "on" }), "versionConsistency", invalid],
  "an application protocol": [
    ec2(ports({ containerPort: 80, appProtocol: "ftp" })),
    "appProtocol must be one of http, http2, grpc",
    invalid,
  ],
  "a ulimit": [
    ulimit({ name: "files", softLimit: 1, hardLimit: 1 }),
    "name must be one",
    invalid,
  ],
  "a resource": [ec2(resource({ type: "FPGA", value: "1" })), "type must be one of GPU", invalid],
  "a router of logs": [
    ec2({ firelensConfiguration: { type: "logstash" } }),
    "fluentbit",
    invalid,
  ],
  "a permission for a device": [
    ec2(linux({ devices: [{ hostPath: "/dev/x", permissions: ["all"] }] })),
    "permission must be one of read, write, mknod",
    invalid,
  ],
  "a volume's scope": [
    ec2({}, { volumes: [{ name: "v", dockerVolumeConfiguration: { scope: "host" } }] }),
    "scope must be one of task, shared",
    invalid,
  ],
  "a proxy": [
    ec2({}, { proxyConfiguration: { type: "ENVOY", containerName: "app" } }),
    "type must be one of APPMESH",
    invalid,
  ],
});

refuses("RegisterTaskDefinition refuses members of another JSON type", {
  "a number for a text": [
    ec2({ image: 1 }),
    "NUMBER_VALUE can not be converted to a String (containerDefinitions[0].image)",
    serialization,
  ],
  "a number for the task's CPU": [ec2({}, { cpu: 256 }), "(cpu)", serialization],
  "a text for a number": [
    ec2({ memory: "128" }),
    "STRING_VALUE can not be converted to an Integer",
    serialization,
  ],
  "a fraction": [ec2({ memory: 0.5 }), "to an Integer", serialization],
  "a text for a truth": [
    ec2({ essential: "true" }),
    "STRING_VALUE can not be converted to a Boolean",
    serialization,
  ],
  "a truth for a text": [ec2({ user: true }), "TRUE_VALUE", serialization],
  "an object for a list": [
    ec2({ environment: { A: "1" } }),
    "Expected list or null (containerDefinitions[0].environment)",
    serialization,
  ],
  "a list for an object": [
    ec2({ logConfiguration: [] }),
    "Expected structure or map",
    serialization,
  ],
  "a list for a text": [ec2({ name: ["a"] }), "Start of list", serialization],
  "an object for a text": [ec2({ name: {} }), "Start of structure", serialization],
  "a number in a map": [
    ec2({ dockerLabels: { a: 1 } }),
    "(containerDefinitions[0].dockerLabels.a)",
    serialization,
  ],
  "nothing in a list": [
    ec2({}, { containerDefinitions: [null] }),
    "(containerDefinitions[0])",
    serialization,
  ],
});

refuses("RegisterTaskDefinition refuses sizes that do not fit", {
  "CPU in words": [ec2({}, { cpu: "one vCPU" }), "Invalid 'cpu' setting for task"],
  "CPU in GB": [ec2({}, { cpu: "1 GB" }), "Invalid 'cpu' setting for task"],
  "a fraction of a unit": [ec2({}, { cpu: ".3 vCPU" }), "Invalid 'cpu' setting for task"],
  "less than an eighth of a vCPU": [ec2({}, { cpu: "127" }), "Invalid 'cpu' setting for task"],
  "more than 192 vCPUs": [ec2({}, { cpu: "193 vCPU" }), "Invalid 'cpu' setting for task"],
  "memory in MB": [ec2({}, { memory: "512 MB" }), "Invalid 'memory' setting for task"],
  "no memory": [ec2({}, { memory: "0" }), "Invalid 'memory' setting for task"],
  "memory nowhere": [
    ec2({ memory: null }),
    "Invalid setting for container 'app'. At least one of 'memory' or 'memoryReservation'",
  ],
  "a container of 5 MiB": [ec2({ memory: 5 }), "'memory' setting for container 'app'"],
  "a reservation of 5 MiB": [ec2({ memoryReservation: 5 }), "'memoryReservation' setting"],
  "a reservation over the limit": [
    ec2({ memoryReservation: 129 }),
    "'memory' must be greater than or equal to 'memoryReservation'",
  ],
  "a container over its task": [
    ec2({ memory: 513 }, { memory: "512" }),
    "The 'memory' setting for container 'app' is greater than for the task",
  ],
  "containers over their task": [
    containers({ a: { memory: 300 }, b: { memory: 300 } }, { memory: "0.5 GB" }),
    "The sum of all container 'memory' values",
  ],
  "CPU over the task's": [
    containers({ a: { cpu: 200 }, b: { cpu: 100 } }, { cpu: ".25 vCPU" }),
    "The sum of all container 'cpu' values",
  ],
  "negative CPU": [ec2({ cpu: -1 }), "'cpu' setting for container 'app' must be at least 0"],
  "20 GiB of storage": [
    fargate({}, { ephemeralStorage: { sizeInGiB: 20 } }),
    "must be between 21 and 200",
  ],
  "201 GiB of storage": [
    fargate({}, { ephemeralStorage: { sizeInGiB: 201 } }),
    "must be between 21 and 200",
  ],
  "storage without a size": [fargate({}, { ephemeralStorage: {} }), "sizeInGiB cannot be null"],
  "storage on EC2": [
    ec2({}, { requiresCompatibilities: ["EC2"], ephemeralStorage: { sizeInGiB: 30 } }),
    "Tasks using the EC2 launch type do not support EphemeralStorage",
  ],
});

Deno.test("sizes are described in CPU units and MiB", () => {
  for (const cpu of ["1024", "1 vCPU", "1vcpu", "1.0 vCPU"]) {
    for (const memory of ["2048", "2 GB", "2GB"]) {
      const described = register(fargate({}, { cpu, memory }));
      assertEquals([described["cpu"], described["memory"]], ["1024", "2048"]);
    }
  }
});

Deno.test("a definition may have 65,536 bytes, its tags not counted", () => {
  const of = (length: number) =>
    ec2({ environment: [{ name: "text", value: "é".repeat(length / 2) }] }, {
      tags: [{ key: "a", value: "b" }],
    });
  const { tags: _tags, ...empty } = of(0);
  const room = 65_536 - new TextEncoder().encode(JSON.stringify(empty)).length;
  const even = room - room % 2;
  register(of(even));
  assertRefused(
    () => register(of(even + 2)),
    "ClientException",
    `Actual length: '${65_536 - room % 2 + 2}'. Max allowed length is '65536' bytes.`,
  );
});
