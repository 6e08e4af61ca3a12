import { assertEquals, assertThrows } from "@std/assert";
import { credentialsOf, fromSdk, settingsOf } from "../../../src/aws/sdk.ts";
import type { AwsHost } from "../../../src/aws/host.ts";
import { serveHttp } from "../../harness/http.ts";

const target = { region: "us-east-1", role: undefined, endpoint: undefined, profile: undefined };
const own = { accessKeyId: "OWN", secretAccessKey: "own" };
const role = { arn: "arn:aws:iam::123456789012:role/r" };

/** A host whose own credentials are known, and an STS that notes what it is asked for. */
async function withSts(use: (host: AwsHost, asked: URLSearchParams[]) => Promise<void>) {
  const asked: URLSearchParams[] = [];
  const sts = await serveHttp(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    asked.push(new URLSearchParams(await new Blob(chunks as BlobPart[]).text()));
    response.setHeader("content-type", "text/xml");
    response.end(
      "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId>" +
        "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>" +
        "<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>" +
        "</AssumeRoleResponse>",
    );
  });
  const host: AwsHost = {
    userAgent: { name: "test", version: "1" },
    endpoints: { sts: sts.endpoint },
    credentials: (profile) => () => Promise.resolve({ ...own, accessKeyId: profile ?? "OWN" }),
  };
  try {
    await use(host, asked);
  } finally {
    sts.close();
  }
}

Deno.test("without a role, the credentials are this host's in the profile", async () => {
  await withSts(async (host, asked) => {
    assertEquals((await credentialsOf(target, host)()).accessKeyId, "OWN");
    assertEquals((await credentialsOf({ ...target, profile: "prod" }, host)()).accessKeyId, "prod");
    assertEquals(asked, []);
  });
});

Deno.test("a role is assumed under the session name and external id that it has", async () => {
  await withSts(async (host, asked) => {
    const credentials = await credentialsOf({ ...target, role }, host)();
    assertEquals(credentials.accessKeyId, "ASIA");
    const named = { ...role, sessionName: "job-web", externalId: "x" };
    await credentialsOf({ ...target, role: named }, host)();
    const told = asked.map((form) =>
      ["Action", "RoleArn", "RoleSessionName", "ExternalId"].map((name) => form.get(name))
    );
    assertEquals(told, [
      ["AssumeRole", role.arn, "nomad-driver-ecs", null],
      ["AssumeRole", role.arn, "job-web", "x"],
    ]);
  });
});

Deno.test("what a target leaves open is left to the SDK's own sources", () => {
  const host: AwsHost = { userAgent: { name: "driver", version: "1.2.3" } };
  const credentials = () => Promise.resolve(own);
  const open = settingsOf({ ...target, region: undefined }, host, {
    endpoint: undefined,
    credentials,
  });
  for (const name of ["region", "profile", "endpoint"]) assertEquals(name in open, false);
  assertEquals([open.maxAttempts, open.customUserAgent], [1, [["driver", "1.2.3"]]]);
  const closed = settingsOf({ ...target, profile: "p" }, host, {
    endpoint: "http://e",
    credentials,
  });
  assertEquals(
    { region: closed.region, profile: closed.profile, endpoint: closed.endpoint },
    { region: "us-east-1", profile: "p", endpoint: "http://e" },
  );
});

Deno.test("an operation is the package's command of its name, and nothing else", async () => {
  class GreetCommand {
    constructor(readonly input: unknown) {}
  }
  const { signal } = new AbortController();
  const removed: string[] = [];
  const client = fromSdk({
    config: {} as never,
    middlewareStack: { remove: (name) => removed.push(name) > 0 },
    send: (command: GreetCommand, { abortSignal }) =>
      Promise.resolve([command.input, abortSignal === signal]),
  }, { GreetCommand });
  assertEquals(await client.perform("Greet", "hello", signal), ["hello", true]);
  assertThrows(() => client.perform("Leave", {}, signal), Error, "the AWS SDK has no LeaveCommand");
  assertEquals(removed, ["loggerMiddleware"]);
});
