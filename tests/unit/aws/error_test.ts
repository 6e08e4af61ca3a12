import { assertEquals, assertStringIncludes } from "@std/assert";
import { type EcsErrorKind, toEcsError } from "../../../src/aws/error.ts";

/** An error as the AWS SDK throws it for an answer with this status; 0 is no answer. */
function thrown(name: string, status: number, message = ""): Error {
  const error = Object.assign(new Error(message), { name });
  if (status === 0) return error;
  const $fault = status >= 500 ? "server" : "client";
  return Object.assign(error, { $fault, $metadata: { httpStatusCode: status } });
}

const cases: [EcsErrorKind, Error][] = [
  ["throttled", thrown("ThrottlingException", 400, "Rate exceeded")],
  ["throttled", thrown("Unknown", 429)],
  ["unavailable", thrown("ServerException", 500)],
  ["unavailable", thrown("TimeoutError", 0, "socket hang up")],
  ["unavailable", thrown("SyntaxError", 200, "Unexpected token < in JSON")],
  ["unavailable", thrown("SyntaxError", 0, "Unexpected end of JSON input")],
  ["credentials", thrown("ExpiredTokenException", 400)],
  ["credentials", thrown("CredentialsProviderError", 0, "Could not load credentials")],
  ["denied", thrown("AccessDeniedException", 400)],
  ["no_cluster", thrown("ClusterNotFoundException", 400)],
  ["no_task", thrown("InvalidParameterException", 400, "The referenced task was not found.")],
  ["rejected", thrown("InvalidParameterException", 400, "Invalid identifier")],
  ["rejected", thrown("ClientException", 400, "TaskDefinition is inactive")],
  ["conflict", thrown("ConflictException", 409)],
  ["capacity", thrown("ClientException", 400, "Capacity is unavailable at this time.")],
];

for (const [kind, error] of cases) {
  Deno.test(`${error.name} "${error.message}" is told as ${kind}`, () => {
    const told = toEcsError(error, "RunTask web in cluster c");
    assertEquals(told.kind, kind);
    assertStringIncludes(told.message, "ECS RunTask web in cluster c: ");
  });
}
