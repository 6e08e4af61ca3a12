import { type Input, objects } from "../request/input.ts";
import type { Model } from "../state/model.ts";
import { admit } from "../state/admission.ts";

/** Takes the launch tokens of tasks on Fargate: one for each task, Spot from a bucket of its own. */
export function admitLaunches(
  model: Model,
  region: string,
  { launchType, providers }: { launchType: string; providers: readonly (string | undefined)[] },
): void {
  if (launchType !== "FARGATE") return;
  const spot = providers.filter((provider) => provider === "FARGATE_SPOT").length;
  if (spot > 0) admit(model, region, "fargate-spot-launch", spot);
  if (spot < providers.length) admit(model, region, "fargate-launch", providers.length - spot);
}

/**
 * The capacity provider of each of `count` tasks. The provider with a base gets that many first; the
 * others are spread by weight. Undefined for every task where the request has no strategy.
 */
export function providersOf(input: Input, count: number): (string | undefined)[] {
  const strategy = objects(input, "capacityProviderStrategy").map((item) => ({
    name: String(item["capacityProvider"]),
    weight: Number(item["weight"] ?? 0),
    base: Number(item["base"] ?? 0),
    tasks: 0,
  }));
  const placed: (string | undefined)[] = [];
  for (const { name, base } of strategy) {
    for (let task = 0; task < base && placed.length < count; task++) placed.push(name);
  }
  while (placed.length < count) {
    // The provider that is furthest below its share.
    const [next] = strategy.filter(({ weight }) => weight > 0)
      .sort((one, other) => one.tasks / one.weight - other.tasks / other.weight);
    if (next !== undefined) next.tasks += 1;
    placed.push(next?.name);
  }
  return placed;
}
