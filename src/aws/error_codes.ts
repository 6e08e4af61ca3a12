/**
 * Why a call to AWS failed:
 * - `throttled`: AWS refused it for its rate;
 * - `unavailable`: no answer, a broken one, or a fault on AWS's side; it may or may not have acted;
 * - `credentials`: they are missing, expired or not recognized;
 * - `denied`: the credentials are good but not allowed to do this;
 * - `no_region`: nothing says which region to call;
 * - `no_cluster`: the cluster does not exist in this account and region;
 * - `no_task`: ECS does not know the task;
 * - `no_resource`: something else that the call names does not exist, as a log group;
 * - `conflict`: the client token was used with other parameters, by `arns`;
 * - `capacity`: ECS cannot place the task now;
 * - `not_yet`: AWS refused it for a reason that passes by itself: a role that is still new, or the like;
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
  | "no_resource"
  | "conflict"
  | "capacity"
  | "not_yet"
  | "rejected";

/** What is known of a failed call. */
export type Fault = {
  /** AWS's error code, or the name of the error where nothing was answered. */
  readonly code: string;
  readonly message: string;
  readonly status: number | undefined;
  /** Whether the answer was an error document, as AWS's are. */
  readonly answered: boolean;
};

/** AWS's error codes, of ECS, of EC2, and those that all services have in common. */
const kinds: ReadonlyMap<string, EcsErrorKind> = new Map<string, EcsErrorKind>([
  ...all("throttled", [
    "EC2ThrottledException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
  ]),
  ...all("credentials", [
    "AuthFailure",
    "CredentialsError", // the driver's own, for a source of credentials that fails
    "CredentialsProviderError",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "TokenProviderError",
    "TokenRefreshRequired",
    "UnrecognizedClientException",
  ]),
  ...all("denied", [
    "AccessDenied",
    "AccessDeniedException",
    "NotAuthorized",
    "OptInRequired",
    "UnauthorizedOperation",
  ]),
  ...all("no_cluster", ["ClusterNotFoundException"]),
  ...all("no_resource", ["ResourceNotFoundException"]),
  ...all("conflict", ["ConflictException"]),
  ...all("not_yet", ["UpdateInProgressException"]),
  ...all("unavailable", [
    "InternalFailure",
    "InternalError",
    // EC2 knows of a new interface some seconds after ECS has told of it.
    "InvalidNetworkInterfaceID.NotFound",
    "RequestAbortedException",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServerException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "Unavailable",
  ]),
  ...all("rejected", [
    "AttributeLimitExceededException",
    "BlockedException",
    "ClientException",
    "ClusterContainsCapacityProviderException",
    "ClusterContainsContainerInstancesException",
    "ClusterContainsServicesException",
    "ClusterContainsTasksException",
    "DaemonNotActiveException",
    "DaemonNotFoundException",
    "GatewayNotFoundException",
    "InvalidAction",
    "InvalidNetworkInterfaceID.Malformed",
    // As EC2's documentation spells it.
    "InvalidNetworkInterfaceId.Malformed",
    "InvalidParameterCombination",
    "InvalidParameterException",
    "InvalidParameterValue",
    "LimitExceededException",
    "MalformedHttpRequestException",
    "MalformedQueryString",
    "MissingParameter",
    "MissingVersionException",
    "NamespaceNotFoundException",
    "NoUpdateAvailableException",
    "PlatformTaskDefinitionIncompatibilityException",
    "PlatformUnknownException",
    "RequestEntityTooLargeException",
    "ResourceInUseException",
    "SerializationException",
    "ServiceDeploymentNotFoundException",
    "ServiceNotActiveException",
    "ServiceNotFoundException",
    "TargetNotConnectedException",
    "TargetNotFoundException",
    "TaskSetNotFoundException",
    "UnknownOperationException",
    "UnsupportedFeatureException",
    "UnsupportedOperation",
    "ValidationError",
    "ValidationException",
  ]),
]);

/**
 * Refusals whose message says more than their code: ECS passes errors of EC2 and IAM on as an
 * InvalidParameterException or a ClientException.
 */
const passedOn: readonly [message: RegExp, kind: EcsErrorKind][] = [
  [/task was not found/i, "no_task"],
  // A deleted cluster is INACTIVE before ECS forgets it. Only a cluster without tasks can be deleted.
  [/cluster (was|is) inactive/i, "no_cluster"],
  // "Error retrieving subnet information for [...]: Rate exceeded (ErrorCode: Throttling)".
  [/rate exceeded|request ?limit ?exceeded|ErrorCode: \w*Throttl/i, "throttled"],
  [/ErrorCode: (Internal|ServiceUnavailable|Unavailable)/i, "not_yet"],
  // Several clients register revisions of one family at one time.
  [/too many concurrent attempts/i, "not_yet"],
  // IAM takes a while until all of AWS knows a new role.
  [/unable to assume the (service[- ]linked )?role/i, "not_yet"],
  // A group of container instances that scales up from none.
  [/no container instances were found/i, "not_yet"],
  // RunTask says so of a revision that was just registered; DescribeTaskDefinition has other words.
  [/^TaskDefinition not found/i, "not_yet"],
  [/capacity is unavailable|capacity limit exceeded|reached the limit on the number/i, "capacity"],
];

/** Codes under which ECS passes on other services' refusals. */
const passingOn: ReadonlySet<string> = new Set([
  "ClientException",
  "InvalidParameterException",
  "LimitExceededException",
  "ServerException",
]);

/** Whether a code is one of AWS's. */
export function isKnownCode(code: string): boolean {
  return kinds.has(code);
}

/**
 * Why a call failed. An answer without one of AWS's codes is an outage, whatever its status: it comes
 * from a proxy (401, 403, 407, an empty 400) or from something else that is not AWS.
 */
export function kindOf({ code, message, status, answered }: Fault): EcsErrorKind {
  if (!answered && /region is missing/i.test(message)) return "no_region";
  if (passingOn.has(code)) {
    const found = passedOn.find(([pattern]) => pattern.test(message));
    if (found !== undefined) return found[1];
  }
  const known = kinds.get(code);
  if (known !== undefined && (known !== "rejected" || answered)) return known;
  return status === 429 ? "throttled" : "unavailable";
}

/** Whether AWS refuses credentials for the time that a request is signed with, which is this host's. */
export function isForTime(answer: string): boolean {
  return /Signature (expired|not yet current)|RequestExpired|RequestTimeTooSkewed/.test(answer);
}

/** Whether ECS refuses a task for its subnets or security groups, in its own words or in EC2's. */
export function isForNetwork(answer: string): boolean {
  return /\bsubnets?\b|\bsecurity ?groups?\b|network ?configuration/i.test(answer);
}

function all(kind: EcsErrorKind, codes: string[]): [string, EcsErrorKind][] {
  return codes.map((code) => [code, kind]);
}
