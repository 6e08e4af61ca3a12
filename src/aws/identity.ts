/** Whom AWS takes this host for. Loaded for a person only: the driver itself never asks. */
import type { AwsHost } from "./host.ts";
import type { AwsTarget } from "./operations.ts";
import { iamOf } from "./partitions.ts";
import { at, callQuery, regionalEndpoint } from "./query.ts";
import { createClients } from "./services.ts";

/** An answer of GetCallerIdentity, which every identity may ask for. */
export type Identity = {
  readonly arn: string;
  readonly account: string;
  /** The region that the SDK's own sources or the target name. */
  readonly region: string;
  /** When the credentials end; undefined where they do not, or their source does not tell. */
  readonly expires: Date | undefined;
  /** AWS's time when it answered; undefined where the answer does not tell. */
  readonly time: Date | undefined;
};

/** Version of the STS API. */
const apiVersion = "2011-06-15";

/** Asks STS. Rejects with errors of the shape that the SDK's have. */
export async function identityOf(
  target: AwsTarget,
  host: AwsHost,
  signal: AbortSignal,
): Promise<Identity> {
  const { config } = await createClients(target, host)("ecs");
  const region = await config.region();
  const { expiration } = await config.credentials();
  const service = {
    name: "sts",
    title: "STS",
    version: apiVersion,
    endpoint: host.endpoints?.sts ?? regionalEndpoint("sts", region),
  } as const;
  const { document, headers } = await callQuery(config, service, {
    command: "GetCallerIdentity",
    parameters: {},
    signal,
  });
  const text = (name: string) => {
    const value = at(document, "GetCallerIdentityResult", name);
    return typeof value === "string" ? value : "";
  };
  const time = new Date(headers["date"] ?? NaN);
  return {
    arn: text("Arn"),
    account: text("Account"),
    region,
    expires: expiration,
    time: Number.isNaN(time.getTime()) ? undefined : time,
  };
}

/** What IAM says of an action of an identity's. */
export type Decision = "allowed" | "explicitDeny" | "implicitDeny";

/** Version of the IAM API. */
const iamVersion = "2010-05-08";

/**
 * Asks IAM whether the identity's policies let it pass a role to tasks of ECS. IAM looks at the policies of
 * the user or role, and at no policy of the organization. Undefined where IAM does not know the identity by
 * this name, as a role with a path: the name of its session does not tell the path. Rejects with errors of
 * the shape that the SDK's have.
 */
export async function simulatePassRole(
  target: AwsTarget,
  host: AwsHost,
  { arn, roles }: { readonly arn: string; readonly roles: readonly string[] },
  signal: AbortSignal,
): Promise<Decision | undefined> {
  const { config } = await createClients(target, host)("ecs");
  const [, partition = "aws"] = arn.split(":");
  const { endpoint, region } = iamOf(partition);
  const service = {
    name: "iam",
    title: "IAM",
    version: iamVersion,
    endpoint: host.endpoints?.iam ?? endpoint,
    region,
  } as const;
  try {
    const { document } = await callQuery(config, service, {
      command: "SimulatePrincipalPolicy",
      parameters: {
        PolicySourceArn: sourceOf(arn),
        "ActionNames.member.1": "iam:PassRole",
        ...Object.fromEntries(
          roles.map((role, index) => [`ResourceArns.member.${index + 1}`, role]),
        ),
        "ContextEntries.member.1.ContextKeyName": "iam:PassedToService",
        "ContextEntries.member.1.ContextKeyType": "string",
        "ContextEntries.member.1.ContextKeyValues.member.1": "ecs-tasks.amazonaws.com",
      },
      signal,
    });
    const results = at(document, "SimulatePrincipalPolicyResult", "EvaluationResults", "member");
    const decisions = [results].flat().map((result) => at(result, "EvalDecision"));
    const refused = decisions.find((decision) => decision !== "allowed");
    return (refused ?? decisions[0]) as Decision | undefined;
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchEntity") return undefined;
    throw error;
  }
}

/** The user or role whose policies an identity has. */
function sourceOf(arn: string): string {
  return arn.replace(
    /^arn:([^:]+):sts::([0-9]+):assumed-role\/([^/]+)\/.*$/,
    "arn:$1:iam::$2:role/$3",
  );
}
