/**
 * Why a call to ECS gave nothing usable:
 * - `throttled`: AWS refused it for its rate;
 * - `unavailable`: no answer, a broken one, or a fault on AWS's side; it may or may not have acted;
 * - `credentials`: they are missing, expired or not recognized;
 * - `denied`: the credentials are good but not allowed to do this;
 * - `no_region`: nothing says which region to call;
 * - `no_cluster`: the cluster does not exist in this account and region;
 * - `no_task`: ECS does not know the task;
 * - `conflict`: the client token was used with other parameters, by `arns`;
 * - `capacity`: ECS cannot place the task now;
 * - `rejected`: AWS will not do this however often it is asked.
 */
export type EcsErrorKind =
  | "throttled"
  | "unavailable"
  | "credentials"
  | "denied"
  | "no_region"
  | "no_cluster"
  | "no_task"
  | "conflict"
  | "capacity"
  | "rejected";

/** A failed call to ECS: what was attempted, on what, what came back and what can be done. */
export class EcsError extends Error {
  override readonly name = "EcsError";
  constructor(
    readonly kind: EcsErrorKind,
    /** The operation and its target, as `RunTask in cluster web (us-east-1)`. */
    readonly attempted: string,
    /** AWS's error code and message. */
    readonly answer: string,
    /** With `conflict`: the tasks that the client token belongs to. */
    readonly arns: readonly string[] = [],
    options?: { cause: unknown },
  ) {
    super(`ECS ${attempted}: ${answer}${advice[kind]}`, options);
  }
}

/** Turns whatever a call threw into an `EcsError`. `attempted` names the operation and its target. */
export function toEcsError(thrown: unknown, attempted: string): EcsError {
  if (thrown instanceof EcsError) return thrown;
  const fault = faultOf(thrown);
  const answer = fault.message === "" ? fault.code : `${fault.code}: ${fault.message}`;
  return new EcsError(kindOf(fault), attempted, answer, fault.arns, { cause: thrown });
}

type Fault = {
  code: string;
  message: string;
  status: number | undefined;
  /** Whether the answer was one of AWS's error documents. */
  answered: boolean;
  arns: string[];
};

const advice: Record<EcsErrorKind, string> = {
  throttled: "; it is tried again, at a lower rate",
  unavailable: "; it is tried again",
  credentials: "; check the AWS credentials of this Nomad client",
  denied: "; check the IAM policy of this Nomad client's AWS identity",
  no_region: `; set region in the plugin block's config, or AWS_REGION in its environment`,
  no_cluster: "; check the cluster's name, region and account",
  no_task: "",
  conflict: "",
  capacity: "",
  rejected: "",
};

const throttling = new Set([
  "ThrottlingException",
  "ThrottledException",
  "Throttling",
  "TooManyRequestsException",
  "RequestLimitExceeded",
  "SlowDown",
]);

const denials = new Set([
  "AccessDeniedException",
  "AccessDenied",
  "UnauthorizedOperation",
  "NotAuthorized",
  "OptInRequired",
]);

const credentials = new Set([
  "AuthFailure",
  "CredentialsProviderError",
  "ExpiredToken",
  "ExpiredTokenException",
  "IncompleteSignatureException",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "MissingAuthenticationTokenException",
  "RequestExpired",
  "SignatureDoesNotMatch",
  "TokenProviderError",
  "UnrecognizedClientException",
]);

function kindOf({ code, message, status, answered }: Fault): EcsErrorKind {
  if (!answered && /region is missing/i.test(message)) return "no_region";
  if (throttling.has(code) || status === 429) return "throttled";
  if (credentials.has(code)) return "credentials";
  if (denials.has(code)) return "denied";
  if (code === "ClusterNotFoundException") return "no_cluster";
  if (code === "ConflictException") return "conflict";
  if (code === "InvalidParameterException" && /task was not found/i.test(message)) return "no_task";
  // EC2 knows of a new interface some seconds after ECS has told of it.
  if (code === "InvalidNetworkInterfaceID.NotFound") return "unavailable";
  if (/capacity/i.test(message) && (code === "ClientException" || code === "ServerException")) {
    return "capacity";
  }
  const definite = answered && status !== undefined && status >= 400 && status < 500;
  return definite ? "rejected" : "unavailable";
}

function faultOf(thrown: unknown): Fault {
  if (!(thrown instanceof Error)) {
    return { code: "Error", message: String(thrown), status: undefined, answered: false, arns: [] };
  }
  const fields = thrown as Error & {
    code?: unknown;
    $metadata?: { httpStatusCode?: number };
    $fault?: unknown;
    resourceIds?: unknown;
  };
  const causeCode = typeof fields.code === "string" ? fields.code : undefined;
  return {
    code: causeCode !== undefined && thrown.name === "Error" ? causeCode : thrown.name,
    message: thrown.message,
    status: fields.$metadata?.httpStatusCode,
    answered: fields.$fault === "client" || fields.$fault === "server",
    arns: Array.isArray(fields.resourceIds) ? fields.resourceIds.map(String) : [],
  };
}
