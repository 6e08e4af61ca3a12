/** An STS session that this simulator has given out. */
export type Session = { readonly role: string; readonly name: string; readonly token: string };

/** The part of STS that hands out credentials of roles. */
export type Sts = {
  /** External ids that roles ask for, by role ARN; a role that is not here asks for none. */
  readonly externalIds: Map<string, string>;
  /** Sessions by access key id. */
  readonly sessions: Map<string, Session>;
};

/** Whether a request's body is one of STS's, which speaks the AWS Query protocol. */
export function isStsRequest(contentType: string | undefined): boolean {
  return contentType?.startsWith("application/x-www-form-urlencoded") ?? false;
}

/** AssumeRole, the one operation. Sessions last an hour. */
export function answerSts(
  { externalIds, sessions }: Sts,
  body: string,
  now: number,
): { status: number; xml: string } {
  const form = new URLSearchParams(body);
  const action = form.get("Action");
  if (action !== "AssumeRole") {
    return refused("InvalidAction", `Could not find operation ${action}`);
  }
  const role = form.get("RoleArn") ?? "";
  const name = form.get("RoleSessionName") ?? "";
  if (!/^arn:aws[a-z-]*:iam::[0-9]{12}:role\/.+$/.test(role)) {
    return refused("ValidationError", `${role} is invalid`);
  }
  if (!/^[\w+=,.@-]{2,64}$/.test(name)) {
    return refused("ValidationError", "Value at 'roleSessionName' failed to satisfy constraint");
  }
  if (externalIds.has(role) && externalIds.get(role) !== form.get("ExternalId")) {
    return refused("AccessDenied", `Not authorized to perform sts:AssumeRole on ${role}`, 403);
  }
  const key = `ASIA${String(sessions.size + 1).padStart(16, "0")}`;
  const token = crypto.randomUUID();
  sessions.set(key, { role, name, token });
  const assumed = role.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/");
  return {
    status: 200,
    xml:
      `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>` +
      `<AssumedRoleUser><AssumedRoleId>AROA:${name}</AssumedRoleId><Arn>${assumed}/${name}</Arn>` +
      `</AssumedRoleUser><Credentials><AccessKeyId>${key}</AccessKeyId>` +
      `<SecretAccessKey>simulated</SecretAccessKey><SessionToken>${token}</SessionToken>` +
      `<Expiration>${new Date(now + 3_600_000).toISOString()}</Expiration></Credentials>` +
      `</AssumeRoleResult></AssumeRoleResponse>`,
  };
}

function refused(code: string, message: string, status = 400): { status: number; xml: string } {
  return {
    status,
    xml: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>` +
      `<Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
  };
}
