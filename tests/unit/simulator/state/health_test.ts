import { assertEquals } from "@std/assert";
import {
  afterProbe,
  taskHealth,
  unchecked,
  watchHealth,
} from "../../../../demo/simulator/state/health.ts";
import type { Health, HealthCheck } from "../../../../demo/simulator/state/model.ts";

const check: HealthCheck = {
  probe: ["true"],
  interval: 10,
  timeout: 5,
  retries: 2,
  startPeriod: 30,
};

function healthAfter(...passed: boolean[]): Health[] {
  let state = unchecked;
  return passed.map((passed, index) => {
    state = afterProbe(state, check, { passed, secondsSinceStart: 10 * (index + 1) });
    return state.health;
  });
}

Deno.test("one success makes a container healthy, also in its start period", () => {
  assertEquals(healthAfter(false, true), ["UNKNOWN", "HEALTHY"]);
});

Deno.test("failures count after the start period, and so many in a row make it unhealthy", () => {
  assertEquals(healthAfter(false, false, false, false), [
    "UNKNOWN",
    "UNKNOWN",
    "UNKNOWN",
    "UNHEALTHY",
  ]);
});

Deno.test("after the first success failures count at once, and a success starts the count anew", () => {
  assertEquals(healthAfter(true, false, true, false, false, true), [
    "HEALTHY",
    "HEALTHY",
    "HEALTHY",
    "HEALTHY",
    "UNHEALTHY",
    "HEALTHY",
  ]);
});

Deno.test("the essential containers with a check decide the health of a task", () => {
  const one = (health: Health, essential = true) => ({
    health,
    definition: { essential, healthCheck: check },
  });
  const withoutCheck = {
    health: "UNKNOWN" as Health,
    definition: { essential: true, healthCheck: undefined },
  };
  const cases: [Parameters<typeof taskHealth>[0], Health][] = [
    [[withoutCheck], "UNKNOWN"],
    [[one("HEALTHY"), withoutCheck], "HEALTHY"],
    [[one("HEALTHY"), one("UNHEALTHY", false)], "HEALTHY"],
    [[one("HEALTHY"), one("UNKNOWN")], "UNKNOWN"],
    [[one("HEALTHY"), one("UNKNOWN"), one("UNHEALTHY")], "UNHEALTHY"],
  ];
  assertEquals(cases.map(([containers]) => taskHealth(containers)), cases.map(([, is]) => is));
});

Deno.test("health is reported when it changes, and not after the container's end", async () => {
  const ended = new AbortController();
  const probes = [true, true, false, false, true];
  const reported: Health[] = [];
  await watchHealth({
    check: { ...check, startPeriod: 0 },
    probe: () => {
      const passed = probes.shift() ?? false;
      if (probes.length === 0) ended.abort();
      return Promise.resolve(passed);
    },
    report: (health) => reported.push(health),
    sleep: () => Promise.resolve(),
    ended: ended.signal,
  });
  assertEquals(reported, ["HEALTHY", "UNHEALTHY"]);
});
