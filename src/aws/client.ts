import type { ECSClient } from "@aws-sdk/client-ecs";
import { describeNetworkInterface } from "./ec2.ts";
import { attemptExpired } from "./caller.ts";
import { toEcsError } from "./error.ts";
import type { EcsOperations, EcsTarget } from "./operations.ts";

/** Name of a role's session, as CloudTrail shows it, where the configuration has none. */
const defaultSessionName = "nomad-driver-ecs";

type Sdk = typeof import("./sdk.ts");

type Made = {
  readonly sdk: Sdk;
  readonly client: ECSClient;
  /** Attempts in a row that were given up without an answer. */
  unanswered: number;
  /** How many times in a row it was refused for its time, and has learned AWS's. */
  corrections: number;
};

/** Keys that AWS calls are signed with. */
export type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
};

/** What every client of this process has in common. */
export type AwsHost = {
  /** Names the driver in AWS's own logs. */
  readonly userAgent: { readonly name: string; readonly version: string };
  /** URLs of other services than ECS. Default: the SDK's own sources decide, for EC2 the region. */
  readonly endpoints?: { readonly ec2?: string | undefined; readonly sts?: string };
  /**
   * Makes the source of this host's credentials in a profile, for one client. Default: the SDK's
   * chain, which reads the process's own environment, the shared files and the metadata services.
   */
  readonly credentials?: (profile: string | undefined) => () => Promise<Credentials>;
};

/**
 * How a source of credentials is asked: with milliseconds to connect and to answer that are far more
 * than it takes, and less than an attempt has.
 */
const credentialRequests = {
  connectionTimeout: 5_000,
  requestTimeout: 10_000,
  throwOnRequestTimeout: true,
};
/**
 * The most clients that learn AWS's time one after the other before a call goes through: STS's for a
 * profile's role, STS's for the configured role, and ECS's.
 */
const mostClocks = 3;
/** Attempts without an answer, in a row, after which the client is made anew. */
const unansweredLimit = 3;

/**
 * ECS operations through the AWS SDK. The SDK is loaded on the first call: it takes longer to load
 * than everything else that a plugin does before its handshake. Its own retries are off, because
 * the driver's know which calls matter and share one ceiling on the rate of calls.
 *
 * The client is made anew when its credentials are refused, as by then others may be in place, and
 * after some attempts that were given up without an answer: all calls of a client wait for the same
 * request for credentials, and the SDK does not give up one that hangs.
 */
