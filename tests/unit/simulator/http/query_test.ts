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

async function query(endpoint: string, form: Record<string, string>, signedIn = "us-east-1") {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=AKIA/20260101/${signedIn}/sts/aws4_request`,
    },
    body: new URLSearchParams(form),
  });
  return { status: response.status, text: await response.text() };
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
    assertEquals(text.match(/<publicIp>203\.0\.113\.\d+<\/publicIp>/g)?.length, 2);
  });
});

Deno.test("EC2 refuses in its own words", async () => {
  await withEcs(async (_client, ecs) => {
    const { endpoint, simulator } = ecs;
    const unknown = await describeInterfaces(endpoint, "eni-0");
    assertEquals(unknown.status, 400);
    assertStringIncludes(unknown.text, "<Code>InvalidNetworkInterfaceID.NotFound</Code>");
    await control(ecs, "faults", { faults: [{ mode: "throttle", count: 1 }] });
    const throttled = await describeInterfaces(endpoint, "eni-0");
    assertEquals(throttled.status, 503);
    assertStringIncludes(throttled.text, "<Code>RequestLimitExceeded</Code>");
    simulator.model.speed = 1e-6;
    await control(ecs, "quotas", { quotas: { "ec2-read": { burst: 0, perSecond: 0 } } });
    assertEquals((await describeInterfaces(endpoint, "eni-0")).status, 503);
  });
});

Deno.test("an unknown action is refused", async () => {
  await withEcs(async (_client, { endpoint }) => {
    const { status, text } = await query(endpoint, { Action: "Frobnicate" });
    assertEquals(status, 400);
    assertStringIncludes(text, "<Code>InvalidAction</Code>");
  });
});
