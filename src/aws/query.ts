/** The AWS Query protocol: a request is a form, an answer is XML. */
import { parseXML } from "@aws-sdk/xml-builder";
import { SignatureV4 } from "@smithy/signature-v4";
import { domainsOf } from "./partitions.ts";
import type { Signing } from "./service_client.ts";

/** A service that speaks the protocol. */
export type QueryService = {
  /** As it stands in the scope of a signature. */
  readonly name: "ec2" | "sts" | "iam";
  /** The service as its users know it, for messages. */
  readonly title: string;
  /** Version of its API. */
  readonly version: string;
  readonly endpoint: string;
  /** Region of the signature, where it is not the client's: IAM has one for each partition. */
  readonly region?: string;
};

/** What a service answered. */
export type QueryAnswer = {
  /** The content of the `<…Response>` element. */
  readonly document: unknown;
  /** Names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
};

/**
 * Makes one call, signed as another service's client signs. Rejects with errors of the shape that the
 * SDK's have.
 */
export async function callQuery(
  config: Signing,
  service: QueryService,
  { command, parameters, signal }: {
    readonly command: string;
    readonly parameters: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  },
): Promise<QueryAnswer> {
  const url = new URL(service.endpoint);
  const body = new URLSearchParams({
    Action: command,
    Version: service.version,
    ...parameters,
  }).toString();
  const signer = new SignatureV4({
    service: service.name,
    region: service.region ?? await config.region(),
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
  const document = at(documentIn(response, service), `${command}Response`);
  // A page of HTML parses too.
  if (document === undefined) throw notOfService(response, service);
  return { document, headers: response.headers };
}

/** The URL of a service in a region, as AWS names it. */
export function regionalEndpoint(name: QueryService["name"], region: string): string {
  return `https://${name}.${region}.${domainsOf(region).services}`;
}

/** The value at a path of names in a document; undefined where there is none. */
export function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null
        ? (inner as Record<string, unknown>)[key]
        : undefined,
    value,
  );
}

type Response = { readonly statusCode: number; readonly body: Uint8Array };

/** Reads an answer as XML. Throws the service's error where it is one, or an error for any other text. */
function documentIn(response: Response, service: QueryService): unknown {
  let document: unknown;
  try {
    document = parseXML(new TextDecoder().decode(response.body));
  } catch (cause) {
    throw notOfService(response, service, { cause });
  }
  const status = response.statusCode;
  if (status < 300) return document;
  const error = at(document, "Response", "Errors", "Error") ??
    at(document, "ErrorResponse", "Error");
  const code = at(error, "Code");
  const message = at(error, "Message");
  if (typeof code !== "string") throw notOfService(response, service);
  throw Object.assign(new Error(typeof message === "string" ? message : ""), {
    name: code,
    $metadata: { httpStatusCode: status },
    $fault: status < 500 ? "client" : "server",
  });
}

/** An error for an answer that the service did not give. It carries the answer, as the SDK's errors do. */
function notOfService(
  $response: Response,
  { title }: QueryService,
  options?: ErrorOptions,
): Error {
  return Object.assign(new SyntaxError(`the answer is none of ${title}'s`, options), { $response });
}
