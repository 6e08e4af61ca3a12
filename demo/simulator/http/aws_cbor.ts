import { cbor, dateToTag } from "@smithy/core/cbor";
import type { IncomingHttpHeaders } from "node:http";
import { AwsError } from "../request/aws_error.ts";
import type { Input } from "../request/input.ts";
import { Timestamp } from "../request/timestamp.ts";
import type { Simulator } from "../simulator.ts";
import { identityOf } from "./aws_json.ts";
import type { Answer, Exchange } from "./exchange.ts";
import { serviceOf } from "./services.ts";
import { signerOf } from "./signature.ts";

/** Whether a request is one of Smithy RPC v2 CBOR, which boto3 speaks to CloudWatch. */
export function isCbor(headers: IncomingHttpHeaders): boolean {
  return headers["smithy-protocol"] === "rpc-v2-cbor";
}

/** Reads a request of Smithy RPC v2 CBOR: its path names service and operation. */
export function readCbor(
  simulator: Simulator,
  headers: IncomingHttpHeaders,
  path: string,
  body: Uint8Array,
): Exchange {
  const [, target = "", operation = "unknown"] =
    /^\/service\/([^/]+)\/operation\/([^/?]+)/.exec(path) ?? [];
  const service = serviceOf(target);
  return {
    operation: service === undefined ? "unknown" : operation,
    carryOut: () => {
      if (service === undefined) {
        throw new AwsError("UnknownOperationException", `No service has the target ${target}`);
      }
      const signer = signerOf(headers.authorization, service.signedAs);
      simulator.calls.countAs(identityOf(simulator, signer, headers), operation);
      const input = read(body);
      return answer(200, service.perform(simulator, signer.region, operation, input));
    },
    refuse: ({ type, message, status, fields }) =>
      answer(status, { __type: type, message, ...fields }),
  };
}

function answer(status: number, value: unknown): Answer {
  return {
    status,
    headers: { "content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor" },
    body: cbor.serialize(toCbor(value)),
  };
}

/** Times as tagged seconds, and no undefined members. */
function toCbor(value: unknown): unknown {
  if (value instanceof Timestamp) return dateToTag(new Date(value.at));
  if (Array.isArray(value)) return value.map(toCbor);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([, inner]) => inner !== undefined)
      .map(([name, inner]) => [name, toCbor(inner)]),
  );
}

/** @throws `AwsError` where the body is no CBOR, or no map. */
function read(body: Uint8Array): Input {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = fromCbor(cbor.deserialize(body));
  } catch {
    throw new AwsError("SerializationException", "The request is not valid CBOR");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new AwsError("SerializationException", "The request is not a structure");
  }
  return value as Input;
}

/** Tagged values as the values themselves, and whole numbers as numbers. */
function fromCbor(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(fromCbor);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if ("tag" in value && "value" in value) return fromCbor(value.value);
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, fromCbor(inner)]),
  );
}
