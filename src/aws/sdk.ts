/** What the clients of the AWS SDK have in common. Loaded with the first call: it takes long to load. */
import { fromNodeProviderChain, fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import type { AwsHost } from "./host.ts";
import { BufferedHttpHandler } from "./http_handler.ts";
import type { AwsTarget } from "./operations.ts";
import type { SdkClient, ServiceClient, Signing } from "./service_client.ts";
import { askSource } from "./credential_sources.ts";
import { credentialTimeouts } from "./timeouts.ts";

/** A client of the SDK's as one that is asked by an operation's name; `sdk` is its package. */
export function fromSdk(client: SdkClient, sdk: object): ServiceClient {
  const commands = sdk as Readonly<Record<string, new (input: unknown) => never>>;
  // The logger walks every answer to hide secrets in it, even where nothing is logged.
  client.middlewareStack.remove("loggerMiddleware");
  return {
    config: client.config,
    perform: (command, input, abortSignal) => {
      const Command = commands[`${command}Command`];
      if (Command === undefined) throw new Error(`the AWS SDK has no ${command}Command`);
      return client.send(new Command(input), { abortSignal });
    },
  };
}

/** Name of a role's session, as CloudTrail shows it, where the configuration has none. */
const defaultSessionName = "nomad-driver-ecs";

/** How a source of credentials is asked. */
const credentialRequests = { ...credentialTimeouts, throwOnRequestTimeout: true };

/** What a client of the SDK's is made with. */
export type SdkSettings = ReturnType<typeof settingsOf>;

/** The settings of a target's client. `credentials` are those of `credentialsOf`, or another client's. */
export function settingsOf(
  { region, profile }: Omit<AwsTarget, "endpoint">,
  { userAgent: { name, version } }: AwsHost,
  { endpoint, credentials }: {
    readonly endpoint: string | undefined;
    readonly credentials: Signing["credentials"];
  },
) {
  return {
    ...located(region, profile),
    ...(endpoint === undefined ? {} : { endpoint }),
    credentials,
    maxAttempts: 1,
    requestHandler: new BufferedHttpHandler(),
    customUserAgent: [[name, version] as [string, string]],
  };
}

/** The source of the credentials that a target is called with. */
export function credentialsOf(target: AwsTarget, host: AwsHost): Signing["credentials"] {
  const source = sourceOf(target, host);
  return (options) => askSource(() => source(options));
}

function sourceOf({ region, role, profile }: AwsTarget, { endpoints, credentials }: AwsHost) {
  const own = credentials?.(profile) ?? fromNodeProviderChain({
    ...located(undefined, profile),
    // Files that were missing or wrong at first may be right by now.
    ignoreCache: true,
    clientConfig: { requestHandler: credentialRequests, maxAttempts: 1 },
  });
  if (role === undefined) return own;
  return fromTemporaryCredentials({
    masterCredentials: own,
    params: {
      RoleArn: role.arn,
      RoleSessionName: role.sessionName ?? defaultSessionName,
      ...(role.externalId === undefined ? {} : { ExternalId: role.externalId }),
    },
    clientConfig: {
      ...located(region, profile),
      ...(endpoints?.sts === undefined ? {} : { endpoint: endpoints.sts }),
      requestHandler: credentialRequests,
      maxAttempts: 1,
    },
  });
}

function located(region: string | undefined, profile: string | undefined) {
  return {
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
  };
}
