import type { Failure } from "../../aws/ecs_answers.ts";
import { EcsError } from "../../aws/error.ts";

/** Reasons that speak of what the request names. All others are about room that may come free. */
const lastingReasons: readonly (string | undefined)[] = ["MISSING", "INACTIVE"];

/**
 * Why ECS has started no task: RunTask answers 200 with `failures`, such as `RESOURCE:MEMORY`, where it
 * cannot place one. A failure for lack of room is `capacity`, so that Nomad starts the task again.
 * `attempted` names the call.
 */
export function placementError(failures: readonly Failure[], attempted: string): EcsError {
  const words = failures.map(({ reason, detail }) => [reason, detail].filter(Boolean).join(" "));
  if (words.length === 0) {
    return new EcsError("unavailable", attempted, "it answered neither a task nor a failure");
  }
  const isLasting = failures.some(({ reason }) => lastingReasons.includes(reason));
  return new EcsError(
    isLasting ? "rejected" : "capacity",
    attempted,
    `it could not place the task: ${words.join("; ")}`,
  );
}
