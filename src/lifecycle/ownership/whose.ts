import type { Task } from "../../aws/ecs_answers.ts";
import { EcsError } from "../../aws/error.ts";
import type { TaskIdentity } from "../task_identity.ts";
import { ownerInTags, tagValue } from "./tags.ts";

/** What of ECS's description tells whose a task is. */
export type Described = Pick<Task, "startedBy" | "tags">;

/** An allocation's task, and the `startedBy` of the ECS tasks that are started for it. */
export type Claimant = { readonly owner: TaskIdentity; readonly index: string };

/**
 * Whose an ECS task is, as ECS describes it:
 * - `own`: it is the allocation's;
 * - `another allocation's`: it runs the same task of the same job for another allocation, which Nomad
 *   may have handed over;
 * - `foreign`: neither. It is not to be tagged, taken over or stopped.
 */
export type Whose = "own" | "another allocation's" | "foreign";

/** The `startedBy` of all tasks of the Go driver, whose handles are recovered. */
const goDriver = "nomad-ecs-driver";

/**
 * Whose a task is. Its `startedBy` must say that a driver started it for the claimant's task, and its
 * tags must agree where it has them. ECS keeps `startedBy` for ever, so that after a hand-over only
 * the tags name the allocation. Throws an `EcsError` for a description that leaves out one of the two
 * where the other is a driver's, or in which they contradict each other.
 *
 * @param attempted Names the operation that has described it, for the error.
 */
export function whose(
  { startedBy, tags }: Described,
  { owner, index }: Claimant,
  attempted: string,
): Whose {
  const tagged = ownerInTags(tags ?? []);
  const unusable = (what: string) => new EcsError("unavailable", attempted, what);
  if (startedBy === undefined && tagged.allocId !== "") {
    throw unusable("it does not tell who started the task");
  }
  const isOfTask = startedBy === goDriver || taskPart(startedBy) === taskPart(index);
  if (!isOfTask) return "foreign";
  if (tags === undefined) throw unusable("it does not tell the task's tags");
  if (!isSameTask(tagged, owner)) {
    if (startedBy !== index) return "foreign";
    throw unusable("the task's startedBy names this allocation, and its tags another job or task");
  }
  const isOwn = tagged.allocId === "" ? startedBy === index : tagged.allocId === owner.allocId;
  return isOwn ? "own" : "another allocation's";
}

/** Whether a `startedBy` is that of a driver's task, whichever allocation it was started for. */
export function isDriversTask(startedBy: string | undefined): boolean {
  return startedBy === goDriver || taskPart(startedBy) !== undefined;
}

/** The part of a `startedBy` that stands for the task's name; undefined where no driver wrote it. */
function taskPart(startedBy: string | undefined): string | undefined {
  return /^nomad\/[^/]+\/(.+)$/.exec(startedBy ?? "")?.[1];
}

/** Whether tags name the same task of the same job, as far as they name one. */
function isSameTask(tagged: TaskIdentity, owner: TaskIdentity): boolean {
  return (["namespace", "jobId", "group", "name"] as const).every((part) =>
    tagged[part] === "" || tagged[part] === tagValue(owner[part])
  );
}
