import { parseXML } from "@aws-sdk/xml-builder";
import { SignatureV4 } from "@smithy/signature-v4";
import type { ServiceClient, Signing } from "./service_client.ts";

/** Version of the EC2 API. */
const apiVersion = "2016-11-15";

/** The operations of EC2, as pairs of input and output. */
export type Ec2Api = {
  DescribeNetworkInterfaces: [{ readonly networkInterfaceId: string }, NetworkInterface];
};

/** A network interface as EC2 describes it. */
export type NetworkInterface = {
  /** Its public IPv4 address; undefined where it has none. */
  readonly publicAddress: string | undefined;
};

/** How each operation's request is written, and how its answer is read. */
const api: {
  readonly [Command in keyof Ec2Api]: {
    parameters(input: Ec2Api[Command][0]): Record<string, string>;
    read(answer: unknown): Ec2Api[Command][1];
  };
} = {
  DescribeNetworkInterfaces: {
    parameters: ({ networkInterfaceId }) => ({ "NetworkInterfaceId.1": networkInterfaceId }),
    read: (answer) => {
      const address = at(answer, "networkInterfaceSet", "item", "association", "publicIp");
      return { publicAddress: typeof address === "string" ? address : undefined };
    },
  },
};

/**
 * A client of EC2, signed as another service's client signs: ECS tells a task's private address only.
 * EC2's own client would be as large as the whole driver. It rejects with errors of the shape that
 * the SDK's have. Without an endpoint it calls AWS's own in the region.
 */
export function createEc2Client(config: Signing, endpoint: string | undefined): ServiceClient {
  return {
    config,
    perform: async (command, input, signal) => {
      const { parameters, read } = api[command as keyof Ec2Api];
      const region = await config.region();
      const url = new URL(endpoint ?? ec2Endpoint(region));
      const body = new URLSearchParams({
        Action: command,
        Version: apiVersion,
        ...parameters(input as Ec2Api[keyof Ec2Api][0]),
      }).toString();
      const signer = new SignatureV4({
        service: "ec2",
        region,
        credentials: config.credentials,
        sha256: config.sha256,
      });
      const request = await signer.sign({
        method: "POST",
        protocol: url.protocol,
        hostname: url.hostname,
        ...(url.port === "" ? {} : { port: Number(url.port) }),
        path: url.pathname,
        headers: { host: url.host, "content-type": "application/x-www-form-urlencoded" },
        body,
      }, { signingDate: new Date(Date.now() + config.systemClockOffset) });
      const { response } = await config.requestHandler.handle(request, { abortSignal: signal });
      const answer = at(documentIn(response), `${command}Response`);
      // A page of HTML parses too.
      if (answer === undefined) throw notOfEc2(response);
      return read(answer);
    },
  };
}
function ec2Endpoint(region: string): string {
  return `https://ec2.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
}

type Response = { readonly statusCode: number; readonly body: Uint8Array };

/** Reads an answer as XML. Throws EC2's error where the answer is one, or an error for any other text. */
function documentIn(response: Response): unknown {
  let document: unknown;
  try {
    document = parseXML(new TextDecoder().decode(response.body));
  } catch (cause) {
    throw notOfEc2(response, { cause });
  }
  const status = response.statusCode;
  if (status < 300) return document;
  const error = at(document, "Response", "Errors", "Error");
  const code = at(error, "Code");
  const message = at(error, "Message");
  if (typeof code !== "string") throw notOfEc2(response);
  throw Object.assign(new Error(typeof message === "string" ? message : ""), {
    name: code,
    $metadata: { httpStatusCode: status },
    $fault: status < 500 ? "client" : "server",
  });
}

/** An error for an answer that EC2 did not give. It carries the answer, as the SDK's errors do. */
function notOfEc2($response: Response, options?: ErrorOptions): Error {
  return Object.assign(new SyntaxError("the answer is none of EC2's", options), { $response });
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
