import { AwsError, clientException, invalidParameter } from "../request/aws_error.ts";

/** Ways in which any call can fail. */
export const faultModes = [
  "throttle",
  "error500",
  "error503",
  "hang",
  "cut-before",
  "cut-after",
  "garbage",
  "half-body",
  "access-denied",
  "expired",
  "unrecognized-client",
  "capacity",
] as const;
export type FaultMode = typeof faultModes[number];

/** Refusals of single operations that pass by themselves, as AWS words them. */
const refusals = {
  "concurrent-revisions": {
    operations: ["RegisterTaskDefinition"],
    error: clientException(
      "Too many concurrent attempts to create a new revision of the specified family.",
    ),
  },
  "ec2-request-limit": {
    operations: ["RunTask"],
    error: invalidParameter(
      "Error retrieving security group information for [sg-0123456789abcdef0]: Request limit " +
        "exceeded. (ErrorCode: RequestLimitExceeded)",
    ),
  },
  "ec2-rate-exceeded": {
    operations: ["RunTask"],
    error: invalidParameter(
      "Error retrieving subnet information for [subnet-0123456789abcdef0]: Rate exceeded " +
        "(ErrorCode: Throttling)",
    ),
  },
  "no-container-instances": {
    operations: ["RunTask"],
    error: invalidParameter("No Container Instances were found in your cluster."),
  },
  "service-linked-role": {
    operations: ["RunTask", "CreateCluster"],
    error: invalidParameter(
      "Unable to assume the service linked role. Please verify that the ECS service linked role " +
        "exists.",
    ),
  },
  "idp-communication": {
    operations: ["AssumeRoleWithWebIdentity"],
    error: new AwsError(
      "IDPCommunicationError",
      "There was a failure while communicating with the identity provider (IDP).",
    ),
  },
  "invalid-identity-token": {
    operations: ["AssumeRoleWithWebIdentity"],
    error: new AwsError(
      "InvalidIdentityToken",
      "Couldn't retrieve verification key from your identity provider, please reference " +
        "AssumeRoleWithWebIdentity documentation for requirements",
    ),
  },
  "region-disabled": {
    operations: ["AssumeRole", "AssumeRoleWithWebIdentity"],
    error: new AwsError(
      "RegionDisabledException",
      "STS is not activated in this region for account:123456789012. Your account administrator " +
        "can activate STS in this region using the IAM Console.",
      403,
    ),
  },
} as const;

/** The name of a refusal in a fault rule. */
export type RefusalMode = keyof typeof refusals;
export const refusalModes = Object.keys(refusals) as RefusalMode[];

/** Which calls fail, how often, and for how long. */
export type FaultRule = {
  /** Operation names. `*` stands for every operation that the mode is possible for. */
  readonly operations: readonly string[];
  readonly mode: FaultMode | RefusalMode;
  /** Share of the calls, from 0 to 1. */
  readonly rate: number;
  /** How many calls still fail. Undefined: no limit. */
  count: number | undefined;
  /** When the rule ends, in milliseconds since the Unix epoch. Undefined: never. */
  readonly until: number | undefined;
};

/** How a call to `operation` fails now, by the first rule that applies. Undefined: it does not. */
export function faultFor(
  rules: readonly FaultRule[],
  operation: string,
  { now, random }: { now: number; random: () => number },
): FaultMode | RefusalMode | undefined {
  for (const rule of rules) {
    if (!rule.operations.includes("*") && !rule.operations.includes(operation)) continue;
    if (!isPossible(rule.mode, operation)) continue;
    if (rule.until !== undefined && now >= rule.until) continue;
    if (rule.count !== undefined && rule.count <= 0) continue;
    if (random() >= rule.rate) continue;
    if (rule.count !== undefined) rule.count -= 1;
    return rule.mode;
  }
  return undefined;
}

/** Reads rules from a control request. Throws an `Error` that names what is wrong. */
export function readRules(value: unknown, now: number): FaultRule[] {
  if (!Array.isArray(value)) throw new Error("faults must be a list of rules");
  return value.map((rule) => {
    const { operations = ["*"], mode, rate = 1, count, seconds } = rule as Record<string, unknown>;
    const modes = [...faultModes, ...refusalModes];
    const known = modes.find((candidate) => candidate === mode);
    if (known === undefined) throw new Error(`mode must be one of ${modes.join(", ")}`);
    if (!Array.isArray(operations)) throw new Error("operations must be a list of names");
    if (typeof rate !== "number" || rate < 0 || rate > 1) throw new Error("rate is from 0 to 1");
    return {
      operations: operations.map(String),
      mode: known,
      rate,
      count: typeof count === "number" ? count : undefined,
      until: typeof seconds === "number" ? now + seconds * 1_000 : undefined,
    };
  });
}

/** The error that AWS answers in place of a result. Undefined: the fault is of another kind. */
export function refusalOf(mode: FaultMode | RefusalMode): AwsError | undefined {
  switch (mode) {
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
    case "hang":
    case "cut-before":
    case "cut-after":
    case "garbage":
    case "half-body":
    case "capacity":
      return undefined;
    default:
      return refusals[mode].error;
  }
}

function isPossible(mode: FaultMode | RefusalMode, operation: string): boolean {
  if (mode === "capacity") return operation === "RunTask";
  const refusal: { readonly operations: readonly string[] } | undefined = isRefusal(mode)
    ? refusals[mode]
    : undefined;
  return refusal === undefined || refusal.operations.includes(operation);
}

function isRefusal(mode: FaultMode | RefusalMode): mode is RefusalMode {
  return mode in refusals;
}
