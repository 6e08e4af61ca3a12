/**
 * Which Nomad client this process belongs to. Nomad before 1.3.12, 1.4.7 and 1.5.2 does not tell it to an external
 * driver: the allocation of a task does, in Nomad's HTTP API.
 */
import type { TaskIdentity } from "../lifecycle/lifecycle.ts";
import type { NomadLink } from "./nomad_link.ts";

/**
 * The Nomad client that this process belongs to. A task tells it for certain. An agent that answers on this
 * machine may be another client's: where two run on one machine, both plugins may ask the same one.
 */
export type OwnNode = { readonly id: string; readonly toldBy: "a task" | "an agent" };

/** What a process knows of its client. */
export type NodeContext = {
  readonly nomad: NomadLink;
  node: OwnNode | undefined;
};

/** Notes the node that a task brings. */
export function noteNode(context: NodeContext, { nodeId }: TaskIdentity): void {
  if (nodeId !== "") context.node = { id: nodeId, toldBy: "a task" };
}

/** Notes the node of a task that brings none, where Nomad's API tells it. Rejects with the signal's reason. */
export async function learnNodeOf(
  context: NodeContext,
  { nodeId, allocId, namespace }: TaskIdentity,
  signal: AbortSignal,
): Promise<void> {
  if (nodeId !== "" || context.node?.toldBy === "a task") return;
  const allocation = await context.nomad.ask(
    { kind: "allocations", namespace },
    (api, bounded) => api.allocation(allocId, namespace, bounded),
    signal,
  );
  if (allocation === undefined || allocation === "unknown") return;
  context.node = { id: allocation.nodeId, toldBy: "a task" };
}

/** A task with this process's node, as far as a task has told it; its node id is "" where none has. */
export function withNode({ node }: NodeContext, task: TaskIdentity): TaskIdentity {
  if (task.nodeId !== "" || node?.toldBy !== "a task") return task;
  return { ...task, nodeId: node.id };
}
