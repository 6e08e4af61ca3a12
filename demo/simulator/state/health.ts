import type { Health, HealthCheck } from "./model.ts";

/** What a health check has found so far: the container's health, and failures in a row that count. */
export type HealthState = { readonly health: Health; readonly failures: number };

/** A container before its first check. */
export const unchecked: HealthState = { health: "UNKNOWN", failures: 0 };

/**
 * The state after one more probe, by Docker's rules. Until the first success, failures within
 * `startPeriod` seconds of the container's start do not count.
 */
export function afterProbe(
  { health, failures }: HealthState,
  { retries, startPeriod }: HealthCheck,
  probe: { readonly passed: boolean; readonly secondsSinceStart: number },
): HealthState {
  if (probe.passed) return { health: "HEALTHY", failures: 0 };
  if (health === "UNKNOWN" && probe.secondsSinceStart < startPeriod) return { health, failures };
  const more = failures + 1;
  return { health: more >= retries ? "UNHEALTHY" : health, failures: more };
}

/**
 * The health of a task, from its essential containers that have a health check: UNHEALTHY if one is,
 * else UNKNOWN if one is or if there is none, else HEALTHY.
 */
export function taskHealth(
  containers: readonly {
    readonly health: Health;
    readonly definition: { readonly essential: boolean; readonly healthCheck: unknown };
  }[],
): Health {
  const checked = containers.filter(({ definition }) =>
    definition.essential && definition.healthCheck !== undefined
  ).map(({ health }) => health);
  if (checked.includes("UNHEALTHY")) return "UNHEALTHY";
  return checked.length === 0 || checked.includes("UNKNOWN") ? "UNKNOWN" : "HEALTHY";
}

/** Probes a container until `ended` aborts. Reports its health each time that it changes. */
export async function watchHealth(
  { check, probe, report, sleep, ended }: {
    check: HealthCheck;
    /** Runs the check once. False: it failed or took longer than its timeout. */
    probe: () => Promise<boolean>;
    report: (health: Health) => void;
    /** Waits for seconds of the simulator's time, or until `ended` aborts. */
    sleep: (seconds: number) => Promise<void>;
    ended: AbortSignal;
  },
): Promise<void> {
  let state = unchecked;
  for (let secondsSinceStart = check.interval;; secondsSinceStart += check.interval) {
    await sleep(check.interval);
    if (ended.aborted) return;
    const passed = await probe();
    if (ended.aborted) return;
    const next = afterProbe(state, check, { passed, secondsSinceStart });
    if (next.health !== state.health) report(next.health);
    state = next;
  }
}
