/** The part of the SDK's package for ECS that the driver uses: its bundle holds no more of it. */
export {
  DeregisterTaskDefinitionCommand,
  DescribeClustersCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ExecuteCommandCommand,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RegisterTaskDefinitionRequest$,
  RunTaskCommand,
  RunTaskRequest$,
  StopTaskCommand,
  TagResourceCommand,
} from "@aws-sdk/client-ecs";
