import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { RequestListener } from "node:http";
import { toEcsError } from "../../../src/aws/error.ts";
import type { AwsOperations } from "../../../src/aws/operations.ts";
import { operationsAt } from "../../harness/aws.ts";
import { serveHttp } from "../../harness/http.ts";

const { signal } = new AbortController();
const networkInterfaceId = "eni-0123";

/** Calls an EC2 that answers as told. */
async function withEc2(
  status: number,
  body: string,
  use: (
    operations: AwsOperations,
    asked: { authorization: string; form: URLSearchParams }[],
  ) => Promise<void>,
) {
  const asked: { authorization: string; form: URLSearchParams }[] = [];
  const answer: RequestListener = async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    asked.push({
      authorization: String(request.headers["authorization"]),
      form: new URLSearchParams(await new Blob(chunks as BlobPart[]).text()),
    });
    response.writeHead(status, { "content-type": "text/xml" });
    response.end(body);
  };
  const ec2 = await serveHttp(answer);
  try {
    await use(operationsAt("http://127.0.0.1:9", { ec2: ec2.endpoint }), asked);
  } finally {
    ec2.close();
  }
}

const described = (association: string) =>
  "<DescribeNetworkInterfacesResponse><networkInterfaceSet><item>" +
  `<networkInterfaceId>${networkInterfaceId}</networkInterfaceId>${association}` +
  "</item></networkInterfaceSet></DescribeNetworkInterfacesResponse>";

Deno.test("EC2 is asked for one interface, signed with ECS's credentials", async () => {
  const association = "<association><publicIp>203.0.113.7</publicIp></association>";
  await withEc2(200, described(association), async (operations, asked) => {
    const answer = await operations.describeNetworkInterfaces({ networkInterfaceId }, signal);
    assertEquals(answer, { publicAddress: "203.0.113.7" });
    assertEquals(asked.length, 1);
    assertStringIncludes(asked[0]?.authorization ?? "", "Credential=simulated/");
    assertStringIncludes(asked[0]?.authorization ?? "", "/us-east-1/ec2/aws4_request");
    assertEquals(asked[0]?.form.get("Action"), "DescribeNetworkInterfaces");
    assertEquals(asked[0]?.form.get("NetworkInterfaceId.1"), networkInterfaceId);
  });
});

Deno.test("an interface without a public address has none", async () => {
  await withEc2(200, described(""), async (operations) => {
    const answer = await operations.describeNetworkInterfaces({ networkInterfaceId }, signal);
    assertEquals(answer, { publicAddress: undefined });
  });
});

const failures: [what: string, status: number, body: string, kind: string, answer: string][] = [
  [
    "a refusal of EC2's",
    400,
    "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>not you</Message></Error></Errors></Response>",
    "denied",
    "UnauthorizedOperation: not you",
  ],
  [
    "an interface that EC2 does not know yet",
    400,
    "<Response><Errors><Error><Code>InvalidNetworkInterfaceID.NotFound</Code><Message>no such</Message></Error></Errors></Response>",
    "unavailable",
    "InvalidNetworkInterfaceID.NotFound: no such",
  ],
  [
    "a page of another server",
    200,
    "<html><body>hello</body></html>",
    "unavailable",
    "HTTP 200, text/xml: <html><body>hello</body></html>",
  ],
  ["a proxy's refusal", 407, "<html>Who?</html>", "unavailable", "HTTP 407, text/xml: <html>Who?"],
  ["a text that is no XML", 502, "Bad Gateway", "unavailable", "HTTP 502, text/xml: Bad Gateway"],
];
for (const [what, status, body, kind, text] of failures) {
  Deno.test(`${what} is classified as the SDK's errors are`, async () => {
    await withEc2(status, body, async (operations) => {
      const thrown = await assertRejects(() =>
        operations.describeNetworkInterfaces({ networkInterfaceId }, signal)
      );
      const error = toEcsError(thrown, "DescribeNetworkInterfaces");
      assertEquals(error.kind, kind);
      assertStringIncludes(error.answer, text);
    });
  });
}
