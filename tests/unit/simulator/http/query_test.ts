import { fromTemporaryCredentials, fromWebToken } from "@aws-sdk/credential-providers";
import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import {
  control,
  credentials,
  idle,
  run,
  until,
  withEcs,
} from "../../../harness/with_simulator.ts";

const role = "arn:aws:iam::123456789012:role/app";
const web = (endpoint: string) =>
  fromWebToken({
    roleArn: role,
    roleSessionName: "web",
    webIdentityToken: "a.b.c",
    clientConfig: { endpoint, region: "us-east-1", maxAttempts: 1 },
  });

async function query(
  endpoint: string,
  form: Record<string, string>,
  headers: Record<string, string> = signedFor(form["Version"] === "2016-11-15" ? "ec2" : "sts"),
) {
  const body = new URLSearchParams(form);
  const response = await fetch(endpoint, { method: "POST", headers, body });
  return { status: response.status, text: await response.text() };
}

function signedFor(service: string, key = "AKIA") {
  const scope = `${key}/20260101/us-east-1/${service}/aws4_request`;
  return { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0` };
}

const describeInterfaces = (endpoint: string, ...ids: string[]) =>
  query(endpoint, {
    Action: "DescribeNetworkInterfaces",
    Version: "2016-11-15",
    ...Object.fromEntries(ids.map((id, index) => [`NetworkInterfaceId.${index + 1}`, id])),
  });

Deno.test("a role is assumed with credentials and with a web identity", async () => {
  await withEcs(async (_client, ecs) => {
    const { endpoint } = ecs;
    const provider = fromTemporaryCredentials({
      params: { RoleArn: role, RoleSessionName: "job" },
      masterCredentials: credentials,
      clientConfig: { endpoint, region: "us-east-1" },
    });
    assertMatch((await provider()).accessKeyId, /^ASIA/);
    const { accessKeyId } = await web(endpoint)();
    assertEquals(ecs.simulator.sts.sessions.get(accessKeyId)?.name, "web");
  });
});

for (
  const [mode, name] of [
    ["idp-communication", "IDPCommunicationError"],
    ["invalid-identity-token", "InvalidIdentityToken"],
    ["region-disabled", "RegionDisabledException"],
    ["throttle", "Throttling"],
    ["error503", "ServiceUnavailable"],
    ["access-denied", "AccessDenied"],
  ] as const
) {
  Deno.test(`STS fails on demand: ${mode}`, async () => {
    await withEcs(async (_client, ecs) => {
      await control(ecs, "faults", { faults: [{ mode, count: 1 }] });
      const error = await assertRejects(() => web(ecs.endpoint)(), Error);
      assertStringIncludes(`${error.name} ${(error as { Code?: string }).Code}`, name);
      await web(ecs.endpoint)();
    });
  });
}

Deno.test("GetCallerIdentity names the user or the role's session", async () => {
  await withEcs(async (_client, { endpoint, simulator }) => {
    const identity = async () =>
      (await query(endpoint, { Action: "GetCallerIdentity", Version: "2011-06-15" })).text;
    assertStringIncludes(await identity(), "<Arn>arn:aws:iam::123456789012:user/simulated</Arn>");
    simulator.sts.sessions.set("AKIA", { role, name: "job", token: "t" });
    assertStringIncludes(
      await identity(),
      "<Arn>arn:aws:sts::123456789012:assumed-role/app/job</Arn>",
    );
  });
});

Deno.test("EC2 describes the interfaces of several tasks in one call", async () => {
  await withEcs(async (client, { endpoint }) => {
    const ids = await Promise.all([idle, idle].map(async (input) => {
      const arn = await run(client, {
        ...input,
        networkConfiguration: {
          awsvpcConfiguration: { subnets: ["subnet-1"], assignPublicIp: "ENABLED" },
        },
      });
      const { attachments } = await until(client, arn, "RUNNING");
      return attachments?.[0]?.details?.find(({ name }) => name === "networkInterfaceId")?.value ??
        "";
    }));
    const { status, text } = await describeInterfaces(endpoint, ...ids);
    assertEquals(status, 200);
    for (const id of ids) assertStringIncludes(text, `<networkInterfaceId>${id}<`);
    // The address of an interface is in its own association, and in that of its private address.
    assertEquals(text.match(/<publicIp>203\.0\.113\.\d+<\/publicIp>/g)?.length, 4);
  });
});

Deno.test("EC2 refuses in its own words", async () => {
  await withEcs(async (_client, ecs) => {
    const { endpoint, simulator } = ecs;
    const malformed = await describeInterfaces(endpoint, "eni-x");
    assertStringIncludes(malformed.text, "<Code>InvalidNetworkInterfaceId.Malformed</Code>");
    const unknown = await describeInterfaces(endpoint, "eni-00000000");
    assertEquals(unknown.status, 400);
    assertStringIncludes(unknown.text, "<Code>InvalidNetworkInterfaceID.NotFound</Code>");
    await control(ecs, "faults", { faults: [{ mode: "throttle", count: 1 }] });
    const throttled = await describeInterfaces(endpoint, "eni-00000000");
    assertEquals(throttled.status, 503);
    assertStringIncludes(throttled.text, "<Code>RequestLimitExceeded</Code>");
    simulator.model.speed = 1e-6;
    await control(ecs, "quotas", { quotas: { "ec2-read": { burst: 0, perSecond: 0 } } });
    assertEquals((await describeInterfaces(endpoint, "eni-00000000")).status, 503);
  });
});

Deno.test("an unknown action is refused", async () => {
  await withEcs(async (_client, { endpoint }) => {
    const { status, text } = await query(endpoint, { Action: "Frobnicate" });
    assertEquals(status, 400);
    assertStringIncludes(text, "<Code>InvalidAction</Code>");
  });
});

const signed = {
  STS: { Action: "GetCallerIdentity", Version: "2011-06-15" },
  EC2: { Action: "DescribeNetworkInterfaces", Version: "2016-11-15" },
  IAM: {
    Action: "SimulatePrincipalPolicy",
    Version: "2010-05-08",
    PolicySourceArn: role,
    "ActionNames.member.1": "ecs:RunTask",
  },
};
const wrongService = {
  STS: "SignatureDoesNotMatch",
  EC2: "AuthFailure",
  IAM: "SignatureDoesNotMatch",
};
const wrongToken = { STS: "InvalidClientTokenId", EC2: "AuthFailure", IAM: "InvalidClientTokenId" };

for (const service of ["STS", "EC2", "IAM"] as const) {
  Deno.test(`${service} takes a request that is signed for it, and no other`, async () => {
    await withEcs(async (_client, { endpoint, simulator }) => {
      const key = "ASIA0000000000000001";
      simulator.sts.sessions.set(key, { role, name: "job", token: "t" });
      const ask = (headers: Record<string, string>) => query(endpoint, signed[service], headers);
      const own = service.toLowerCase();
      assertEquals((await ask(signedFor(own))).status, 200);
      const token = { ...signedFor(own, key), "x-amz-security-token": "t" };
      assertEquals((await ask(token)).status, 200);
      const refusals: [Record<string, string>, string][] = [
        [{}, "MissingAuthenticationToken"],
        [{ authorization: "Bearer x" }, service === "EC2" ? "AuthFailure" : "IncompleteSignature"],
        [signedFor("s3"), wrongService[service]],
        [{ ...token, "x-amz-security-token": "other" }, wrongToken[service]],
      ];
      for (const [headers, code] of refusals) {
        assertStringIncludes((await ask(headers)).text, `<Code>${code}</Code>`);
      }
    });
  });
}

for (const seconds of ["899", "43201", "x"]) {
  Deno.test(`a role is not assumed for ${seconds} seconds`, async () => {
    await withEcs(async (_client, { endpoint }) => {
      const { text } = await query(endpoint, {
        Action: "AssumeRole",
        Version: "2011-06-15",
        RoleArn: role,
        RoleSessionName: "job",
        DurationSeconds: seconds,
      });
      assertStringIncludes(text, "<Code>ValidationError</Code>");
    });
  });
}

Deno.test("a presigned address of GetCallerIdentity tells who signed it", async () => {
  await withEcs(async (_client, { endpoint, simulator }) => {
    const role = "arn:aws:iam::123456789012:role/web";
    simulator.sts.sessions.set("ASIA1", { role, name: "session", token: "secret" });
    const signed = async (token: string) => {
      const response = await fetch(
        `${endpoint}/?${new URLSearchParams({
          Action: "GetCallerIdentity",
          Version: "2011-06-15",
          "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
          "X-Amz-Credential": "ASIA1/20260101/us-east-1/sts/aws4_request",
          "X-Amz-Security-Token": token,
        })}`,
      );
      return { status: response.status, text: await response.text() };
    };
    const { status, text } = await signed("secret");
    assertEquals(status, 200);
    assertStringIncludes(text, "<Arn>arn:aws:sts::123456789012:assumed-role/web/session</Arn>");
    assertEquals((await signed("other")).status, 403);
    const bare = await fetch(`${endpoint}/?Action=GetCallerIdentity&Version=2011-06-15`);
    assertEquals(bare.status, 403);
    assertStringIncludes(await bare.text(), "<Code>MissingAuthenticationToken</Code>");
  });
});
