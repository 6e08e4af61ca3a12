import { assertEquals, assertStringIncludes } from "@std/assert";
import { toEcsError } from "../../../src/aws/error.ts";
import type { AwsOperations } from "../../../src/aws/operations.ts";
import { operationsAt } from "../../harness/aws.ts";
import { serveHttp } from "../../harness/http.ts";

const { signal } = new AbortController();

/** What the driver makes of an answer that the AWS SDK was given. */
async function errorOf(
  answer: { status: number; body: string; type?: string | undefined },
  call = (operations: AwsOperations): Promise<unknown> => operations.describeClusters({}, signal),
) {
  const { status, body, type = "application/x-amz-json-1.1" } = answer;
  const server = await serveHttp((request, response) => {
    request.resume();
    response.writeHead(status, { "content-type": type });
    response.end(body);
  });
  try {
    return await call(operationsAt(server.endpoint)).then(
      () => undefined,
      (thrown) => toEcsError(thrown, "RunTask web in cluster c"),
    );
  } finally {
    server.close();
  }
}

const refusal = (type: string, message: string) => JSON.stringify({ __type: type, message });

Deno.test("a refusal of AWS's is told in AWS's words, with what it was about and what to do", async () => {
  const error = await errorOf({ status: 400, body: refusal("AccessDeniedException", "not you") });
  assertEquals(
    error?.message,
    "RunTask web in cluster c: AccessDeniedException: not you; " +
      "check the IAM policy of this Nomad client's AWS identity",
  );
});

const advised: [what: string, type: string, message: string, advice: string][] = [
  [
    "a clock that is late",
    "InvalidSignatureException",
    "Signature expired: 20261126T120000Z is now earlier than 20261126T121500Z",
    "check the clock of this Nomad client",
  ],
  [
    "a clock that is early",
    "SignatureDoesNotMatch",
    "Signature not yet current: 20261126T121500Z is still later than 20261126T120500Z",
    "check the clock of this Nomad client",
  ],
  [
    "a wrong secret key",
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided.",
    "check the AWS credentials of this Nomad client",
  ],
  [
    "a session that is over",
    "ExpiredTokenException",
    "The security token included in the request is expired",
    "check the AWS credentials of this Nomad client",
  ],
  [
    "a subnet that does not exist",
    "InvalidParameterException",
    "Error retrieving subnet information for [subnet-1]: The subnet ID 'subnet-1' does not exist " +
    "(ErrorCode: InvalidSubnetID.NotFound)",
    "check network_configuration.aws_vpc_configuration in config.task, or in the plugin block's config",
  ],
  [
    "a security group that does not exist",
    "InvalidParameterException",
    "Error retrieving security group information for [sg-1]: The security group 'sg-1' does not exist " +
    "(ErrorCode: InvalidGroup.NotFound)",
    "check network_configuration.aws_vpc_configuration in config.task, or in the plugin block's config",
  ],
  [
    "a network that is missing",
    "InvalidParameterException",
    "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
    "check network_configuration.aws_vpc_configuration in config.task, or in the plugin block's config",
  ],
];
for (const [what, type, message, advice] of advised) {
  Deno.test(`a refusal for ${what} says what to check`, async () => {
    const error = await errorOf({ status: 400, body: refusal(type, message) });
    assertEquals(error?.message, `RunTask web in cluster c: ${type}: ${message}; ${advice}`);
  });
}

const page = "\r\n\r\n  <html>\r\n<head><title>Sorry</title></head></html>";
const foreign: [what: string, answer: Parameters<typeof errorOf>[0], words: string][] = [
  [
    "a proxy's page with status 200",
    { status: 200, body: page, type: "text/html" },
    "HTTP 200, text/html: <html>",
  ],
  [
    "a proxy that wants credentials of its own",
    { status: 407, body: page, type: "text/html" },
    "HTTP 407, text/html: <html>",
  ],
  [
    "a login page",
    { status: 401, body: "<b>Log in</b>", type: "text/html" },
    "HTTP 401, text/html: <b>Log in</b>",
  ],
  [
    "an empty 400",
    { status: 400, body: "" },
    "HTTP 400, application/x-amz-json-1.1, without a body",
  ],
  ["a 403 without a code", { status: 403, body: "{}" }, "HTTP 403, application/x-amz-json-1.1: {}"],
  [
    "a JSON text that is none",
    { status: 400, body: "Bad Request", type: "text/plain" },
    "HTTP 400, text/plain: Bad Request",
  ],
  [
    "a 502",
    { status: 502, body: "upstream\u0007 is away\nsecond line", type: "text/plain" },
    "HTTP 502, text/plain: upstream  is away",
  ],
  [
    "a code that is no text",
    { status: 400, body: '{"__type":{},"message":"m"}' },
    'HTTP 400, application/x-amz-json-1.1: {"__type":{},"message":"m"}',
  ],
  [
    "a code that AWS does not have",
    { status: 400, body: refusal("Gateway#Sorry", "closed") },
    "Sorry: closed",
  ],
  [
    "a code that objects have",
    { status: 400, body: refusal("constructor", "m") },
    "constructor: m",
  ],
  ["a message that is no text", { status: 400, body: '{"__type":"Odd","message":{"a":1}}' }, "Odd"],
];
for (const [what, answer, words] of foreign) {
  Deno.test(`${what} is an outage, told in one line`, async () => {
    const error = await errorOf(answer);
    assertEquals([error?.kind, error?.answer], ["unavailable", words]);
  });
}

Deno.test("of a long answer that is none of AWS's, only its beginning is told", async () => {
  const error = await errorOf({
    status: 502,
    body: "x".repeat(1_000_000),
    type: "y".repeat(5_000),
  });
  assertEquals(error?.answer, `HTTP 502, ${"y".repeat(200)}...: ${"x".repeat(200)}...`);
});

Deno.test("the tasks of a conflict are those that are named by an ARN", async () => {
  const arn = "arn:aws:ecs:us-east-1:123456789012:task/c/0123";
  const body = JSON.stringify({
    __type: "ConflictException",
    message: "used",
    resourceIds: ["nonsense", 7, null, { arn }, arn],
  });
  const error = await errorOf(
    { status: 400, body },
    (operations) => operations.runTask({ taskDefinition: "t" }, signal),
  );
  assertEquals([error?.kind, error?.arns], ["conflict", [arn]]);
});

Deno.test("what is no error at all is an outage", () => {
  for (const thrown of [undefined, null, "text", 7, {}]) {
    assertEquals(toEcsError(thrown, "ListTasks").kind, "unavailable");
  }
  assertStringIncludes(toEcsError("text", "ListTasks").message, "text");
});
