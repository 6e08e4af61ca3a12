import type { AwsHost } from "./host.ts";
import type { JsonProtocol } from "./json_protocol.ts";
import type { AwsTarget, ServiceName } from "./operations.ts";
import type { SdkSettings } from "./sdk.ts";
import type { SdkClient, ServiceClient } from "./service_client.ts";

/** The clients of one target, by service: each is made when it is first used. */
export type Clients = (service: ServiceName) => Promise<ServiceClient>;

type Maker = (target: AwsTarget, host: AwsHost, clients: Clients) => Promise<ServiceClient>;

/**
 * How the client of each service is made, and its SDK loaded: none is before a call needs it, as it
 * takes longer to load than everything else that a plugin does before its handshake.
 */
const makers: { readonly [Service in ServiceName]: Maker } = {
  ecs: ofSdk("ecs", () => import("./packages/ecs.ts"), (sdk) => sdk.ECSClient, loadJsonProtocol),
  ec2: async (_target, host, clients) => {
    const [{ createEc2Client }, { config }] = await Promise.all([
      import("./ec2.ts"),
      clients("ecs"),
    ]);
    return createEc2Client(config, host.endpoints?.ec2);
  },
  ssm: ofSdk("ssm", () => import("./packages/ssm.ts"), (sdk) => sdk.SSMClient),
  kms: ofSdk("kms", () => import("./packages/kms.ts"), (sdk) => sdk.KMSClient),
  logs: ofSdk(
    "logs",
    () => import("./packages/logs.ts"),
    (sdk) => sdk.CloudWatchLogsClient,
    loadJsonProtocol,
  ),
  cloudwatch: ofSdk(
    "cloudwatch",
    () => import("./packages/cloudwatch.ts"),
    (sdk) => sdk.CloudWatchClient,
  ),
  ssmmessages: async (_target, host, clients) => {
    const [{ createDataChannelClient }, { config }] = await Promise.all([
      import("./session_socket.ts"),
      clients("ecs"),
    ]);
    return createDataChannelClient(config, host.endpoints?.ssmmessages);
  },
};

/** The protocol of a client, in place of the SDK's own. */
type WithProtocol = { readonly protocol?: typeof JsonProtocol };

async function loadJsonProtocol(): Promise<WithProtocol> {
  const { JsonProtocol } = await import("./json_protocol.ts");
  return { protocol: JsonProtocol };
}

/**
 * Makes clients of one of the SDK's packages. The client of ECS fetches the credentials of its target.
 * The other clients sign with the same credentials.
 */
function ofSdk<Sdk extends object>(
  service: ServiceName,
  load: () => Promise<Sdk>,
  Client: (sdk: Sdk) => new (settings: SdkSettings & WithProtocol) => SdkClient,
  loadProtocol: () => Promise<WithProtocol> = () => Promise.resolve({}),
): Maker {
  return async (target, host, clients) => {
    const [{ credentialsOf, fromSdk, settingsOf }, sdk, protocol] = await Promise.all([
      import("./sdk.ts"),
      load(),
      loadProtocol(),
    ]);
    const ofEcs = service === "ecs";
    const settings = settingsOf(target, host, {
      endpoint: ofEcs ? target.endpoint : host.endpoints?.[service],
      credentials: ofEcs ? credentialsOf(target, host) : (await clients("ecs")).config.credentials,
    });
    return fromSdk(new (Client(sdk))({ ...settings, ...protocol }), sdk);
  };
}

/** Makes the clients of one target. */
export function createClients(target: AwsTarget, host: AwsHost): Clients {
  const made = new Map<ServiceName, Promise<ServiceClient>>();
  const clientOf = (service: ServiceName) => {
    const known = made.get(service);
    if (known !== undefined) return known;
    const client = makers[service](target, host, clientOf);
    made.set(service, client);
    // What could not be made is tried again with the next call.
    client.catch(() => made.delete(service));
    return client;
  };
  return clientOf;
}
