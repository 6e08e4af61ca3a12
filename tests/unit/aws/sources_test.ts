import { assert, assertEquals, assertRejects } from "@std/assert";
import { fromHttp } from "@aws-sdk/credential-providers";
import { request } from "node:http";
import { askSource } from "../../../src/aws/sources.ts";
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
