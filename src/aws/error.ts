import { answerInWords } from "./answer_words.ts";
import { parseTaskArn } from "./cluster_ref.ts";
import { CredentialsError } from "./credentials_error.ts";
import { type EcsErrorKind, type Fault, isForNetwork, isForTime, kindOf } from "./error_codes.ts";

export type { EcsErrorKind };

/** A failed call to AWS. Its message says what was attempted, what AWS answered and what to do. */
export class EcsError extends Error {
  override readonly name = "EcsError";
  constructor(
    readonly kind: EcsErrorKind,
    /** The operation and its target, as `ECS RunTask web:7 in cluster prod`. */
    readonly attempted: string,
    /** AWS's error code and message. */
    readonly answer: string,
    /** With `conflict`: the tasks that the client token belongs to. */
    readonly arns: readonly string[] = [],
    options?: { cause: unknown },
  ) {
    super(`${attempted}: ${answer}${adviceOn(kind, answer)}`, options);
  }
}

/** Turns whatever a call threw into an `EcsError`. `attempted` names the operation and its target. */
export function toEcsError(thrown: unknown, attempted: string): EcsError {
  if (thrown instanceof EcsError) return thrown;
  const fault = faultOf(thrown);
  return new EcsError(kindOf(fault), attempted, wordsOf(thrown, fault), arnsOf(thrown), {
    cause: thrown,
  });
}

/** What to do about an answer: where the kind of error has several causes, AWS's words tell which. */
function adviceOn(kind: EcsErrorKind, answer: string): string {
  if (kind === "credentials" && isForTime(answer)) return "; check the clock of this Nomad client";
  if (kind === "rejected" && isForNetwork(answer)) {
    return "; check network_configuration.aws_vpc_configuration in config.task, or in the plugin block's config";
  }
  return advice[kind];
}

const advice: Record<EcsErrorKind, string> = {
  throttled: "; it is tried again, at a lower rate",
  unavailable: "; it is tried again",
  credentials: "; check the AWS credentials of this Nomad client",
  denied: "; check the IAM policy of this Nomad client's AWS identity",
  no_region: `; set region in the plugin block's config, or AWS_REGION in its environment`,
  no_cluster: "; check the cluster's name, region and account",
  no_task: "",
  no_resource: "",
  conflict: "",
  capacity: "",
  not_yet: "",
  rejected: "",
};

function faultOf(thrown: unknown): Fault {
  if (!(thrown instanceof Error)) {
    return { code: "Error", message: String(thrown), status: undefined, answered: false };
  }
  const { code, $metadata, $fault } = thrown as Error & {
    code?: unknown;
    $metadata?: { httpStatusCode?: number };
    $fault?: unknown;
  };
  return {
    code: typeof code === "string" && thrown.name === "Error" ? code : String(thrown.name),
    // The message comes from the answer, so it may be of any type.
    message: typeof thrown.message === "string" ? thrown.message : "",
    status: $metadata?.httpStatusCode,
    answered: $fault === "client" || $fault === "server",
  };
}

/** The SDK's name for the error of an answer that has no code. */
const withoutCode = "Unknown";

function wordsOf(thrown: unknown, { code, message, answered }: Fault): string {
  if (thrown instanceof CredentialsError) return message;
  const isOfAws = answered && code !== withoutCode;
  const foreign = thrown instanceof Error && !isOfAws ? answerInWords(thrown) : undefined;
  return foreign ?? (message === "" ? code : `${code}: ${message}`);
}

/** The tasks that an error names. */
function arnsOf(thrown: unknown): string[] {
  const { resourceIds } = (thrown ?? {}) as { resourceIds?: unknown };
  if (!Array.isArray(resourceIds)) return [];
  return resourceIds.filter((id) => typeof id === "string" && parseTaskArn(id) !== undefined);
}
