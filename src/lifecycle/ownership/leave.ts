import type { EcsCaller } from "../../aws/caller.ts";
import { taskInWords, type TaskRef } from "../../aws/cluster_ref.ts";
import { leftTags, type LeftTo } from "./tags.ts";

/**
 * Tags an ECS task as left to an allocation, which takes it over from its own node. Resolves once AWS
 * has acknowledged the tags: a task that is left without them is taken by nobody. Rejects with an
 * `EcsError`, or with the signal's reason.
 */
export async function leaveTask(
  caller: EcsCaller,
  ref: TaskRef,
  to: LeftTo,
  signal: AbortSignal,
): Promise<void> {
  await caller.call("tagResource", { resourceArn: ref.arn, tags: leftTags(to) }, {
    target: taskInWords(ref),
    priority: "act",
    signal,
  });
}
