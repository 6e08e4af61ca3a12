import { list, type Shape, stringMap, structure } from "./shape.ts";

const pairs = list(structure({ name: "string", value: "string" }));
const tags = list(structure({ key: "string", value: "string" }));
const secrets = list(structure({ name: "string", valueFrom: "string" }));
const environmentFiles = list(structure({ value: "string", type: "string" }));
const ephemeralStorage = structure({ sizeInGiB: "integer" });
const strings = list("string");

const resourceRequirements = list(structure({
  value: "string",
  type: "string",
  sharingStrategy: structure({
    nvidiaMps: structure({ memory: "integer", maxComputePercent: "integer" }),
  }),
}));

const linuxParameters = structure({
  capabilities: structure({ add: strings, drop: strings }),
  devices: list(structure({ hostPath: "string", containerPath: "string", permissions: strings })),
  initProcessEnabled: "boolean",
  sharedMemorySize: "integer",
  tmpfs: list(structure({ containerPath: "string", size: "integer", mountOptions: strings })),
  maxSwap: "integer",
  swappiness: "integer",
});

const container = structure({
  name: "string",
  image: "string",
  repositoryCredentials: structure({ credentialsParameter: "string" }),
  cpu: "integer",
  memory: "integer",
  memoryReservation: "integer",
  links: strings,
  portMappings: list(structure({
    containerPort: "integer",
    hostPort: "integer",
    protocol: "string",
    name: "string",
    appProtocol: "string",
    containerPortRange: "string",
  })),
  essential: "boolean",
  restartPolicy: structure({
    enabled: "boolean",
    ignoredExitCodes: list("integer"),
    restartAttemptPeriod: "integer",
  }),
  entryPoint: strings,
  command: strings,
  environment: pairs,
  environmentFiles,
  mountPoints: list(structure({
    sourceVolume: "string",
    containerPath: "string",
    readOnly: "boolean",
  })),
  volumesFrom: list(structure({ sourceContainer: "string", readOnly: "boolean" })),
  linuxParameters,
  secrets,
  dependsOn: list(structure({ containerName: "string", condition: "string" })),
  startTimeout: "integer",
  stopTimeout: "integer",
  versionConsistency: "string",
  hostname: "string",
  user: "string",
  workingDirectory: "string",
  disableNetworking: "boolean",
  privileged: "boolean",
  readonlyRootFilesystem: "boolean",
  dnsServers: strings,
  dnsSearchDomains: strings,
  extraHosts: list(structure({ hostname: "string", ipAddress: "string" })),
  dockerSecurityOptions: strings,
  interactive: "boolean",
  pseudoTerminal: "boolean",
  dockerLabels: stringMap,
  ulimits: list(structure({ name: "string", softLimit: "integer", hardLimit: "integer" })),
  logConfiguration: structure({
    logDriver: "string",
    options: stringMap,
    secretOptions: secrets,
  }),
  healthCheck: structure({
    command: strings,
    interval: "integer",
    timeout: "integer",
    retries: "integer",
    startPeriod: "integer",
  }),
  systemControls: list(structure({ namespace: "string", value: "string" })),
  resourceRequirements,
  firelensConfiguration: structure({ type: "string", options: stringMap }),
  credentialSpecs: strings,
});

const volume = structure({
  name: "string",
  host: structure({ sourcePath: "string" }),
  dockerVolumeConfiguration: structure({
    scope: "string",
    autoprovision: "boolean",
    driver: "string",
    driverOpts: stringMap,
    labels: stringMap,
  }),
  efsVolumeConfiguration: structure({
    fileSystemId: "string",
    rootDirectory: "string",
    transitEncryption: "string",
    transitEncryptionPort: "integer",
    authorizationConfig: structure({ accessPointId: "string", iam: "string" }),
  }),
  s3filesVolumeConfiguration: structure({
    fileSystemArn: "string",
    rootDirectory: "string",
    transitEncryptionPort: "integer",
    accessPointArn: "string",
  }),
  fsxWindowsFileServerVolumeConfiguration: structure({
    fileSystemId: "string",
    rootDirectory: "string",
    authorizationConfig: structure({ credentialsParameter: "string", domain: "string" }),
  }),
  configuredAtLaunch: "boolean",
});

/** A RegisterTaskDefinition request. */
export const registerTaskDefinitionShape: Shape = structure({
  family: "string",
  taskRoleArn: "string",
  executionRoleArn: "string",
  networkMode: "string",
  containerDefinitions: list(container),
  volumes: list(volume),
  placementConstraints: list(structure({ type: "string", expression: "string" })),
  requiresCompatibilities: strings,
  cpu: "string",
  memory: "string",
  tags,
  pidMode: "string",
  ipcMode: "string",
  proxyConfiguration: structure({ type: "string", containerName: "string", properties: pairs }),
  inferenceAccelerators: list(structure({ deviceName: "string", deviceType: "string" })),
  ephemeralStorage,
  runtimePlatform: structure({ cpuArchitecture: "string", operatingSystemFamily: "string" }),
  enableFaultInjection: "boolean",
});

const overrides = structure({
  containerOverrides: list(structure({
    name: "string",
    command: strings,
    environment: pairs,
    environmentFiles,
    cpu: "integer",
    memory: "integer",
    memoryReservation: "integer",
    resourceRequirements,
  })),
  cpu: "string",
  inferenceAcceleratorOverrides: list(structure({ deviceName: "string", deviceType: "string" })),
  executionRoleArn: "string",
  memory: "string",
  taskRoleArn: "string",
  ephemeralStorage,
});

/** A RunTask request. */
export const runTaskShape: Shape = structure({
  capacityProviderStrategy: list(structure({
    capacityProvider: "string",
    weight: "integer",
    base: "integer",
  })),
  cluster: "string",
  count: "integer",
  enableECSManagedTags: "boolean",
  enableExecuteCommand: "boolean",
  group: "string",
  launchType: "string",
  networkConfiguration: structure({
    awsvpcConfiguration: structure({
      subnets: strings,
      securityGroups: strings,
      assignPublicIp: "string",
    }),
  }),
  overrides,
  placementConstraints: list(structure({ type: "string", expression: "string" })),
  placementStrategy: list(structure({ type: "string", field: "string" })),
  platformVersion: "string",
  propagateTags: "string",
  referenceId: "string",
  startedBy: "string",
  tags,
  taskDefinition: "string",
  clientToken: "string",
  volumeConfigurations: list(structure({
    name: "string",
    managedEBSVolume: structure({
      encrypted: "boolean",
      kmsKeyId: "string",
      volumeType: "string",
      sizeInGiB: "integer",
      snapshotId: "string",
      volumeInitializationRate: "integer",
      iops: "integer",
      throughput: "integer",
      tagSpecifications: list(structure({
        resourceType: "string",
        tags,
        propagateTags: "string",
      })),
      roleArn: "string",
      terminationPolicy: structure({ deleteOnTermination: "boolean" }),
      filesystemType: "string",
    }),
  })),
});
