import type { Limit } from "./token_bucket.ts";

/**
 * What a client has learned of its share of one of AWS's buckets. All clients of an account share the
 * bucket, and none of them knows of the others. AWS tells only one thing: a refusal means that the
 * bucket was empty at that moment.
 *
 * The first refusal after a quiet time tells the share: the client knows how many tokens AWS gave
 * since the bucket was full, and how many of them it took itself. After that each refusal lowers the
 * rate by a part, and time raises it by an amount that is smaller for a larger share. So the rates of
 * all clients come together, and a share that somebody leaves is taken by the others.
 *
 * Some seconds after the first refusal a small share means many clients. Then a refusal costs a client less of the
 * bucket's rate, so it also regains less: else a fleet of 32 would be refused half its calls. The first refusal of
 * a process counts for all later storms: their shares start as they were learned.
 *
 * The numbers here were chosen by runs of 1 to 32 clients before one bucket, with answers that take 10
 * to 500 ms; `tests/unit/aws/fleet_test.ts` keeps what they achieve.
 */
export type FairShare = {
  /**
   * The rate that the last refusal led to, in calls a second, and when, and when the first one was;
   * undefined before the first.
   */
  readonly learned:
    | { readonly rate: number; readonly at: number; readonly firstAt: number }
    | undefined;
  /** Tokens that AWS has given all clients, by `at`, since this client's calls began after a rest. */
  readonly given: number;
  /** Monotonic milliseconds of the last call. */
  readonly at: number;
  /** Calls of this client in that time. */
  readonly own: number;
};

/** What a client knew when it made a call, for the case that AWS refuses it. */
export type Evidence = {
  /** Monotonic milliseconds. */
  readonly at: number;
  readonly own: number;
  /** Calls that others must have made by then if AWS's bucket was empty. */
  readonly others: number;
};

/** Seconds without a call after which AWS's bucket counts as full again. */
const rest = 2;
/** Seconds after which what happened counts half: the share is that of lately. */
const halfLife = 20;
/** Part of its rate that a client keeps after a refusal. */
const kept = 0.875;
/** Part of its measured share that a client takes after the first refusal, so that the bucket fills. */
const caution = 0.8;
/** Least part of the bucket's rate that the first refusal leads to: a newcomer would measure too little. */
const leastFirst = 1 / 32;
/** Least part of the bucket's rate that refusals lead to. */
const least = 1 / 64;
/** The share that is regained at the pace of `steadyRegain`: that of one of eight clients. */
const middleShare = 1 / 8;
/** Part of the bucket's rate that a client with a middle share regains in a second. */
const steadyRegain = 1 / 240;
/** The share below which a client regains less than one with a middle share, once shares are settled. */
const smallShare = 1 / 12;
/** Seconds from the first refusal in which the shares of all clients come together. */
const settling = 12;
/** How many times that pace a client with a small share has in that time, at most. */
const mostRegain = 2;
/** Part of its own rate that a client with a large share regains in a second, at least. */
const proportionalRegain = 1 / 40;
/** Seconds without a refusal after which a client assumes that other clients have left. */
const quiet = 15;
/** Seconds that it then takes to regain the whole rate. */
const quietRegain = 20;

/** The share of a client to whom nothing was refused yet. */
export function wholeShare({ burst }: Limit, now: number): FairShare {
  return { learned: undefined, given: burst, at: now, own: 0 };
}

/** Calls a second that the client may make: at most the bucket's rate. */
export function rateOf({ learned }: FairShare, { perSecond }: Limit, now: number): number {
  if (learned === undefined) return perSecond;
  const seconds = Math.max(0, now - learned.at) / 1_000;
  const isSettled = learned.at - learned.firstAt >= settling * 1_000;
  const regain = perSecond * steadyRegain * paceOf(learned.rate / perSecond, isSettled);
  const late = Math.max(0, seconds - quiet) / quietRegain;
  return Math.min(perSecond, learned.rate + regain * seconds + perSecond * late ** 2);
}

/** How fast a share grows, as a multiple of the pace of a middle one. */
function paceOf(share: number, isSettled: boolean): number {
  const usual = Math.max(
    share * proportionalRegain / steadyRegain,
    Math.min(mostRegain, (middleShare / share) ** 2),
  );
  return isSettled ? Math.min(usual, share / smallShare) : usual;
}

/** Takes in that the client makes a call. */
export function withCall(
  share: FairShare,
  limit: Limit,
  now: number,
): { share: FairShare; evidence: Evidence } {
  const { burst, perSecond } = limit;
  const seconds = (now - share.at) / 1_000;
  const rested = seconds > rest;
  const given = rested ? burst : share.given + seconds * perSecond;
  const part = given > burst + halfLife * perSecond ? 0.5 : 1;
  const own = ((rested ? 0 : share.own) + 1) * part;
  const next = { ...share, given: given * part, at: now, own };
  return { share: next, evidence: { at: now, own, others: Math.max(0, next.given - own) } };
}

/** Takes in that a call was not made after all, or took no token. */
export function withoutCall(share: FairShare): FairShare {
  return { ...share, own: Math.max(0, share.own - 1) };
}

/**
 * Takes in that AWS refused a call for its rate. Calls that were under way together are refused
 * together: those made before the last refusal was known teach nothing.
 */
export function withRefusal(
  share: FairShare,
  evidence: Evidence,
  limit: Limit,
  { rate, now }: {
    /** Calls a second that the client was allowed. */
    rate: number;
    now: number;
  },
): FairShare {
  const { learned } = share;
  if (learned !== undefined && evidence.at < learned.at) return share;
  const { perSecond } = limit;
  const measured = perSecond * evidence.own / (evidence.own + evidence.others);
  const lowered = rateOf(share, limit, now) < perSecond
    ? rate * kept
    : Math.min(rate * kept, Math.max(perSecond * leastFirst, measured * caution));
  return {
    learned: {
      rate: Math.max(perSecond * least, lowered),
      at: now,
      firstAt: learned?.firstAt ?? now,
    },
    given: 0,
    at: now,
    own: 0,
  };
}
