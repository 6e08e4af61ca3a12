import { assertEquals, assertRejects } from "@std/assert";
import { demoPreset } from "../../../demo/simulator/preset.ts";
import { startSimulator } from "../../../demo/simulator/start.ts";
import { attemptExpired } from "../../../src/aws/caller.ts";
import { operationsAt } from "../../harness/aws.ts";
import { serveHttp } from "../../harness/http.ts";

const clusters = { clusters: ["nomad-remote-driver-demo"] };

const role = { arn: "arn:aws:iam::123456789012:role/nomad" };

/** An STS that swallows requests until it is told to answer them as `behind` does. */
async function startHangingSts(behind: string) {
  let answers = false;
  let asked = 0;
  const server = await serveHttp(async (request, response) => {
    asked += 1;
    if (!answers) return;
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const answer = await fetch(behind, {
      method: "POST",
      headers: {
        "content-type": String(request.headers["content-type"]),
        authorization: String(request.headers["authorization"]),
      },
      body: new Blob(chunks as Uint8Array<ArrayBuffer>[]),
    });
    response.writeHead(answer.status, { "content-type": "text/xml" });
    response.end(await answer.text());
  });
  return { ...server, asked: () => asked, heal: () => answers = true };
}

Deno.test({
  name: "a request for credentials that hangs does not blind a role for good",
  // The SDK's sockets outlive the calls that were given up.
  sanitizeResources: false,
  sanitizeOps: false,
  fn: async () => {
    const ecs = await startSimulator({ presets: [demoPreset] });
    const sts = await startHangingSts(ecs.endpoint);
    try {
      const operations = operationsAt(ecs.endpoint, { role, sts: sts.endpoint });
      for (let attempt = 0; attempt < 3; attempt++) {
        const late = new AbortController();
        const call = operations.describeClusters(clusters, late.signal);
        const over = Promise.race([
          call,
          new Promise<never>((_, reject) =>
            late.signal.addEventListener("abort", () => reject(late.signal.reason))
          ),
        ]);
        setTimeout(() => late.abort(attemptExpired), 300);
        await assertRejects(() => over, Error, attemptExpired.message);
      }
      assertEquals(sts.asked(), 1, "all calls wait for the one request");
      sts.heal();
      const { clusters: found } = await operations.describeClusters(
        clusters,
        new AbortController().signal,
      );
      assertEquals(found?.[0]?.status, "ACTIVE");
    } finally {
      sts.close();
      await ecs.stop();
    }
  },
});

/**
 * An ECS, and an STS, whose clock is ahead of this host's, and which take only what is signed by that,
 * with the access key that `key` gives or STS has given.
 */
function startAheadOfTime(ms: number, key = () => "simulated") {
  return serveHttp((request, response) => {
    request.resume();
    const signer = /Credential=([^/]+)/.exec(String(request.headers["authorization"]))?.[1];
    const known = signer === key() || signer === "ASIASIMULATED";
    const sts = String(request.headers["content-type"]).includes("form-urlencoded");
    const now = new Date(Date.now() + ms);
    const signed = String(request.headers["x-amz-date"])
      .replace(/(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)/, "$1-$2-$3:$4:$5");
    const late = Math.abs(now.getTime() - Date.parse(signed)) > 300_000;
    response.writeHead(late || !known ? 400 : 200, {
      "content-type": sts ? "text/xml" : "application/x-amz-json-1.1",
      date: now.toUTCString(),
    });
    if (sts) {
      return response.end(
        late
          ? "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code>" +
            "<Message>Signature expired</Message></Error></ErrorResponse>"
          : "<AssumeRoleResponse><AssumeRoleResult><Credentials>" +
            "<AccessKeyId>ASIASIMULATED</AccessKeyId><SecretAccessKey>s</SecretAccessKey>" +
            "<SessionToken>t</SessionToken>" +
            `<Expiration>${new Date(now.getTime() + 3_600_000).toISOString()}</Expiration>` +
            "</Credentials></AssumeRoleResult></AssumeRoleResponse>",
      );
    }
    const refusal = late
      ? { __type: "InvalidSignatureException", message: "Signature expired" }
      : { __type: "UnrecognizedClientException", message: "The security token is invalid" };
    response.end(JSON.stringify(late || !known ? refusal : { clusters: [] }));
  });
}

Deno.test({
  name: "a clock that is hours off is made up for",
  sanitizeResources: false,
  sanitizeOps: false,
  fn: async () => {
    let key = "simulated";
    let accessKey = key;
    const ecs = await startAheadOfTime(3 * 3_600_000, () => key);
    try {
      const operations = operationsAt(ecs.endpoint, { accessKey: () => accessKey });
      const ask = () => operations.describeClusters(clusters, new AbortController().signal);
      const first = await Promise.allSettled([ask(), ask(), ask()]);
      assertEquals(first.map(({ status }) => status), ["rejected", "rejected", "rejected"]);
      assertEquals((await ask()).clusters, []);

      key = "renewed";
      await assertRejects(ask, Error, "token is invalid");
      accessKey = "renewed";
      let answered = false;
      for (let times = 0; times < 6 && !answered; times++) {
        answered = await ask().then(() => true, () => false);
      }
      assertEquals(answered, true, "credentials that are renewed are taken up");
    } finally {
      ecs.close();
    }
  },
});

Deno.test({
  name: "a clock that is hours off is made up for with STS as with ECS",
  sanitizeResources: false,
  sanitizeOps: false,
  fn: async () => {
    const aws = await startAheadOfTime(3 * 3_600_000);
    try {
      const operations = operationsAt(aws.endpoint, { role, sts: aws.endpoint });
      const ask = () => operations.describeClusters(clusters, new AbortController().signal);
      await assertRejects(ask, Error, "Signature expired", "of STS");
      await assertRejects(ask, Error, "Signature expired", "of ECS");
      assertEquals((await ask()).clusters, []);
    } finally {
      aws.close();
    }
  },
});
