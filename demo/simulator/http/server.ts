import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { AwsError } from "../request/aws_error.ts";
import { faultFor, type FaultMode } from "../state/faults.ts";
import type { Input } from "../request/input.ts";
import type { Simulator } from "../simulator.ts";
import { perform } from "../operations/operations.ts";
import { answerQuery, isQuery } from "../operations/query_api.ts";
import { control, controlPrefix } from "./control.ts";

const targetPrefix = "AmazonEC2ContainerServiceV20141113.";
const amzJson = "application/x-amz-json-1.1";

/** Serves the simulator on loopback. Resolves with its address once it listens. */
export async function serve(
  simulator: Simulator,
  port: number,
): Promise<{ endpoint: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    answer(simulator, request, response).catch((error) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  simulator: Simulator,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = new TextDecoder().decode(concat(chunks));
  const path = request.url ?? "/";
  if (path.startsWith(controlPrefix)) {
    const { status, json } = control(simulator, request.method ?? "GET", path, body);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(json));
    return;
  }

  if (isQuery(request.headers["content-type"])) {
    const { operation, status, xml } = answerQuery(simulator, body);
    simulator.calls.count(operation);
    response.writeHead(status, { "content-type": "text/xml" });
    response.end(xml);
    return;
  }
  const target = String(request.headers["x-amz-target"] ?? "");
  const operation = target.startsWith(targetPrefix) ? target.slice(targetPrefix.length) : "";
  simulator.calls.count(operation === "" ? "unknown" : operation);
  const fault = faultFor(simulator.faults, operation, {
    now: Date.now(),
    random: simulator.model.random,
  });
  if (fault === "hang") return; // until the caller leaves
  if (fault === "cut-before") {
    request.socket.destroy();
    return;
  }
  const refusal = fault === undefined ? undefined : faultError(fault);
  const result = refusal === undefined && fault !== "capacity"
    ? attempt(simulator, request, operation, body)
    : fault === "capacity"
    ? ok({ tasks: [], failures: [{ reason: "Capacity is unavailable at this time" }] })
    : failed(refusal ?? new AwsError("ServerException", "", 500));
  if (fault === "cut-after") {
    request.socket.destroy();
    return;
  }
  const text = fault === "garbage" ? "<html>bad gateway</html>" : result.text;
  response.writeHead(result.status, {
    "content-type": amzJson,
    "content-length": String(new TextEncoder().encode(text).length),
    "x-amzn-requestid": crypto.randomUUID(),
    ...(result.errorType === undefined ? {} : { "x-amzn-errortype": result.errorType }),
  });
  if (fault === "half-body") {
    response.write(text.slice(0, Math.floor(text.length / 2)), () => request.socket.destroy());
    return;
  }
  response.end(text);
}

type Result = { status: number; text: string; errorType: string | undefined };

function attempt(
  simulator: Simulator,
  request: IncomingMessage,
  operation: string,
  body: string,
): Result {
  try {
    const { region, key } = signature(request.headers.authorization);
    const session = simulator.sts.sessions.get(key);
    if (key.startsWith("ASIA") && session?.token !== request.headers["x-amz-security-token"]) {
      throw new AwsError(
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
      );
    }
    simulator.calls.countAs(
      session === undefined ? key : `${session.role}/${session.name}`,
      operation,
    );
    return ok(perform(simulator.model, region, operation, parse(body)));
  } catch (error) {
    if (error instanceof AwsError) return failed(error);
    return failed(new AwsError("ServerException", `Service Unavailable: ${error}`, 500));
  } finally {
    simulator.schedule();
  }
}

function ok(value: unknown): Result {
  return { status: 200, text: JSON.stringify(value), errorType: undefined };
}

function failed({ type, message, status, fields }: AwsError): Result {
  return { status, text: JSON.stringify({ __type: type, message, ...fields }), errorType: type };
}

function faultError(fault: FaultMode): AwsError | undefined {
  switch (fault) {
    case "throttle":
      return new AwsError("ThrottlingException", "Rate exceeded");
    case "error500":
      return new AwsError("ServerException", "Service Unavailable. Please try again later.", 500);
    case "error503":
      return new AwsError("ServiceUnavailableException", "Service is unavailable", 503);
    case "access-denied":
      return new AwsError(
        "AccessDeniedException",
        "User: arn:aws:iam::123456789012:user/nomad is not authorized to perform this action",
      );
    case "expired":
      return new AwsError(
        "ExpiredTokenException",
        "The security token included in the request is expired",
      );
    case "unrecognized-client":
      return new AwsError(
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
      );
    default:
      return undefined;
  }
}

/** Who signed a request for which region: `<key>/<date>/<region>/ecs/aws4_request`. */
function signature(authorization: string | undefined): { key: string; region: string } {
  if (authorization === undefined) {
    throw new AwsError("MissingAuthenticationTokenException", "Missing Authentication Token");
  }
  const scope = /Credential=([^/]+)\/\d{8}\/([a-z0-9-]+)\/ecs\/aws4_request/.exec(authorization);
  if (scope === null) {
    throw new AwsError(
      "IncompleteSignatureException",
      "Authorization header requires a 'Credential' scope of this service.",
    );
  }
  return { key: scope[1] ?? "", region: scope[2] ?? "" };
}

function parse(body: string): Input {
  let value: unknown;
  try {
    value = JSON.parse(body === "" ? "{}" : body);
  } catch {
    throw new AwsError("SerializationException", "The request is not valid JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new AwsError("SerializationException", "The request is not a structure");
  }
  return value as Input;
}

function concat(chunks: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
