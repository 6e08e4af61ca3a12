/** Whose credentials AWS is called with, until when, and whether this host's clock is AWS's. */
import { toEcsError } from "../../aws/error.ts";
import { isForTime } from "../../aws/error_codes.ts";
import type { ClusterRef } from "../../aws/cluster_ref.ts";
import type { Identity } from "../../aws/identity.ts";
import { againFix, clockFix, credentialsFix, regionFix } from "../advice.ts";
import type { Host } from "../host.ts";
import { spanOf } from "../style.ts";
import { answered } from "./bounded.ts";
import { type Check, fail, ok, skip, warn } from "./check.ts";

/** What is asked, for messages. */
const operation = "STS GetCallerIdentity";
/** Milliseconds by which AWS lets a request's time be off: AWS Signature Version 4, "Date handling". */
const allowedSkew = 300_000;
/** Milliseconds of skew that are worth a word. The Date header has whole seconds. */
const worthAWord = 30_000;
/** Milliseconds before their end in which credentials that nobody renews are worth a word. */
const endsSoon = 900_000;

/** What the checks found, and the identity where there is one. */
export type IdentityChecks = { readonly checks: Check[]; readonly identity: Identity | undefined };

/** Asks STS whose the credentials are. */
export async function checkIdentity(
  host: Pick<Host, "identify" | "clock" | "signal">,
  { region, role, profile }: Pick<ClusterRef, "region" | "role" | "profile">,
  endpoint: string | undefined,
): Promise<IdentityChecks> {
  const { identify, clock, signal } = host;
  try {
    const target = { region, role, profile, endpoint };
    const identity = await answered(host, operation, (bounded) => identify(target, bounded));
    const checks = [
      ok("region", identity.region),
      credentialsCheck(identity, clock.now()),
      clockCheck(identity.time, clock.now()),
    ];
    return { checks, identity };
  } catch (error) {
    signal.throwIfAborted();
    return { checks: failedChecks(error), identity: undefined };
  }
}

function credentialsCheck({ arn, expires }: Identity, now: number): Check {
  if (expires === undefined) {
    return ok("credentials", `${arn}; until when they are valid is not told`);
  }
  const left = expires.getTime() - now;
  const until = `${arn}, until ${expires.toISOString()} (${spanOf(left)})`;
  // The source of a role's credentials renews them. Nobody renews a session token of the environment.
  return left < endsSoon
    ? warn("credentials", until, "check that their source renews them")
    : ok("credentials", until);
}

/** Compares this host's clock with that of AWS's answer. */
export function clockCheck(time: Date | undefined, now: number): Check {
  if (time === undefined) return skip("clock", "AWS's answer does not tell the time");
  const skew = now - time.getTime();
  const text = `${spanOf(Math.abs(skew))} ${skew < 0 ? "behind" : "ahead of"} AWS's`;
  if (Math.abs(skew) >= allowedSkew) return fail("clock", text, clockFix);
  return Math.abs(skew) >= worthAWord ? warn("clock", text, clockFix) : ok("clock", "as AWS's");
}

function failedChecks(error: unknown): Check[] {
  const { kind, answer } = toEcsError(error, operation);
  if (kind === "no_region") {
    return [fail("region", answer, regionFix), skip("credentials", "they need a region")];
  }
  if (answer.includes("SignatureDoesNotMatch") || isForTime(answer)) {
    return [
      fail(
        "credentials",
        answer,
        "check the secret key and the session token, and this host's clock",
      ),
    ];
  }
  switch (kind) {
    case "credentials":
    case "denied":
      return [fail("credentials", answer, credentialsFix)];
    case "throttled":
      return [fail("credentials", answer, againFix)];
    case "unavailable":
    case "no_cluster":
    case "no_task":
    case "no_resource":
    case "conflict":
    case "capacity":
    case "not_yet":
    case "rejected":
      return [
        fail("credentials", answer, "check the network, the proxy, and the VPC endpoint of sts"),
      ];
  }
}
