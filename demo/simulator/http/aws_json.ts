import type { IncomingHttpHeaders } from "node:http";
import { AwsError } from "../request/aws_error.ts";
import type { Input } from "../request/input.ts";
import type { Simulator } from "../simulator.ts";
import type { Answer, Exchange } from "./exchange.ts";
import { serviceOf } from "./services.ts";
import { type Signer, signerOf } from "./signature.ts";
import { distorted } from "../state/distortions.ts";

/** Reads a request of AWS JSON: a JSON object, with the operation in a header. */
export function readJson(
  simulator: Simulator,
  headers: IncomingHttpHeaders,
  body: string,
): Exchange {
  const [target = "", operation = ""] = String(headers["x-amz-target"] ?? "").split(".");
  const service = serviceOf(target);
  const contentType = headers["content-type"] ?? "application/x-amz-json-1.1";
  return {
    operation: service === undefined || operation === "" ? "unknown" : operation,
    carryOut: () => {
      if (service === undefined) {
        throw new AwsError("UnknownOperationException", `No service has the target ${target}`);
      }
      const signer = signerOf(headers.authorization, service.signedAs);
      simulator.calls.countAs(identityOf(simulator, signer, headers), operation);
      const result = service.perform(simulator, signer.region, operation, parse(body));
      return {
        status: 200,
        headers: { "content-type": contentType },
        body: JSON.stringify(distorted(simulator.distortions, operation, result)),
      };
    },
    refuse: (error) => refusal(error, contentType),
  };
}

function refusal({ type, message, status, fields }: AwsError, contentType: string): Answer {
  return {
    status,
    headers: { "content-type": contentType, "x-amzn-errortype": type },
    body: JSON.stringify({ __type: type, message, ...fields }),
  };
}

/** The access key id of a signer, or the role and session that the key was given out for. */
export function identityOf(
  { sts }: Simulator,
  { key }: Signer,
  headers: IncomingHttpHeaders,
): string {
  const session = sts.sessions.get(key);
  if (key.startsWith("ASIA") && session?.token !== headers["x-amz-security-token"]) {
    throw new AwsError(
      "UnrecognizedClientException",
      "The security token included in the request is invalid.",
    );
  }
  return session === undefined ? key : `${session.role}/${session.name}`;
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
