/**
 * `deno run -A tests/bench/fleet.ts`: fleets of clients before AWS's buckets, in virtual time, by the
 * share that each may use. From it comes the default of `api_limits.share`.
 */
import { runFleets } from "../harness/fleet.ts";

const seeds = Number(Deno.args[0] ?? 10);
const print = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
const most = (values: readonly number[]) => Math.max(...values);
const middle = (values: readonly number[]) =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;

print(
  `${seeds} seeds each; time as a multiple of what AWS allows, calls refused, slowest client of`,
);
print("the fastest: middle / most");
for (const kind of ["starts", "stops", "registrations"] as const) {
  const all = kind === "registrations" ? 60 : 800;
  for (const count of [1, 2, 4, 8, 16, 32]) {
    for (const share of [1, 0.5, 2 / count].filter((share) => share <= 1)) {
      const clients = Array.from({ length: count }, () => ({ calls: Math.floor(all / count) }));
      const { ratio, refused, unfairness } = await runFleets({ kind, clients, share }, seeds);
      const cells = [
        `${kind}, ${count} x ${Math.floor(all / count)}, share ${share.toFixed(2)}`.padEnd(38),
        `${middle(ratio).toFixed(2)} / ${most(ratio).toFixed(2)}`,
        `${(middle(refused) * 100).toFixed(1)} / ${(most(refused) * 100).toFixed(1)} %`,
        `${middle(unfairness).toFixed(2)} / ${most(unfairness).toFixed(2)}`,
      ];
      print(cells.join("   "));
    }
  }
}
