import type { EcsCaller } from "../../aws/caller.ts";
import { taskInWords, type TaskRef } from "../../aws/cluster_ref.ts";
import { EcsError } from "../../aws/error.ts";
import { retry } from "../../aws/retry.ts";
import { type Clock, type Random, within } from "../../clock.ts";
import { leftTags, type LeftTo } from "./tags.ts";

/** What tagging a task as left needs. */
export type LeaveContext = {
  readonly caller: EcsCaller;
  readonly clock: Clock;
  readonly random: Random;
};

/**
 * Milliseconds that a task may wait for its turn in AWS's limits. AWS's published limits let the tags of
 * 3,000 tasks of an account through in that time.
 */
const turnPatience = 300_000;

/**
 * Tags an ECS task as left to an allocation, which takes it over from its own node. Resolves once AWS
 * has acknowledged the tags: a task that is left without them is taken by nobody. Nomad stops all tasks
 * of a client at one moment, so the wait for a turn in AWS's limits is no failure. Rejects with an
 * `EcsError`, or with the signal's reason.
 */
export async function leaveTask(
  { caller, clock, random }: LeaveContext,
  ref: TaskRef,
  /** Asked at the task's turn; undefined where it is not to be left any more. */
  leftTo: () => Promise<LeftTo | undefined>,
  /** Milliseconds that AWS has to answer at the task's turn. */
  ms: number,
  signal: AbortSignal,
): Promise<"left" | "kept"> {
  const tag = async (bounded: AbortSignal) => {
    const permit = await caller.reserve("tagResource", { priority: "act", signal: bounded });
    const to = await leftTo();
    if (to === undefined) {
      permit.giveBack();
      return "kept";
    }
    const target = taskInWords(ref);
    const late = () => new Error(`no answer within ${ms} ms`);
    await within(
      { clock, ms, late, signal: bounded },
      (attempt) =>
        caller.call("tagResource", { resourceArn: ref.arn, tags: leftTags(to) }, {
          target,
          priority: "act",
          permit,
          signal: attempt,
        }),
    );
    return "left";
  };
  const late = () =>
    new Error(`AWS's limits have left it no turn within ${turnPatience / 60_000} minutes`);
  return await within(
    { clock, ms: turnPatience, late, signal },
    (bounded) =>
      retry(() => tag(bounded), {
        clock,
        random,
        signal: bounded,
        judge: (error) =>
          error instanceof EcsError && error.kind === "throttled" ? "retry" : "give up",
      }),
  );
}
