import { assertEquals } from "@std/assert";
import * as sdk from "@aws-sdk/client-ecs";
import type { EcsErrorKind } from "../../../src/aws/error.ts";
import { isKnownCode, kindOf } from "../../../src/aws/error_codes.ts";

const client = "ClientException";
const invalid = "InvalidParameterException";
const cases: [kind: EcsErrorKind, code: string, status: number, message: string][] = [
  ["throttled", "ThrottlingException", 400, "Rate exceeded"],
  ["throttled", "Unknown", 429, ""],
  ["throttled", "RequestLimitExceeded", 503, ""],
  [
    "throttled",
    invalid,
    400,
    "Error retrieving subnet information for [subnet-1]: Rate exceeded (ErrorCode: Throttling)",
  ],
  ["throttled", invalid, 400, "Request limit exceeded. (ErrorCode: RequestLimitExceeded)"],
  ["throttled", invalid, 400, "Error retrieving security group information: RequestLimitExceeded"],
  [
    "not_yet",
    client,
    400,
    "Too many concurrent attempts to create a new revision of the specified family.",
  ],
  ["not_yet", invalid, 400, "No Container Instances were found in your cluster."],
  [
    "not_yet",
    invalid,
    400,
    "Unable to assume the service linked role. Please verify that the ECS service linked role exists.",
  ],
  [
    "not_yet",
    client,
    400,
    "ECS was unable to assume the role 'arn:aws:iam::123456789012:role/r' that was provided for this task.",
  ],
  ["not_yet", client, 400, "TaskDefinition not found."],
  ["no_cluster", "ClusterNotFoundException", 400, "Cluster not found."],
  ["no_cluster", client, 400, "The referenced cluster was inactive."],
  ["no_cluster", invalid, 400, "The specified cluster is inactive. Specify an active cluster."],
  ["not_yet", invalid, 400, "An internal error has occurred (ErrorCode: InternalError)"],
  ["not_yet", "UpdateInProgressException", 400, ""],
  ["capacity", client, 400, "Capacity is unavailable at this time. Please try again later."],
  ["capacity", client, 400, "Tasks provisioning capacity limit exceeded."],
  [
    "capacity",
    "LimitExceededException",
    400,
    "You've reached the limit on the number of tasks you can run concurrently",
  ],
  ["unavailable", "ServerException", 500, ""],
  ["unavailable", "ServerException", 400, ""],
  ["unavailable", "InvalidNetworkInterfaceID.NotFound", 400, ""],
  ["unavailable", "Unknown", 400, ""],
  ["unavailable", "Unknown", 401, ""],
  ["unavailable", "Unknown", 407, ""],
  ["unavailable", "SomethingElse", 400, ""],
  ["unavailable", "__proto__", 400, ""],
  ["credentials", "ExpiredTokenException", 400, ""],
  ["credentials", "AuthFailure", 401, ""],
  ["denied", "AccessDeniedException", 400, ""],
  ["no_cluster", "ClusterNotFoundException", 400, ""],
  ["no_task", invalid, 400, "The referenced task was not found."],
  ["no_resource", "ResourceNotFoundException", 400, "The specified log stream does not exist."],
  ["conflict", "ConflictException", 409, ""],
  ["rejected", invalid, 400, "Invalid identifier"],
  ["rejected", "InvalidNetworkInterfaceId.Malformed", 400, 'Invalid id: "eni-x"'],
  ["rejected", client, 400, "TaskDefinition is inactive"],
  ["rejected", client, 400, "Unable to describe task definition."],
  [
    "rejected",
    invalid,
    400,
    "The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster.",
  ],
  [
    "rejected",
    invalid,
    400,
    "The subnet ID 'subnet-1' does not exist (ErrorCode: InvalidSubnetID.NotFound)",
  ],
  ["rejected", "LimitExceededException", 400, "The limit for the number of tags was exceeded"],
];
for (const [kind, code, status, message] of cases) {
  Deno.test(`${code} ${status} "${message}" is of kind ${kind}`, () => {
    assertEquals(kindOf({ code, message, status, answered: true }), kind);
  });
}

const unanswered: [kind: EcsErrorKind, code: string, message: string][] = [
  ["unavailable", "TimeoutError", "socket hang up"],
  ["unavailable", "SyntaxError", "Unexpected token < in JSON"],
  ["unavailable", "ClientException", "thrown by something else than AWS"],
  ["credentials", "CredentialsProviderError", "Could not load credentials"],
  ["no_region", "Error", "Region is missing"],
  ["no_region", "CredentialsError", "no AWS credentials: Error: Region is missing"],
];
for (const [kind, code, message] of unanswered) {
  Deno.test(`${code} "${message}" without an answer is of kind ${kind}`, () => {
    assertEquals(kindOf({ code, message, status: undefined, answered: false }), kind);
  });
}

Deno.test("every error that ECS's model has is known", () => {
  const modelled = Object.keys(sdk).filter((name) => name.endsWith("Exception"))
    .filter((name) => name !== "ECSServiceException"); // the class of those without a model
  assertEquals(modelled.filter((name) => !isKnownCode(name)), []);
});
