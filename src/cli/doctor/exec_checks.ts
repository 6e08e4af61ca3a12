/** What nomad alloc exec needs of a running ECS task, and of a task definition. */
import type { EcsCaller } from "../../aws/caller.ts";
import type { ClusterRef } from "../../aws/cluster_ref.ts";
import { EcsError } from "../../aws/error.ts";
import { taskArnIn } from "../task_ref.ts";
import { type Check, fail, failedCall, ok, warn } from "./check.ts";

/** The agent of ECS Exec, as DescribeTasks names it. */
const agentName = "ExecuteCommandAgent";

/** Describes a task, by id or ARN. Resolves to its checks and the task definition that it runs. */
export async function checkTask(
  caller: EcsCaller,
  { cluster, clusterArn }: { readonly cluster: ClusterRef; readonly clusterArn: string },
  task: string,
  signal: AbortSignal,
): Promise<{ readonly checks: Check[]; readonly definition: string | undefined }> {
  const name = "exec in the task";
  try {
    // The caller leaves out of an answer what was asked for by id.
    const arn = task.startsWith("arn:") ? task : taskArnIn(clusterArn, task);
    const { tasks, failures } = await caller.call("describeTasks", {
      cluster: cluster.name,
      tasks: [arn],
    }, { target: task, priority: "act", signal });
    const found = tasks?.[0];
    if (found === undefined) {
      const why = failures?.[0]?.reason ?? "not described";
      return {
        checks: [fail(name, `ECS task ${task} is ${why}`, "check --task and --cluster")],
        definition: undefined,
      };
    }
    const agents = (found.containers ?? []).flatMap((container) =>
      (container.managedAgents ?? []).filter((agent) => agent.name === agentName)
        .map(({ lastStatus = "unknown" }) => `${container.name}: ${lastStatus}`)
    );
    const definition = found.taskDefinitionArn;
    if (found.enableExecuteCommand !== true) {
      const fix =
        "set enable_execute_command = true in config.task or in the plugin block's config, " +
        "and start the task anew";
      return { checks: [fail(name, "ECS Exec was not enabled at its start", fix)], definition };
    }
    const isReady = agents.length > 0 && agents.every((agent) => agent.endsWith(": RUNNING"));
    const fix = "the task role needs ssmmessages:CreateControlChannel, CreateDataChannel, " +
      "OpenControlChannel and OpenDataChannel, and the task needs network access to ssmmessages";
    const text = agents.length === 0 ? "no agent of ECS Exec runs" : agents.join(", ");
    return { checks: [isReady ? ok(name, text) : fail(name, text, fix)], definition };
  } catch (error) {
    signal.throwIfAborted();
    return { checks: [failedCall(name, "describeTasks", error)], definition: undefined };
  }
}

/** What the check found, and the roles that the definition names. */
export type DefinitionChecks = { readonly checks: Check[]; readonly roles: readonly string[] };

/** Describes a task definition, by family, revision or ARN. */
export async function checkDefinition(
  caller: EcsCaller,
  definition: string,
  signal: AbortSignal,
): Promise<DefinitionChecks> {
  const name = "exec by the definition";
  try {
    const { taskDefinition } = await caller.call("describeTaskDefinition", {
      taskDefinition: definition,
    }, { target: definition, priority: "act", signal });
    const { taskRoleArn, executionRoleArn } = taskDefinition ?? {};
    const check = taskRoleArn === undefined
      ? warn(
        name,
        `${definition} has no task role, so ECS Exec is not to be had in its tasks`,
        "give it a taskRoleArn whose role allows the four ssmmessages actions of ECS Exec",
      )
      : ok(name, `task role ${taskRoleArn}`);
    const roles = [taskRoleArn, executionRoleArn].filter((role) => role !== undefined);
    return { checks: [check], roles };
  } catch (error) {
    signal.throwIfAborted();
    const isUnknown = error instanceof EcsError && error.kind === "rejected";
    const check = isUnknown
      ? fail(name, error.answer, "check --definition: a family, family:revision, or ARN")
      : failedCall(name, "describeTaskDefinition", error);
    return { checks: [check], roles: [] };
  }
}