export function awsEcs(target: EcsTarget, host: AwsHost): EcsOperations {
  let made: Promise<Made> | undefined;
  const load = () =>
    made ??= import("./sdk.ts").then((sdk) => ({
      sdk,
      client: createClient(sdk, target, host),
      unanswered: 0,
      corrections: 0,
    }));

  const call = async <Output>(
    signal: AbortSignal,
    request: (sdk: Sdk, client: ECSClient) => Promise<Output>,
    service: "ecs" | "ec2" = "ecs",
  ): Promise<Output> => {
    const used = load();
    const own = await used;
    const { sdk, client, corrections } = own;
    let settled = false;
    // Calls under way go on with the client that they have.
    const discard = () => {
      if (made === used) made = undefined;
    };
    const giveUp = () => {
      if (settled || signal.reason !== attemptExpired) return;
      own.unanswered += 1;
      if (own.unanswered >= unansweredLimit) discard();
    };
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      const answer = await request(sdk, client);
      own.unanswered = 0;
      own.corrections = 0;
      return answer;
    } catch (error) {
      if (service === "ecs" && toEcsError(error, "").kind === "credentials") {
        // Where the clock is off, credentials that are refused for themselves are told of likewise.
        if (!isClockCorrected(error) || corrections >= mostClocks) discard();
        else own.corrections = Math.max(own.corrections, corrections + 1);
      }
      throw error;
    } finally {
      settled = true;
      signal.removeEventListener("abort", giveUp);
    }
  };

  return {
    deregisterTaskDefinition: (input, abortSignal) =>
      call(
        abortSignal,
        (sdk, client) =>
          client.send(new sdk.DeregisterTaskDefinitionCommand(input), { abortSignal }),
      ),
    listTaskDefinitions: (input, abortSignal) =>
      call(
        abortSignal,
        (sdk, client) => client.send(new sdk.ListTaskDefinitionsCommand(input), { abortSignal }),
      ),
    registerTaskDefinition: (input, abortSignal) =>
      call(
        abortSignal,
        (sdk, client) => client.send(new sdk.RegisterTaskDefinitionCommand(input), { abortSignal }),
      ),
    describeClusters: (input, abortSignal) =>
      call(
        abortSignal,
        (sdk, client) => client.send(new sdk.DescribeClustersCommand(input), { abortSignal }),
      ),
    describeTaskDefinition: (input, abortSignal) =>
      call(
        abortSignal,
        (sdk, client) => client.send(new sdk.DescribeTaskDefinitionCommand(input), { abortSignal }),
      ),
    describeTasks: (input, abortSignal) =>
      call(
        abortSignal,
        (sdk, client) => client.send(new sdk.DescribeTasksCommand(input), { abortSignal }),
      ),
    describeNetworkInterfaces: ({ networkInterfaceId }, abortSignal) =>
      call(
        abortSignal,
        (sdk, client) => {
          const endpoint = host.endpoints?.ec2;
          return describeNetworkInterface(
            sdk,
            client,
            { id: networkInterfaceId, endpoint },
            abortSignal,
          );
        },
        "ec2", // whose refusals are no reason to let ECS's credentials go
      ),
    listTasks: (input, abortSignal) =>
      call(
        abortSignal,
        (sdk, client) => client.send(new sdk.ListTasksCommand(input), { abortSignal }),
      ),
    runTask: (input, abortSignal) =>
      call(
        abortSignal,
        (sdk, client) => client.send(new sdk.RunTaskCommand(input), { abortSignal }),
      ),
    stopTask: (input, abortSignal) =>
      call(
        abortSignal,
        (sdk, client) => client.send(new sdk.StopTaskCommand(input), { abortSignal }),
      ),
    tagResource: (input, abortSignal) =>
      call(
        abortSignal,
        (sdk, client) => client.send(new sdk.TagResourceCommand(input), { abortSignal }),
      ),
  };
}

/**
 * Whether what was refused is this host's time, and the client has learned AWS's: its next request is
 * signed with that.
 */
function isClockCorrected(error: unknown): boolean {
  const { $metadata } = error as { $metadata?: { clockSkewCorrected?: boolean } };
  return $metadata?.clockSkewCorrected === true;
}

function createClient(
  sdk: Sdk,
  { region, endpoint, role, profile }: EcsTarget,
  { userAgent, endpoints, credentials }: AwsHost,
): ECSClient {
  const own = {
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
  };
  const ownCredentials = credentials?.(profile) ?? sdk.fromNodeProviderChain({
    ...(profile === undefined ? {} : { profile }),
    // Files that were missing or wrong at first may be right by now.
    ignoreCache: true,
    clientConfig: { requestHandler: credentialRequests, maxAttempts: 1 },
  });
  const client = new sdk.ECSClient({
    ...own,
    ...(endpoint === undefined ? {} : { endpoint }),
    credentials: role === undefined ? ownCredentials : sdk.fromTemporaryCredentials({
      masterCredentials: ownCredentials,
      params: {
        RoleArn: role.arn,
        RoleSessionName: role.sessionName ?? defaultSessionName,
        ...(role.externalId === undefined ? {} : { ExternalId: role.externalId }),
      },
      clientConfig: {
        ...own,
        ...(endpoints?.sts === undefined ? {} : { endpoint: endpoints.sts }),
        requestHandler: credentialRequests,
        maxAttempts: 1,
      },
    }),
    maxAttempts: 1,
    requestHandler: new sdk.BufferedHttpHandler(),
    customUserAgent: [[userAgent.name, userAgent.version]],
  });
  // It walks every answer to hide what is sensitive in it, even where nothing is logged.
  client.middlewareStack.remove("loggerMiddleware");
  return client;
}
