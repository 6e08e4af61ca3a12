import { checkFargate } from "../../../../src/lifecycle/definition/fargate_rules.ts";
import { fargate, first, type Json, refusesEach, takesEach } from "../../../harness/definitions.ts";

const linux = (linuxParameters: Json) => fargate({ linuxParameters });
const logs = (logDriver: string, options: Json = {}) =>
  fargate({ logConfiguration: { logDriver, options } });
const windows = { runtimePlatform: { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" } };

refusesEach("Fargate", {
  "another network mode": [fargate({}, { networkMode: "bridge" }), "networkMode", 'got "bridge"'],
  "no network mode": [fargate({}, { networkMode: undefined }), "networkMode", 'got "bridge"'],
  "an IPC mode": [fargate({}, { ipcMode: "task" }), "ipcMode"],
  "the host's processes": [fargate({}, { pidMode: "host" }), "pidMode", 'must be "task"'],
  "shared processes on Windows": [
    fargate({}, { pidMode: "task", ...windows }),
    "pidMode",
    "Windows",
  ],
  "placement": [
    fargate({}, { placementConstraints: [{ type: "memberOf", expression: "x" }] }),
    "placementConstraints",
  ],
  "a folder of the host": [
    fargate({}, { volumes: [{ name: "a", host: { sourcePath: "/data" } }] }),
    "volumes[0].host.sourcePath",
  ],
  "a Docker volume": [
    fargate({}, { volumes: [{ name: "a", dockerVolumeConfiguration: {} }] }),
    "volumes[0].dockerVolumeConfiguration",
  ],
  "FSx for Windows": [
    fargate({}, { volumes: [{ name: "a", fsxWindowsFileServerVolumeConfiguration: {} }] }),
    "volumes[0].fsxWindowsFileServerVolumeConfiguration",
  ],
  "root on the host": [fargate({ privileged: true }), `${first}.privileged`],
  "no network for a container": [
    fargate({ disableNetworking: true }),
    `${first}.disableNetworking`,
  ],
  "security options": [
    fargate({ dockerSecurityOptions: ["no-new-privileges"] }),
    `${first}.dockerSecurityOptions`,
  ],
  "a GPU": [
    fargate({ resourceRequirements: [{ type: "GPU", value: "1" }] }),
    `${first}.resourceRequirements`,
  ],
  "a device": [linux({ devices: [{ hostPath: "/dev/x" }] }), `${first}.linuxParameters.devices`],
  "shared memory": [linux({ sharedMemorySize: 64 }), `${first}.linuxParameters.sharedMemorySize`],
  "swap": [linux({ maxSwap: 1 }), `${first}.linuxParameters.maxSwap`],
  "a capability": [
    linux({ capabilities: { add: ["SYS_PTRACE", "NET_ADMIN"] } }),
    `${first}.linuxParameters.capabilities.add[1]`,
    'got "NET_ADMIN"',
  ],
  "a stop that takes too long": [
    fargate({ stopTimeout: 121 }),
    `${first}.stopTimeout`,
    "from 2 s to 120 s on Fargate; got 121 s",
  ],
  "a log driver of instances": [
    logs("syslog"),
    `${first}.logConfiguration.logDriver`,
    'got "syslog"',
  ],
  "logs without a prefix": [
    logs("awslogs", { "awslogs-group": "g", "awslogs-region": "r" }),
    `${first}.logConfiguration.options`,
    "awslogs-stream-prefix",
  ],
  "a log router's configuration in S3": [
    fargate({
      firelensConfiguration: { type: "fluentbit", options: { "config-file-type": "s3" } },
    }),
    `${first}.firelensConfiguration.options.config-file-type`,
    'must be "file" on Fargate',
  ],
}, checkFargate);

takesEach("Fargate", {
  "shared processes": fargate({}, { pidMode: "task" }),
  "empty lists and false": fargate({
    privileged: false,
    dockerSecurityOptions: [],
    resourceRequirements: [],
    linuxParameters: {
      devices: [],
      initProcessEnabled: true,
      capabilities: { add: ["SYS_PTRACE"] },
    },
  }, { placementConstraints: [], volumes: [{ name: "a", host: {} }] }),
}, checkFargate);
