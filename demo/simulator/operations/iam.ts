import type { XmlValue } from "../request/xml.ts";
import { AwsError } from "../request/aws_error.ts";

/** What the account's policies say, as a test wants it. By default they allow everything. */
export type Iam = {
  /** Decisions by action and resource, as `iam:PassRole arn:aws:iam::123456789012:role/web`. */
  readonly decisions: Map<string, "explicitDeny" | "implicitDeny">;
  /** ARNs of users and roles that there are not. */
  readonly unknown: Set<string>;
};

/** Results of a page, where a request does not say how many. */
const mostItems = 100;

/** SimulatePrincipalPolicy. */
export function simulatePrincipalPolicy({ iam }: { iam: Iam }, form: URLSearchParams): XmlValue {
  const source = form.get("PolicySourceArn") ?? "";
  if (!/^arn:aws[a-z-]*:iam::[0-9]{12}:(user|group|role)\/.+$/.test(source)) {
    throw new AwsError(
      "InvalidInput",
      `Invalid Entity Arn: ${source} does not clearly define entity type and name.`,
    );
  }
  if (iam.unknown.has(source)) {
    throw new AwsError("NoSuchEntity", `The entity ${source} cannot be found.`, 404);
  }
  const actions = valuesOf(form, "ActionNames.member.");
  if (actions.length === 0) {
    throw new AwsError(
      "ValidationError",
      "1 validation error detected: Value null at 'actionNames' failed to satisfy constraint: Member " +
        "must not be null",
    );
  }
  const resources = valuesOf(form, "ResourceArns.member.");
  const results = actions.flatMap((action) =>
    (resources.length === 0 ? ["*"] : resources).map((resource) => ({
      EvalActionName: action,
      EvalResourceName: resource,
      EvalDecision: iam.decisions.get(`${action} ${resource}`) ?? "allowed",
    }))
  );
  const { from, size } = pageOf(form);
  const next = from + size;
  return {
    IsTruncated: String(next < results.length),
    Marker: next < results.length ? String(next) : undefined,
    EvaluationResults: results.slice(from, next),
  };
}

/** Where a request's page begins, and how many results it has at most. */
function pageOf(form: URLSearchParams) {
  const [marker, most] = [form.get("Marker"), form.get("MaxItems")];
  if (marker !== null && !/^[1-9][0-9]{0,9}$/.test(marker)) {
    throw new AwsError("ValidationError", "Invalid Marker.");
  }
  const size = Number(most ?? mostItems);
  if (!(Number.isInteger(size) && size >= 1 && size <= 1_000)) {
    throw new AwsError(
      "ValidationError",
      `1 validation error detected: Value '${most}' at 'maxItems' failed to satisfy constraint: ` +
        "Member must have value between 1 and 1000",
    );
  }
  return { from: Number(marker ?? 0), size };
}

function valuesOf(form: URLSearchParams, prefix: string): string[] {
  return [...form].filter(([name]) => name.startsWith(prefix)).map(([, value]) => value);
}
