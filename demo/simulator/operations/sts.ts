import type { XmlValue } from "../request/xml.ts";
import { AwsError } from "../request/aws_error.ts";
import type { Model } from "../state/model.ts";

/** Temporary credentials that this simulator has given out. */
export type Session = { readonly role: string; readonly name: string; readonly token: string };

/** Roles, and the credentials that STS has given out for them. */
export type Sts = {
  /** The external id that a role requires, by role ARN. A role that is not here requires none. */
  readonly externalIds: Map<string, string>;
  /** Sessions by access key id. */
  readonly sessions: Map<string, Session>;
};

type Context = { readonly sts: Sts; readonly model: Model };

/** Seconds that credentials last, where the request does not say, and at least and most. */
const defaultDuration = 3_600;
const leastDuration = 900;
const mostDuration = 43_200;

/** AssumeRole. */
export function assumeRole(context: Context, form: URLSearchParams): XmlValue {
  const role = roleOf(form);
  const identity = form.get("SourceIdentity") ?? undefined;
  if (identity !== undefined && !/^[\w+=,.@-]{2,64}$/.test(identity)) {
    throw new AwsError("ValidationError", "Value at 'sourceIdentity' failed to satisfy constraint");
  }
  const { externalIds } = context.sts;
  if (externalIds.has(role) && externalIds.get(role) !== form.get("ExternalId")) {
    throw new AwsError("AccessDenied", `Not authorized to perform sts:AssumeRole on ${role}`, 403);
  }
  return { ...giveOut(context, role, form), SourceIdentity: identity };
}

/** AssumeRoleWithWebIdentity. Any token of 4 characters or more is taken. */
export function assumeRoleWithWebIdentity(context: Context, form: URLSearchParams): XmlValue {
  const role = roleOf(form);
  const token = form.get("WebIdentityToken") ?? "";
  if (token.length < 4) {
    throw new AwsError(
      "ValidationError",
      `1 validation error detected: Value '${token}' at ` +
        "'webIdentityToken' failed to satisfy constraint: Member must have length greater than or " +
        "equal to 4",
    );
  }
  return {
    ...giveOut(context, role, form),
    SubjectFromWebIdentityToken: "simulated",
    Audience: "sts.amazonaws.com",
    Provider: "arn:aws:iam::123456789012:oidc-provider/simulated",
  };
}

/** GetCallerIdentity. */
export function getCallerIdentity(
  { sts, model }: Context,
  _form: URLSearchParams,
  { authorization }: { authorization: string | undefined },
): XmlValue {
  const key = /Credential=([^/]+)\//.exec(authorization ?? "")?.[1] ?? "";
  const session = sts.sessions.get(key);
  return {
    Arn: session === undefined
      ? `arn:aws:iam::${model.account}:user/simulated`
      : `${assumedRole(session.role)}/${session.name}`,
    UserId: session === undefined ? key : `AROA:${session.name}`,
    Account: model.account,
  };
}

function roleOf(form: URLSearchParams): string {
  const role = form.get("RoleArn") ?? "";
  if (!/^arn:aws[a-z-]*:iam::[0-9]{12}:role\/.+$/.test(role)) {
    throw new AwsError(
      "ValidationError",
      role === ""
        ? "1 validation error detected: Value null at 'roleArn' failed to satisfy constraint: " +
          "Member must not be null"
        : `${role} is invalid`,
    );
  }
  if (!/^[\w+=,.@-]{2,64}$/.test(form.get("RoleSessionName") ?? "")) {
    throw new AwsError(
      "ValidationError",
      "Value at 'roleSessionName' failed to satisfy constraint",
    );
  }
  return role;
}

function giveOut({ sts, model }: Context, role: string, form: URLSearchParams) {
  const seconds = Number(form.get("DurationSeconds") ?? defaultDuration);
  if (!(seconds >= leastDuration && seconds <= mostDuration)) {
    throw new AwsError(
      "ValidationError",
      `1 validation error detected: Value '${form.get("DurationSeconds")}' at 'durationSeconds' ` +
        `failed to satisfy constraint: Member must have value between ${leastDuration} and ` +
        `${mostDuration}`,
    );
  }
  const name = form.get("RoleSessionName") ?? "";
  const key = `ASIA${String(sts.sessions.size + 1).padStart(16, "0")}`;
  const token = crypto.randomUUID();
  sts.sessions.set(key, { role, name, token });
  return {
    AssumedRoleUser: { AssumedRoleId: `AROA:${name}`, Arn: `${assumedRole(role)}/${name}` },
    Credentials: {
      AccessKeyId: key,
      SecretAccessKey: "simulated",
      SessionToken: token,
      Expiration: new Date(model.now() + seconds * 1_000).toISOString(),
    },
  };
}

/** A role as its sessions have it in their ARN: without the role's path. */
function assumedRole(role: string): string {
  return role.replace(":iam:", ":sts:").replace(/:role\/(.*\/)?/, ":assumed-role/");
}
