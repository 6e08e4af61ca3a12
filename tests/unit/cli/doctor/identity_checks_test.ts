import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Identity } from "../../../../src/aws/identity.ts";
import { checkIdentity, clockCheck } from "../../../../src/cli/doctor/identity_checks.ts";
import { systemClock } from "../../../../src/clock.ts";

const now = Date.UTC(2026, 0, 1);
const clock = { ...systemClock, now: () => now };
const { signal } = new AbortController();
const identity: Identity = {
  arn: "arn:aws:iam::123456789012:user/ops",
  account: "123456789012",
  region: "us-east-1",
  expires: undefined,
  time: new Date(now),
};
const place = { region: "us-east-1" };

const statusesOf = async (changes: Partial<Identity>) => {
  const identify = () => Promise.resolve({ ...identity, ...changes });
  const { checks } = await checkIdentity({ identify, clock, signal }, place, undefined);
  return Object.fromEntries(checks.map(({ name, status }) => [name, status]));
};

Deno.test("credentials that end soon are worth a word, and those that do not are not", async () => {
  const ends = async (ms: number) =>
    (await statusesOf({ expires: new Date(now + ms) }))["credentials"];
  assertEquals(await ends(3_600_000), "ok");
  assertEquals(await ends(600_000), "warn");
  assertEquals((await statusesOf({}))["credentials"], "ok");
});

Deno.test("a clock that AWS would refuse fails, and one that is nearly so is worth a word", () => {
  const statusAt = (skew: number) => clockCheck(new Date(now - skew), now).status;
  assertEquals([0, 10_000, -10_000].map(statusAt), ["ok", "ok", "ok"]);
  assertEquals([60_000, -60_000].map(statusAt), ["warn", "warn"]);
  assertEquals([300_000, -400_000].map(statusAt), ["fail", "fail"]);
  assertStringIncludes(clockCheck(new Date(now + 400_000), now).detail, "6m40s behind AWS's");
  assertEquals(clockCheck(undefined, now).status, "skip");
});

const failures: [string, string, string, string][] = [
  ["Error", "Region is missing", "region", "--region"],
  ["SignatureDoesNotMatch", "Signature expired", "credentials", "this host's clock"],
  ["CredentialsProviderError", "none", "credentials", "give the process credentials"],
  ["ThrottlingException", "Rate exceeded", "credentials", "run doctor again in a while"],
  ["NetworkingError", "connection refused", "credentials", "the VPC endpoint of sts"],
];

for (const [code, message, name, fix] of failures) {
  Deno.test(`STS's failure ${code} is told as ${name}, with its fix`, async () => {
    const identify = () => Promise.reject(Object.assign(new Error(message), { name: code }));
    const found = await checkIdentity({ identify, clock, signal }, place, undefined);
    assertEquals([found.identity, found.checks[0]?.name], [undefined, name]);
    assertStringIncludes(found.checks[0]?.fix ?? "", fix);
  });
}

Deno.test("an STS that never answers fails the check, and holds the doctor up no longer", async () => {
  const identify = () => new Promise<never>(() => {});
  const patient = { ...clock, sleep: () => Promise.resolve() };
  const found = await checkIdentity({ identify, clock: patient, signal }, place, undefined);
  assertEquals(found.checks.map(({ name, status }) => [name, status]), [["credentials", "fail"]]);
  assertStringIncludes(found.checks[0]?.detail ?? "", "no answer within 15 s");
});
