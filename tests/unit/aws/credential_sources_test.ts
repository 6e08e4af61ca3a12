import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fromHttp } from "@aws-sdk/credential-providers";
import { request } from "node:http";
import { toEcsError } from "../../../src/aws/error.ts";
import { askSource } from "../../../src/aws/credential_sources.ts";
import { operationsAt } from "../../harness/aws.ts";
import { serveEndlessly, serveHttp } from "../../harness/http.ts";

const { signal } = new AbortController();
const role = { arn: "arn:aws:iam::123456789012:role/nomad" };

const keys = {
  AccessKeyId: "K",
  SecretAccessKey: "S",
  Token: "T",
  Expiration: "2099-01-01T00:00:00Z",
};

Deno.test("an answer of a source of credentials is read to its end", async () => {
  const server = await serveHttp((_, response) => response.end(JSON.stringify(keys)));
  try {
    const source = fromHttp({ awsContainerCredentialsFullUri: server.endpoint });
    assertEquals((await askSource(() => source())).accessKeyId, "K");
  } finally {
    server.close();
  }
});

Deno.test("a container's source that answers without end is given up", async () => {
  const server = await serveEndlessly("blanks");
  try {
    const source = fromHttp({ awsContainerCredentialsFullUri: server.endpoint, maxRetries: 0 });
    await assertRejects(() => askSource(() => source()));
    assert(server.sent() < 64 * 1024 ** 2, `${server.sent()} bytes were taken`);
  } finally {
    server.close();
  }
});

Deno.test("an STS that answers without end is given up", async () => {
  const sts = await serveEndlessly("blanks");
  try {
    const operations = operationsAt("http://127.0.0.1:9", { role, sts: sts.endpoint });
    await assertRejects(() => operations.describeClusters({}, signal));
    assert(sts.sent() < 64 * 1024 ** 2, `${sts.sent()} bytes were taken`);
  } finally {
    sts.close();
  }
});

/** What the driver makes of an STS that answers like this. */
async function failureOfSts(status: number, body: string) {
  const sts = await serveHttp((request, response) => {
    request.resume();
    response.writeHead(status, { "content-type": "text/xml" });
    response.end(body);
  });
  try {
    const operations = operationsAt("http://127.0.0.1:9", { role, sts: sts.endpoint });
    const thrown = await assertRejects(() => operations.describeClusters({}, signal));
    return toEcsError(thrown, "DescribeClusters");
  } finally {
    sts.close();
  }
}

const codes: [status: number, code: string][] = [
  [400, "IDPCommunicationError"],
  [400, "InvalidIdentityToken"],
  [400, "PackedPolicyTooLarge"],
  [403, "RegionDisabledException"],
  [403, "AccessDenied"],
  [400, "Throttling"],
  [503, "ServiceUnavailable"],
];
for (const [status, code] of codes) {
  Deno.test(`an STS that answers ${code} is a failing source of credentials`, async () => {
    const error = await failureOfSts(
      status,
      `<ErrorResponse><Error><Code>${code}</Code><Message>words of STS</Message></Error></ErrorResponse>`,
    );
    assertEquals(error.kind, "credentials");
    assertStringIncludes(error.answer, "no AWS credentials: ");
    assertStringIncludes(error.answer, "words of STS");
  });
}

Deno.test("an STS whose answer is broken is a failing source too, and no key of it is told", async () => {
  const keys = "<Credentials><AccessKeyId>AKIACANARY</AccessKeyId><SecretAccessKey>canary";
  for (const body of [keys, "", "<html></html>", "canary", "{}", `<a>${keys}</a>`]) {
    const error = await failureOfSts(200, body);
    assertEquals(error.kind, "credentials", body);
    assertEquals(/canary/i.test(error.message), false, error.message);
    assertEquals(error.message.includes("hidden field"), false, error.message);
  }
});

Deno.test("only what a source asks is bounded, and for as long as it asks", async () => {
  const text = "x".repeat(1_000_000);
  const server = await serveHttp((_, response) => response.end(text));
  const read = () =>
    new Promise<number>((resolve, reject) => {
      request(server.endpoint, (response) => {
        let length = 0;
        response.on("data", (piece: Uint8Array) => length += piece.length);
        response.on("end", () => resolve(length));
      }).on("error", reject).end();
    });
  try {
    assert(await askSource(read) <= 256 * 1024);
    assertEquals(await read(), text.length);
  } finally {
    server.close();
  }
});
