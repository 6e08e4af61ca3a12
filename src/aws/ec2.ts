import type { ECSClient } from "@aws-sdk/client-ecs";

type Sdk = typeof import("./sdk.ts");

/** Version of the EC2 API. */
const apiVersion = "2016-11-15";

/** A network interface as EC2 describes it. */
export type NetworkInterface = {
  /** Its public IPv4 address; undefined where it has none. */
  readonly publicAddress: string | undefined;
};

/**
 * DescribeNetworkInterfaces of EC2 for one interface, as the identity and in the region of an ECS
 * client: ECS tells a task's private address only. EC2's own client would be as large as the whole
 * driver. Rejects with an error of the shape that the SDK's have.
 */
export async function describeNetworkInterface(
  { SignatureV4, parseXML }: Sdk,
  client: ECSClient,
  { id, endpoint }: {
    readonly id: string;
    /** URL of EC2; undefined for AWS's own in the client's region. */
    readonly endpoint: string | undefined;
  },
  signal: AbortSignal,
): Promise<NetworkInterface> {
  const region = await client.config.region();
  const url = new URL(endpoint ?? ec2Endpoint(region));
  const body = new URLSearchParams({
    Action: "DescribeNetworkInterfaces",
    Version: apiVersion,
    "NetworkInterfaceId.1": id,
  }).toString();
  const signer = new SignatureV4({
    service: "ec2",
    region,
    credentials: client.config.credentials,
    sha256: client.config.sha256,
  });
  const request = await signer.sign({
    method: "POST",
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port === "" ? {} : { port: Number(url.port) }),
    path: url.pathname,
    headers: { host: url.host, "content-type": "application/x-www-form-urlencoded" },
    body,
  }, { signingDate: new Date(Date.now() + client.config.systemClockOffset) });
  const { response } = await client.config.requestHandler.handle(request, {
    abortSignal: signal,
  });
  const document: unknown = parseXML(new TextDecoder().decode(response.body));
  if (response.statusCode >= 300) throw ec2Error(document, response.statusCode);
  const answer = at(document, "DescribeNetworkInterfacesResponse");
  // A page of HTML parses too.
  if (answer === undefined) {
    throw new SyntaxError("the answer is none of DescribeNetworkInterfaces");
  }
  const item = at(answer, "networkInterfaceSet", "item");
  const publicAddress = at(item, "association", "publicIp");
  return { publicAddress: typeof publicAddress === "string" ? publicAddress : undefined };
}

function ec2Endpoint(region: string): string {
  return `https://ec2.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
}

function ec2Error(document: unknown, status: number): Error {
  const error = at(document, "Response", "Errors", "Error");
  const code = at(error, "Code");
  const message = at(error, "Message");
  return Object.assign(new Error(typeof message === "string" ? message : `HTTP ${status}`), {
    name: typeof code === "string" ? code : "EC2Error",
    $metadata: { httpStatusCode: status },
    $fault: status < 500 ? "client" : "server",
  });
}

function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null
        ? (inner as Record<string, unknown>)[key]
        : undefined,
    value,
  );
}
