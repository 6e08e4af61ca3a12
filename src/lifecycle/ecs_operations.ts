import type {
  DescribeClustersCommandInput,
  DescribeClustersCommandOutput,
  DescribeTaskDefinitionCommandInput,
  DescribeTaskDefinitionCommandOutput,
  DescribeTasksCommandInput,
  DescribeTasksCommandOutput,
  ListTasksCommandInput,
  ListTasksCommandOutput,
  RunTaskCommandInput,
  RunTaskCommandOutput,
  StopTaskCommandInput,
  StopTaskCommandOutput,
  TagResourceCommandInput,
  TagResourceCommandOutput,
} from "@aws-sdk/client-ecs";

/** The ECS operations that the driver calls, as pairs of input and output. */
export type EcsApi = {
  describeClusters: [DescribeClustersCommandInput, DescribeClustersCommandOutput];
  describeTaskDefinition: [DescribeTaskDefinitionCommandInput, DescribeTaskDefinitionCommandOutput];
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

/** Makes the operations of one region; without one, the SDK's own sources decide which. */
export type ConnectEcs = (region: string | undefined) => EcsOperations;
