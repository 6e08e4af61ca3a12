import { EcsError } from "../../aws/error.ts";
import { type OperationName, operations } from "../../aws/operations.ts";
import { actionOf, grants } from "../../aws/permissions.ts";
import { againFix, refusalFix, regionFix } from "../advice.ts";

/** What the doctor found of one prerequisite. */
export type Check = {
  /** The prerequisite: `credentials`, or the action of a permission. */
  readonly name: string;
  /** `skip`: it cannot be looked at before another prerequisite is met. */
  readonly status: "ok" | "warn" | "fail" | "skip";
  readonly detail: string;
  /** What to do; undefined where nothing is to be done. */
  readonly fix?: string;
};

export function ok(name: string, detail: string): Check {
  return { name, status: "ok", detail };
}

export function warn(name: string, detail: string, fix: string): Check {
  return { name, status: "warn", detail, fix };
}

export function fail(name: string, detail: string, fix: string): Check {
  return { name, status: "fail", detail, fix };
}

export function skip(name: string, detail: string): Check {
  return { name, status: "skip", detail };
}

/** The check of something that a call to AWS was to tell, and that failed. */
export function failedCall(name: string, operation: OperationName, error: unknown): Check {
  if (!(error instanceof EcsError)) throw error;
  const { service } = operations[operation];
  switch (error.kind) {
    case "denied":
      return fail(name, error.answer, permissionFix(operation));
    case "credentials":
      return fail(name, error.answer, refusalFix(error.answer));
    case "no_region":
      return fail(name, error.answer, regionFix);
    case "throttled":
      return warn(name, error.answer, againFix);
    case "unavailable":
      return fail(
        name,
        error.answer,
        `check the network, the proxy, and the VPC endpoint of ${service} in this region`,
      );
    case "no_cluster":
    case "no_task":
    case "no_resource":
    case "conflict":
    case "capacity":
    case "not_yet":
    case "rejected":
      return fail(name, error.answer, "see AWS's answer");
  }
}

/** What to do about an operation that the identity may not call. */
export function permissionFix(operation: OperationName): string {
  const action = actionOf(operation);
  const sids = grants.filter(({ actions }) => actions.includes(action)).map(({ sid }) => sid);
  return `allow ${action} in the identity's IAM policy: ` +
    `statement ${sids.join(" or ")} of nomad-driver-ecs iam-policy`;
}
