/** The part of the AWS SDK that the driver uses; `client.ts` loads it when ECS is first called. */
export {
  DeregisterTaskDefinitionCommand,
  DescribeClustersCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  TagResourceCommand,
} from "@aws-sdk/client-ecs";
export { parseXML } from "@aws-sdk/xml-builder";
export { BufferedHttpHandler } from "./http_handler.ts";
export { SignatureV4 } from "@smithy/signature-v4";
export { fromNodeProviderChain, fromTemporaryCredentials } from "@aws-sdk/credential-providers";
