/** What says on which infrastructure a task runs. */
type Capacity = {
  readonly launch_type: string | undefined;
  readonly capacity_provider_strategy: readonly { readonly capacity_provider: string }[];
};

/** Whether the task is sure to run on Fargate, or sure not to; undefined where ECS decides. */
export function onFargate(
  { launch_type, capacity_provider_strategy }: Capacity,
): boolean | undefined {
  if (launch_type !== undefined) return launch_type === "FARGATE";
  if (capacity_provider_strategy.length === 0) return undefined;
  return capacity_provider_strategy.some(isFargateProvider);
}

/** Whether a capacity provider is one of Fargate's own. */
export function isFargateProvider({ capacity_provider }: { capacity_provider: string }): boolean {
  return capacity_provider === "FARGATE" || capacity_provider === "FARGATE_SPOT";
}
