import { createCallBudget } from "../../src/aws/call_budget.ts";
import type { Category } from "../../src/aws/rate_limits.ts";
import { backoff } from "../../src/aws/retry.ts";
import { createThrottle, takeTokens } from "../../demo/simulator/state/throttle.ts";
import { awsQuotas, type Category as QuotaName } from "../../demo/simulator/state/quotas.ts";
import { createChances } from "../simulation/random.ts";
import { createVirtualTime } from "../simulation/virtual_time.ts";

/** Clients of one account that all make calls of one kind, in virtual time. */
export type FleetPlan = {
  readonly seed: number;
  /** Each client's calls, and when it begins, in milliseconds. */
  readonly clients: readonly { readonly calls: number; readonly at?: number }[];
  readonly kind: keyof typeof kinds;
  /** Part of the limits that each client may use at most. */
  readonly share?: number;
  /** Milliseconds that a call takes, at least and at most. */
  readonly latency?: readonly [number, number];
};

/** What came of it. */
export type FleetResult = {
  /** The time until the last call was accepted, as a multiple of what AWS's buckets allow. */
  readonly ratio: number;
  /** Part of all calls that AWS refused. */
  readonly refused: number;
  /** Milliseconds from each client's begin to its last accepted call. */
  readonly took: readonly number[];
  /** Accepted calls of each client in each second. */
  readonly perSecond: readonly (readonly number[])[];
};

/** What the calls take a token of each, in the driver's words and in the simulator's. */
const kinds = {
  starts: [
    ["Fargate launches", "cluster resource writes"],
    ["cluster-resource-modify", "fargate-launch"],
  ],
  stops: [["cluster resource writes"], ["cluster-resource-modify"]],
  registrations: [["task definition writes"], ["task-definition-modify"]],
} as const satisfies Record<string, readonly [readonly Category[], readonly QuotaName[]]>;

/** Runs the plan. The answer follows from it alone. */
export async function runFleet(
  { seed, clients, kind, share = 1, latency = [30, 120] }: FleetPlan,
): Promise<FleetResult> {
  const time = createVirtualTime(0);
  const clock = time.clock({ alive: true });
  const chances = createChances(seed);
  const throttle = createThrottle();
  const [categories, quotas] = kinds[kind];
  let calls = 0;
  let refusals = 0;
  const isAccepted = () =>
    quotas.every((category) =>
      takeTokens(throttle, { region: "us-east-1", category, now: time.now(), speed: 1 })
    );
  const accepted = clients.map((): number[] => []);

  const call = async (budget: ReturnType<typeof createCallBudget>, client: number) => {
    for (let failures = 1;; failures++) {
      const permit = await budget.acquire(categories, { priority: "act", lane: kind });
      calls += 1;
      const oneWay = chances.between(...latency) / 2;
      await clock.sleep(oneWay);
      const accepts = isAccepted();
      await clock.sleep(oneWay);
      if (accepts) {
        permit.accepted();
        return accepted[client]?.push(time.now());
      }
      refusals += 1;
      permit.refused();
      await clock.sleep(backoff(failures, chances.next));
    }
  };
  const begins = clients.map(({ at }) => at ?? chances.between(0, 200));
  const done = Promise.all(clients.map(async ({ calls }, client) => {
    await clock.sleep(begins[client] ?? 0);
    const settings = { raised: {}, share, ceiling: undefined };
    const budget = createCallBudget({ settings: () => settings, clock });
    await Promise.all(Array.from({ length: calls }, () => call(budget, client)));
  }));
  let over = false;
  done.then(() => over = true);
  while (!over && await time.step(3_600_000));

  const last = (times: readonly number[]) => times.at(-1) ?? 0;
  const all = clients.reduce((sum, client) => sum + client.calls, 0);
  const allowed = Math.max(
    ...quotas.map((name) => (all - awsQuotas[name].burst) / awsQuotas[name].perSecond),
  );
  const end = Math.max(...accepted.map(last));
  return {
    ratio: (end - Math.min(...begins)) / 1_000 / allowed,
    refused: refusals / calls,
    took: accepted.map((times, client) => last(times) - (begins[client] ?? 0)),
    perSecond: accepted.map((times) =>
      Array.from(
        { length: Math.ceil(end / 1_000) },
        (_, second) => times.filter((at) => Math.floor(at / 1_000) === second).length,
      )
    ),
  };
}

/** The same plan by several seeds. */
export async function runFleets(plan: Omit<FleetPlan, "seed">, seeds: number) {
  const results: FleetResult[] = [];
  for (let seed = 1; seed <= seeds; seed++) results.push(await runFleet({ ...plan, seed }));
  const unfair = ({ took }: FleetResult) => Math.max(...took) / Math.min(...took);
  return {
    ratio: results.map(({ ratio }) => ratio),
    refused: results.map(({ refused }) => refused),
    /** The time of the slowest client, as a multiple of the fastest one's. */
    unfairness: results.map(unfair),
  };
}
