import { toEcsError } from "../../aws/error.ts";
import type { AwsTarget } from "../../aws/operations.ts";
import type { Host } from "../host.ts";
import { answered } from "./bounded.ts";
import { type Check, fail, ok, skip } from "./check.ts";

const name = "iam:PassRole";
/** What is asked, for messages. */
const operation = "IAM SimulatePrincipalPolicy";

/**
 * Asks IAM whether the identity may pass roles to tasks of ECS: no call tries it without a start. `roles`
 * are those of the task definition that jobs run; without any, IAM is asked for all roles.
 */
export async function checkPassRole(
  host: Pick<Host, "simulatePassRole" | "clock" | "signal">,
  target: AwsTarget,
  asked: { readonly arn: string; readonly roles: readonly string[] },
): Promise<Check> {
  const whom = asked.roles.length === 0 ? "any role" : asked.roles.join(", ");
  const fix = "allow iam:PassRole for these roles in the identity's IAM policy: " +
    "statement PassRoles of nomad-driver-ecs iam-policy";
  try {
    const decision = await answered(
      host,
      operation,
      (bounded) => host.simulatePassRole(target, asked, bounded),
    );
    switch (decision) {
      case "allowed":
        return ok(name, `IAM's simulator allows it for ${whom}`);
      case "explicitDeny":
        return fail(name, `a policy denies it for ${whom}`, fix);
      case "implicitDeny":
        // A policy that names roles allows none of "any role".
        return asked.roles.length === 0
          ? skip(name, "a policy may name roles: name a definition that has them with --definition")
          : fail(name, `no policy allows it for ${whom}`, fix);
      case undefined:
        return skip(name, `IAM does not know ${asked.arn}: it may be a role with a path`);
    }
  } catch (error) {
    host.signal.throwIfAborted();
    const { answer } = toEcsError(error, operation);
    return skip(name, `not tried, as IAM's simulator cannot be asked: ${answer}`);
  }
}
