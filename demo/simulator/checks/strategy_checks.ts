import { invalidParameter } from "../request/aws_error.ts";
import { type Input, integer, requiredString } from "../request/input.ts";

/** Capacity providers that every account has. The simulator has no others. */
export const fargateProviders = ["FARGATE", "FARGATE_SPOT"];
/** Most capacity providers of a strategy. */
const mostProviders = 20;

/**
 * Checks a capacity provider strategy of a task or of a cluster with these capacity providers. A
 * cluster may have one whose weights are all 0; tasks may not.
 */
export function checkStrategy(strategy: readonly Input[], providers: readonly string[]): void {
  if (strategy.length > mostProviders) {
    throw invalidParameter(
      `The capacity provider strategy can have at most ${mostProviders} items.`,
    );
  }
  const names = strategy.map((item) =>
    requiredString(item, "capacityProvider", "capacityProvider cannot be empty.")
  );
  const fargate = names.filter((name) => fargateProviders.includes(name)).length;
  if (fargate > 0 && fargate < names.length) {
    throw invalidParameter(
      "A capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling " +
        "groups and Fargate providers. Specify one or the other and try again.",
    );
  }
  checkProviders(names, providers);
  let bases = 0;
  for (const item of strategy) {
    integer(item, "weight", { min: 0, max: 1_000 });
    if ((integer(item, "base", { min: 0, max: 100_000 }) ?? 0) > 0) bases += 1;
  }
  if (bases > 1) {
    throw invalidParameter("Only one capacity provider in a strategy can have a base defined.");
  }
}

/** Refuses names of capacity providers that are not among the known ones. */
export function checkProviders(names: readonly string[], known: readonly string[]): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw invalidParameter(
      `The specified capacity provider '${unknown}' was not found or is not associated with the ` +
        "cluster. Specify a valid name and try again.",
    );
  }
}
