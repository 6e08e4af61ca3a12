import { eventually } from "../../demo/lib/process.ts";
import type { Site } from "./site.ts";

/** Looks, as long as it is not ended, whether two ECS tasks run for one allocation's task. */
export function watchDoubles({ ecs, wrong }: Site, allocs: readonly string[]): { end(): void } {
  const look = () => {
    for (const alloc of allocs) {
      const live = [...ecs.simulator.model.tasks.values()].filter(({ desired, startedBy }) =>
        desired === "RUNNING" && startedBy?.includes(alloc)
      );
      if (live.length > 1) wrong(`${live.length} ECS tasks run for allocation ${alloc}`);
    }
  };
  const timer = setInterval(look, 20);
  return { end: () => clearInterval(timer) };
}

/** The ECS tasks that inputs have left running, in words, once there was time to stop them. */
export async function tasksLeft({ ecs }: Site): Promise<string[]> {
  // A clean-up after a failed start, and the driver's budget of calls, may take a while.
  const left = () =>
    [...ecs.simulator.model.tasks.values()].filter(({ desired, startedBy }) =>
      desired !== "STOPPED" && startedBy?.startsWith("nomad") && !isOfSite(startedBy)
    );
  try {
    await eventually("all is stopped", () => left().length === 0 || undefined, { seconds: 150 });
    return [];
  } catch {
    return [`${left().length} ECS tasks were left: ${left().map(({ startedBy }) => startedBy)}`];
  }
}

/** Whether an ECS task is one of those that the site itself has run. */
function isOfSite(startedBy: string): boolean {
  return /00000000-(aaaa|bbbb)-/.test(startedBy);
}
