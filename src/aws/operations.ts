import type {
  DeregisterTaskDefinitionCommandInput,
  DeregisterTaskDefinitionCommandOutput,
  DescribeClustersCommandInput,
  DescribeClustersCommandOutput,
  DescribeTaskDefinitionCommandInput,
  DescribeTaskDefinitionCommandOutput,
  DescribeTasksCommandInput,
  DescribeTasksCommandOutput,
  ListTaskDefinitionsCommandInput,
  ListTaskDefinitionsCommandOutput,
  ListTasksCommandInput,
  ListTasksCommandOutput,
  RegisterTaskDefinitionCommandInput,
  RegisterTaskDefinitionCommandOutput,
  RunTaskCommandInput,
  RunTaskCommandOutput,
  StopTaskCommandInput,
  StopTaskCommandOutput,
  TagResourceCommandInput,
  TagResourceCommandOutput,
} from "@aws-sdk/client-ecs";
import type { NetworkInterface } from "./ec2.ts";
import type { Role } from "./cluster_ref.ts";

/** The operations that the driver calls, as pairs of input and output. */
export type EcsApi = {
  describeClusters: [DescribeClustersCommandInput, DescribeClustersCommandOutput];
  /** Of EC2; counted and classified as the others. */
  describeNetworkInterfaces: [{ readonly networkInterfaceId: string }, NetworkInterface];
  describeTaskDefinition: [DescribeTaskDefinitionCommandInput, DescribeTaskDefinitionCommandOutput];
  deregisterTaskDefinition: [
    DeregisterTaskDefinitionCommandInput,
    DeregisterTaskDefinitionCommandOutput,
  ];
  listTaskDefinitions: [ListTaskDefinitionsCommandInput, ListTaskDefinitionsCommandOutput];
  registerTaskDefinition: [
    RegisterTaskDefinitionCommandInput,
    RegisterTaskDefinitionCommandOutput,
  ];
  describeTasks: [DescribeTasksCommandInput, DescribeTasksCommandOutput];
  listTasks: [ListTasksCommandInput, ListTasksCommandOutput];
  runTask: [RunTaskCommandInput, RunTaskCommandOutput];
  stopTask: [StopTaskCommandInput, StopTaskCommandOutput];
  tagResource: [TagResourceCommandInput, TagResourceCommandOutput];
};

/** The operations themselves: each a single attempt that rejects with the SDK's error. */
export type EcsOperations = {
  readonly [N in keyof EcsApi]: (
    input: EcsApi[N][0],
    signal: AbortSignal,
  ) => Promise<EcsApi[N][1]>;
};

/** Where ECS is and as whom it is called; what is undefined is left to the SDK's own sources. */
export type EcsTarget = {
  readonly region: string | undefined;
  readonly role: Role | undefined;
  readonly endpoint: string | undefined;
  readonly profile: string | undefined;
};

/** Makes the operations of one target. */
export type ConnectEcs = (target: EcsTarget) => EcsOperations;
