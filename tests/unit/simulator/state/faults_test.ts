import { assertEquals, assertThrows } from "@std/assert";
import {
  faultFor,
  faultModes,
  readRules,
  refusalModes,
  refusalOf,
} from "../../../../demo/simulator/state/faults.ts";

const always = { now: 0, random: () => 0 };

Deno.test("a rule ends with its count and with its time", () => {
  const rules = readRules([{ mode: "throttle", count: 2, seconds: 10 }], 1_000);
  const at = (now: number) => faultFor(rules, "RunTask", { ...always, now });
  assertEquals([at(11_000), at(1_000), at(1_000), at(1_000)], [
    undefined,
    "throttle",
    "throttle",
    undefined,
  ]);
});

Deno.test("a rule hits its share of its operations, and the first that applies wins", () => {
  const rules = readRules([
    { mode: "error500", operations: ["StopTask"], rate: 0.5 },
    { mode: "error503" },
  ], 0);
  assertEquals(faultFor(rules, "StopTask", { now: 0, random: () => 0.4 }), "error500");
  assertEquals(faultFor(rules, "StopTask", { now: 0, random: () => 0.6 }), "error503");
  assertEquals(faultFor(rules, "RunTask", { now: 0, random: () => 0 }), "error503");
});

Deno.test("a refusal of a single operation hits no other, even where a rule is for all", () => {
  const hits = (mode: string) =>
    ["RunTask", "RegisterTaskDefinition", "StopTask", "AssumeRole", "AssumeRoleWithWebIdentity"]
      .filter((operation) => faultFor(readRules([{ mode }], 0), operation, always) !== undefined);
  assertEquals(
    Object.fromEntries(["capacity", ...refusalModes].map((mode) => [mode, hits(mode)])),
    {
      "capacity": ["RunTask"],
      "concurrent-revisions": ["RegisterTaskDefinition"],
      "ec2-request-limit": ["RunTask"],
      "ec2-rate-exceeded": ["RunTask"],
      "no-container-instances": ["RunTask"],
      "service-linked-role": ["RunTask"],
      "idp-communication": ["AssumeRoleWithWebIdentity"],
      "invalid-identity-token": ["AssumeRoleWithWebIdentity"],
      "region-disabled": ["AssumeRole", "AssumeRoleWithWebIdentity"],
    },
  );
});

Deno.test("refusals that pass have AWS's types and words", () => {
  const worded = (["concurrent-revisions", "ec2-request-limit", "no-container-instances"] as const)
    .map((mode) => refusalOf(mode)).map((error) => [error?.type, error?.status, error?.message]);
  assertEquals(worded, [
    [
      "ClientException",
      400,
      "Too many concurrent attempts to create a new revision of the specified family.",
    ],
    [
      "InvalidParameterException",
      400,
      "Error retrieving security group information for [sg-0123456789abcdef0]: Request limit " +
      "exceeded. (ErrorCode: RequestLimitExceeded)",
    ],
    [
      "InvalidParameterException",
      400,
      "No Container Instances were found in your cluster.",
    ],
  ]);
});

Deno.test("faults of the connection are no refusals", () => {
  assertEquals(faultModes.filter((mode) => refusalOf(mode) === undefined), [
    "hang",
    "cut-before",
    "cut-after",
    "garbage",
    "half-body",
    "capacity",
  ]);
});

Deno.test("rules that cannot be are refused, with what is wrong", () => {
  const refusal = (value: unknown) => assertThrows(() => readRules(value, 0), Error).message;
  assertEquals(refusal({}), "faults must be a list of rules");
  assertEquals(refusal([{ mode: "hail" }]).startsWith("mode must be one of throttle, "), true);
  assertEquals(refusal([{ mode: "hang", rate: 2 }]), "rate is from 0 to 1");
  assertEquals(
    refusal([{ mode: "hang", operations: "RunTask" }]),
    "operations must be a list of names",
  );
});
