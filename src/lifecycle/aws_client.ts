import type { ECSClient } from "@aws-sdk/client-ecs";
import { describeNetworkInterface } from "./ec2_client.ts";
import type { Role } from "./scope.ts";
import type { EcsOperations, EcsTarget } from "./ecs_operations.ts";

/** Name of a role's session, as CloudTrail shows it, where the configuration has none. */
const defaultSessionName = "nomad-driver-ecs";

type Sdk = typeof import("./aws_sdk.ts");

/** What names the driver in AWS's own logs. */
export type UserAgent = { readonly name: string; readonly version: string };

/**
 * ECS operations through the AWS SDK. The SDK is loaded on the first call: it takes longer to load
 * than everything else that a plugin does before its handshake. Its own retries are off, because
 * the driver's know which calls matter and share one ceiling on the rate of calls.
 */
export function awsEcs(target: EcsTarget, userAgent: UserAgent): EcsOperations {
  let loaded: Promise<{ sdk: Sdk; client: ECSClient }> | undefined;
  const load = () =>
    loaded ??= import("./aws_sdk.ts").then((sdk) => {
      const { region, endpoint, role, profile } = target;
      const own = {
        ...(region === undefined ? {} : { region }),
        ...(profile === undefined ? {} : { profile }),
      };
      const client = new sdk.ECSClient({
        ...own,
        ...(endpoint === undefined ? {} : { endpoint }),
        ...(role === undefined ? {} : { credentials: assumed(sdk, role, own) }),
        maxAttempts: 1,
        customUserAgent: [[userAgent.name, userAgent.version]],
      });
      // It walks every answer to hide what is sensitive in it, even where nothing is logged.
      client.middlewareStack.remove("loggerMiddleware");
      return { sdk, client };
    });

  return {
    deregisterTaskDefinition: async (input, abortSignal) => {
      const { sdk, client } = await load();
      return await client.send(new sdk.DeregisterTaskDefinitionCommand(input), { abortSignal });
    },
    listTaskDefinitions: async (input, abortSignal) => {
      const { sdk, client } = await load();
      return await client.send(new sdk.ListTaskDefinitionsCommand(input), { abortSignal });
    },
    registerTaskDefinition: async (input, abortSignal) => {
      const { sdk, client } = await load();
      return await client.send(new sdk.RegisterTaskDefinitionCommand(input), { abortSignal });
    },
    describeClusters: async (input, abortSignal) => {
      const { sdk, client } = await load();
      return await client.send(new sdk.DescribeClustersCommand(input), { abortSignal });
    },
    describeTaskDefinition: async (input, abortSignal) => {
      const { sdk, client } = await load();
      return await client.send(new sdk.DescribeTaskDefinitionCommand(input), { abortSignal });
    },
    describeTasks: async (input, abortSignal) => {
      const { sdk, client } = await load();
      return await client.send(new sdk.DescribeTasksCommand(input), { abortSignal });
    },
    describeNetworkInterfaces: async ({ networkInterfaceId }, abortSignal) => {
      const { sdk, client } = await load();
      return await describeNetworkInterface(sdk, client, networkInterfaceId, abortSignal);
    },
    listTasks: async (input, abortSignal) => {
      const { sdk, client } = await load();
      return await client.send(new sdk.ListTasksCommand(input), { abortSignal });
    },
    runTask: async (input, abortSignal) => {
      const { sdk, client } = await load();
      return await client.send(new sdk.RunTaskCommand(input), { abortSignal });
    },
    stopTask: async (input, abortSignal) => {
      const { sdk, client } = await load();
      return await client.send(new sdk.StopTaskCommand(input), { abortSignal });
    },
    tagResource: async (input, abortSignal) => {
      const { sdk, client } = await load();
      return await client.send(new sdk.TagResourceCommand(input), { abortSignal });
    },
  };
}

/** Credentials of a role, renewed before they end. */
function assumed(
  { fromTemporaryCredentials }: Sdk,
  { arn, externalId, sessionName }: Role,
  clientConfig: { region?: string; profile?: string },
) {
  return fromTemporaryCredentials({
    params: {
      RoleArn: arn,
      RoleSessionName: sessionName ?? defaultSessionName,
      ...(externalId === undefined ? {} : { ExternalId: externalId }),
    },
    clientConfig,
  });
}
