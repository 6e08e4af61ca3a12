import type { IncomingHttpHeaders } from "node:http";
import { categoryOf } from "../state/quotas.ts";
import { admit } from "../state/admission.ts";
import { describeNetworkInterfaces } from "../operations/ec2.ts";
import { simulatePrincipalPolicy } from "../operations/iam.ts";
import { assumeRole, assumeRoleWithWebIdentity, getCallerIdentity } from "../operations/sts.ts";
import { AwsError } from "../request/aws_error.ts";
import type { Simulator } from "../simulator.ts";
import { identityOf } from "./aws_json.ts";
import type { Answer, Exchange } from "./exchange.ts";
import { signerOf } from "./signature.ts";
import { xml, type XmlValue } from "../request/xml.ts";

/** Who calls an operation, and in which region. */
type Caller = { readonly authorization: string | undefined; readonly region: string };

/** A service that speaks the AWS Query protocol: a request is a form, an answer is XML. */
type QueryService = {
  readonly namespace: string;
  /** The service in the scope of a signature. */
  readonly signedAs: string;
  readonly operations: Readonly<
    Record<
      string,
      (simulator: Simulator, form: URLSearchParams, caller: Caller) => XmlValue
    >
  >;
  readonly result: (operation: string, value: XmlValue) => XmlValue;
  readonly error: (code: string, message: string) => string;
  /** What the service calls an error that others have too: code and HTTP status. */
  readonly names: Readonly<Record<string, readonly [code: string, status: number]>>;
};

const sts: QueryService = {
  namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
  signedAs: "sts",
  operations: {
    AssumeRole: assumeRole,
    AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity,
    GetCallerIdentity: getCallerIdentity,
  },
  result: (operation, value) => ({
    [`${operation}Result`]: value,
    ResponseMetadata: { RequestId: crypto.randomUUID() },
  }),
  error: (Code, Message) =>
    `<ErrorResponse xmlns="${sts.namespace}">` +
    xml({ Error: { Type: "Sender", Code, Message }, RequestId: crypto.randomUUID() }) +
    `</ErrorResponse>`,
  names: {
    ThrottlingException: ["Throttling", 400],
    ServerException: ["InternalFailure", 500],
    ServiceUnavailableException: ["ServiceUnavailable", 503],
    AccessDeniedException: ["AccessDenied", 403],
    ExpiredTokenException: ["ExpiredToken", 403],
    UnrecognizedClientException: ["InvalidClientTokenId", 403],
    MissingAuthenticationTokenException: ["MissingAuthenticationToken", 403],
    IncompleteSignatureException: ["IncompleteSignature", 403],
    InvalidSignatureException: ["SignatureDoesNotMatch", 403],
  },
};

const iam: QueryService = {
  ...sts,
  namespace: "https://iam.amazonaws.com/doc/2010-05-08/",
  signedAs: "iam",
  operations: { SimulatePrincipalPolicy: simulatePrincipalPolicy },
};

const ec2: QueryService = {
  namespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
  signedAs: "ec2",
  operations: { DescribeNetworkInterfaces: describeNetworkInterfaces },
  result: (_operation, value) => ({ requestId: crypto.randomUUID(), ...(value as object) }),
  error: (Code, Message) =>
    `<Response>` +
    xml({ Errors: { Error: { Code, Message } }, RequestID: crypto.randomUUID() }) +
    `</Response>`,
  names: {
    ThrottlingException: ["RequestLimitExceeded", 503],
    ServerException: ["InternalError", 500],
    ServiceUnavailableException: ["Unavailable", 503],
    AccessDeniedException: ["UnauthorizedOperation", 403],
    ExpiredTokenException: ["RequestExpired", 400],
    UnrecognizedClientException: ["AuthFailure", 401],
    MissingAuthenticationTokenException: ["MissingAuthenticationToken", 403],
    IncompleteSignatureException: ["AuthFailure", 401],
    InvalidSignatureException: ["AuthFailure", 401],
  },
};

/** The services by the versions of their APIs. */
const services: ReadonlyMap<string, QueryService> = new Map([
  ["2016-11-15", ec2],
  ["2010-05-08", iam],
  ["2011-06-15", sts],
]);

/** What STS does for who has no credentials of AWS. */
const unsigned: ReadonlySet<string> = new Set(["AssumeRoleWithWebIdentity"]);

/**
 * The parameters of a request of the Query protocol: a form, or the query of a path, as `curl` and
 * presigned addresses have it. Undefined: the request is of another protocol.
 */
export function queryOf(
  headers: IncomingHttpHeaders,
  path: string,
  body: string,
): URLSearchParams | undefined {
  if (headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) {
    return new URLSearchParams(body);
  }
  const form = new URLSearchParams(path.replace(/^[^?]*\??/, ""));
  return form.has("Action") ? form : undefined;
}

/** Reads a request of STS, IAM or EC2. */
export function readQuery(
  simulator: Simulator,
  sent: IncomingHttpHeaders,
  form: URLSearchParams,
): Exchange {
  const headers = signedBy(sent, form);
  const action = form.get("Action") ?? "";
  const service = services.get(form.get("Version") ?? "") ?? sts;
  const carryOut = Object.hasOwn(service.operations, action)
    ? service.operations[action]
    : undefined;
  return {
    operation: carryOut === undefined ? "unknown" : action,
    carryOut: () => {
      if (carryOut === undefined) {
        throw new AwsError("InvalidAction", `Could not find operation ${action}`);
      }
      let region = "us-east-1";
      if (!unsigned.has(action)) {
        const signer = signerOf(headers.authorization, service.signedAs);
        identityOf(simulator, signer, headers);
        region = signer.region;
      }
      const category = categoryOf(action);
      if (category !== undefined) admit(simulator.model, region, category);
      const caller = { authorization: headers.authorization, region };
      const value = service.result(action, carryOut(simulator, form, caller));
      return answer(
        200,
        `<${action}Response xmlns="${service.namespace}">${xml(value, itemName(service))}` +
          `</${action}Response>`,
      );
    },
    refuse: ({ type, message, status }) => {
      const [code, as] = service.names[type] ?? [type, status];
      return answer(as, service.error(code, message));
    },
  };
}

/** The headers with the signature that a presigned address has among its parameters. */
function signedBy(headers: IncomingHttpHeaders, form: URLSearchParams): IncomingHttpHeaders {
  const credential = form.get("X-Amz-Credential");
  if (credential === null) return headers;
  const token = form.get("X-Amz-Security-Token");
  return {
    ...headers,
    authorization: `${form.get("X-Amz-Algorithm")} Credential=${credential}`,
    ...(token === null ? {} : { "x-amz-security-token": token }),
  };
}

function answer(status: number, body: string): Answer {
  return { status, headers: { "content-type": "text/xml" }, body };
}

function itemName(service: QueryService): string {
  return service === ec2 ? "item" : "member";
}
