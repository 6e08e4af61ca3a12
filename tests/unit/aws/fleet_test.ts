import { assert } from "@std/assert";
import { runFleet, runFleets } from "../../harness/fleet.ts";

const seeds = 10;
const many = (count: number, calls: number) => Array.from({ length: count }, () => ({ calls }));
const most = (values: readonly number[]) => Math.max(...values);
const middle = (values: readonly number[]) =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const within = (found: number, bound: number, what: string) =>
  assert(found <= bound, `${what}: ${found}`);
const atLeast = (found: number, bound: number, what: string) =>
  assert(found >= bound, `${what}: ${found}`);

Deno.test("one client alone starts and stops at AWS's speed, and nothing is refused", async () => {
  for (const kind of ["starts", "stops"] as const) {
    const { ratio, refused } = await runFleets({ kind, clients: many(1, 500) }, 3);
    within(most(ratio), 1.1, `${kind}: time as a multiple of what AWS allows`);
    within(most(refused), 0, `${kind}: refused`);
  }
});

for (const kind of ["starts", "stops"] as const) {
  Deno.test(`eight clients share the account's ${kind} fairly, and few are refused`, async () => {
    const { ratio, refused, unfairness } = await runFleets(
      { kind, clients: many(8, 100) },
      seeds,
    );
    within(middle(ratio), 1.25, "time as a multiple of what AWS allows, middle");
    within(most(ratio), 1.4, "time as a multiple of what AWS allows, most");
    within(most(refused), 0.1, "refused, most");
    within(middle(unfairness), 1.5, "slowest of fastest, middle");
    within(most(unfairness), 2, "slowest of fastest, most");
  });
}

// Clients know nothing of each other, and AWS tells them nothing but refusals: the more they are, the
// more of them it takes.
for (const [clients, mostRefused] of [[16, 0.23], [32, 0.37]] as const) {
  Deno.test(`${clients} clients use what AWS allows, and few of their calls are in vain`, async () => {
    for (const kind of ["starts", "stops"] as const) {
      const { ratio, refused, unfairness } = await runFleets(
        { kind, clients: many(clients, 100) },
        3,
      );
      within(middle(ratio), 1.3, `${kind}: time as a multiple of what AWS allows, middle`);
      within(most(refused), mostRefused, `${kind}: refused, most`);
      within(middle(unfairness), 2, `${kind}: slowest of fastest, middle`);
    }
  });
}

Deno.test("eight clients share fairly where AWS answers slowly", async () => {
  const { ratio, refused, unfairness } = await runFleets(
    { kind: "starts", clients: many(8, 100), latency: [100, 500] },
    seeds,
  );
  within(middle(refused), 0.1, "refused, middle");
  within(middle(ratio), 1.25, "time as a multiple of what AWS allows, middle");
  within(middle(unfairness), 1.5, "slowest of fastest, middle");
});

Deno.test("a client that joins a busy account gets its share of it, and starves nobody", async () => {
  const { perSecond } = await runFleet({
    seed: 1,
    kind: "starts",
    clients: [...many(7, 200), { calls: 100, at: 15_000 }],
  });
  // From 10 to 30 s after it has joined: its fair share are 2.5 calls a second.
  const calls = perSecond.map((seconds) => sum(seconds.slice(25, 45)) / 20);
  const newcomer = calls[7] ?? 0;
  atLeast(newcomer, 1.5, "the newcomer's calls a second");
  atLeast(Math.min(...calls), 1.2, "everybody's calls a second");
});

Deno.test("what seven clients leave, the eighth takes up", async () => {
  const { perSecond, took } = await runFleet({
    seed: 1,
    kind: "starts",
    clients: [...many(7, 60), { calls: 1_000 }],
  });
  const left = Math.ceil(most(took.slice(0, 7)) / 1_000);
  const alone = (perSecond[7] ?? []).slice(left + 35, left + 45);
  atLeast(sum(alone) / 10, 18, "calls a second, from 35 s later on");
});
