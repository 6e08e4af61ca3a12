/** What a person asks of a cluster: which ECS tasks our drivers have in it, and to stop one of them. */
import { type ClusterRef, taskInWords } from "../../aws/cluster_ref.ts";
import {
  allTasksOf,
  type DescribedTask,
  describeTasks,
  isLive,
  listTasks,
  type SearchedCluster,
} from "./cluster_tasks.ts";
import { type OthersTask, taggedTask } from "./other_nodes_tasks.ts";
import { isDriversTask } from "./whose.ts";

/** An ECS task that a driver has started. */
export type SurveyedTask = {
  readonly described: DescribedTask;
  /** Whose it is; undefined where its tags do not tell, as those of the Go driver's tasks. */
  readonly tagged: OthersTask | undefined;
};

/**
 * All ECS tasks of a cluster that are wanted running and that a driver has started, on any node and of
 * any Nomad. Rejects with an `EcsError`, or with the signal's reason.
 */
export async function surveyTasks(
  searched: SearchedCluster,
  signal: AbortSignal,
): Promise<SurveyedTask[]> {
  const { cluster } = searched;
  const options = optionsFor(cluster, signal);
  const tasks = await describeTasks(
    searched,
    await listTasks(searched, undefined, options),
    options,
  );
  return tasks
    .filter((task) => isLive(task) && isDriversTask(task.startedBy))
    .map((described) => ({ described, tagged: taggedTask(described, cluster) }));
}

/** What became of a person's wish to stop a task. */
export type StopOutcome =
  | { readonly kind: "asked" }
  /** ECS was not asked: the task is not as it was when it was looked at. */
  | { readonly kind: "not asked"; readonly why: string };

/**
 * Asks ECS once to stop a task, unless its tags have changed since it was looked at: another node may
 * have taken it over. Rejects with an `EcsError`, or with the signal's reason.
 */
export async function stopUnchanged(
  searched: SearchedCluster,
  task: OthersTask,
  reason: string,
  signal: AbortSignal,
): Promise<StopOutcome> {
  const { cluster, caller } = searched;
  const { ref } = task;
  const { arn } = ref;
  const options = optionsFor(cluster, signal);
  const [described] = await describeTasks(searched, [arn], options);
  if (described === undefined) return notAsked("ECS does not describe it any more");
  if (!isLive(described)) return notAsked("it is being stopped already");
  const now = taggedTask(described, cluster);
  if (now === undefined || !isSame(now, task)) return notAsked("its tags have changed meanwhile");
  await caller.call("stopTask", { cluster: cluster.name, task: arn, reason }, {
    ...options,
    target: taskInWords(ref),
  });
  return { kind: "asked" };
}

function isSame(one: OthersTask, other: OthersTask): boolean {
  return one.owner.allocId === other.owner.allocId && one.owner.nodeId === other.owner.nodeId &&
    one.left?.allocId === other.left?.allocId && one.left?.until === other.left?.until;
}

function notAsked(why: string): StopOutcome {
  return { kind: "not asked", why };
}

function optionsFor(cluster: ClusterRef, signal: AbortSignal) {
  return { target: allTasksOf(cluster), priority: "act", signal } as const;
}
