import type { Model } from "../state/model.ts";

/*
 * STS and EC2, which clients of ECS call too. Both speak the AWS Query protocol: a request is a form,
 * an answer is XML.
 */

/** Temporary credentials that this simulator has given out. */
export type Session = { readonly role: string; readonly name: string; readonly token: string };

/** Roles, and the credentials that STS has given out for them. */
export type Sts = {
  /** The external id that a role requires, by role ARN. A role that is not here requires none. */
  readonly externalIds: Map<string, string>;
  /** Sessions by access key id. */
  readonly sessions: Map<string, Session>;
};

type Answer = { readonly status: number; readonly xml: string };

/** Whether a request is one of the Query protocol. */
export function isQuery(contentType: string | undefined): boolean {
  return contentType?.startsWith("application/x-www-form-urlencoded") ?? false;
}

/** Answers a request, and says which operation it was for. */
export function answerQuery(
  { sts, model }: { sts: Sts; model: Model },
  body: string,
): Answer & { operation: string } {
  const form = new URLSearchParams(body);
  const operation = form.get("Action") ?? "";
  switch (operation) {
    case "AssumeRole":
      return { operation, ...assumeRole(sts, form, model.now()) };
    case "DescribeNetworkInterfaces":
      return { operation, ...describeNetworkInterfaces(model, form) };
    default:
      return {
        operation: "unknown",
        ...stsError("InvalidAction", `Could not find operation ${operation}`),
      };
  }
}

/** AssumeRole. The credentials last an hour. */
function assumeRole({ externalIds, sessions }: Sts, form: URLSearchParams, now: number): Answer {
  const role = form.get("RoleArn") ?? "";
  const name = form.get("RoleSessionName") ?? "";
  if (!/^arn:aws[a-z-]*:iam::[0-9]{12}:role\/.+$/.test(role)) {
    return stsError("ValidationError", `${role} is invalid`);
  }
  if (!/^[\w+=,.@-]{2,64}$/.test(name)) {
    return stsError("ValidationError", "Value at 'roleSessionName' failed to satisfy constraint");
  }
  if (externalIds.has(role) && externalIds.get(role) !== form.get("ExternalId")) {
    return stsError("AccessDenied", `Not authorized to perform sts:AssumeRole on ${role}`, 403);
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

/** DescribeNetworkInterfaces, for the interfaces of tasks. */
function describeNetworkInterfaces(model: Model, form: URLSearchParams): Answer {
  const id = form.get("NetworkInterfaceId.1") ?? "";
  const task = [...model.tasks.values()].find((task) => networkInterfaceId(task) === id);
  if (task === undefined) {
    return {
      status: 400,
      xml: `<Response><Errors><Error><Code>InvalidNetworkInterfaceID.NotFound</Code>` +
        `<Message>The networkInterface ID '${id}' does not exist</Message></Error></Errors>` +
        `<RequestID>0</RequestID></Response>`,
    };
  }
  const association = task.publicAddress === undefined
    ? ""
    : `<association><publicIp>${task.publicAddress}</publicIp></association>`;
  return {
    status: 200,
    xml: `<DescribeNetworkInterfacesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">` +
      `<networkInterfaceSet><item><networkInterfaceId>${id}</networkInterfaceId>` +
      `<privateIpAddress>${task.address}</privateIpAddress>${association}</item>` +
      `</networkInterfaceSet></DescribeNetworkInterfacesResponse>`,
  };
}

/** The id of a task's network interface. */
export function networkInterfaceId({ id }: { id: string }): string {
  return `eni-${id.slice(0, 17)}`;
}

function stsError(code: string, message: string, status = 400): Answer {
  return {
    status,
    xml: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>` +
      `<Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
  };
}
