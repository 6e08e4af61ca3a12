import { assertEquals } from "@std/assert";
import {
  assumeRole,
  assumeRoleWithWebIdentity,
  getCallerIdentity,
  type Sts,
} from "../../../../demo/simulator/operations/sts.ts";
import { assertRefused, emptyModel } from "../../../harness/simulator_definitions.ts";

const role = { RoleArn: "arn:aws:iam::123456789012:role/web", RoleSessionName: "session" };

function stage() {
  const sts: Sts = { externalIds: new Map(), sessions: new Map() };
  const context = { sts, model: emptyModel() };
  type Form = Record<string, string>;
  return {
    assume: (form: Form) =>
      assumeRole(context, new URLSearchParams(form)) as {
        AssumedRoleUser: { Arn: string };
        Credentials: { AccessKeyId: string };
        SourceIdentity?: string;
      },
    web: (form: Form) => assumeRoleWithWebIdentity(context, new URLSearchParams(form)),
    caller: (key: string) =>
      getCallerIdentity(context, new URLSearchParams(), {
        authorization: `AWS4-HMAC-SHA256 Credential=${key}/20260101/us-east-1/sts/aws4_request`,
      }) as { Arn: string },
  };
}

Deno.test("a session's ARN does not have the path of its role", () => {
  const { assume, caller } = stage();
  const RoleArn = "arn:aws:iam::123456789012:role/team/app/web";
  const { AssumedRoleUser, Credentials } = assume({ ...role, RoleArn });
  const arn = "arn:aws:sts::123456789012:assumed-role/web/session";
  assertEquals([AssumedRoleUser.Arn, caller(Credentials.AccessKeyId).Arn], [arn, arn]);
});

Deno.test("AssumeRole answers the source identity that it is given", () => {
  const { assume } = stage();
  assertEquals(assume(role).SourceIdentity, undefined);
  assertEquals(assume({ ...role, SourceIdentity: "ann" }).SourceIdentity, "ann");
  assertRefused(
    () => assume({ ...role, SourceIdentity: "a" }),
    "ValidationError",
    "Value at 'sourceIdentity' failed",
  );
});

Deno.test("a request without a role says so, and one without a token of 4 characters too", () => {
  const { assume, web } = stage();
  assertRefused(
    () => assume({ RoleSessionName: "session" }),
    "ValidationError",
    "Value null at 'roleArn' failed to satisfy constraint: Member must not be null",
  );
  web({ ...role, WebIdentityToken: "abcd" });
  assertRefused(
    () => web({ ...role, WebIdentityToken: "abc" }),
    "ValidationError",
    "Value 'abc' at 'webIdentityToken'",
  );
});
