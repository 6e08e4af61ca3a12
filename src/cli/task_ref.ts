import type { EcsCaller } from "../aws/caller.ts";
import { type ClusterRef, parseTaskArn, type TaskRef } from "../aws/cluster_ref.ts";
import type { PluginConfig } from "../config/plugin_config.ts";
import { fallbackCluster } from "../driver/searched_clusters.ts";
import { CliError, exitCodes } from "./exit_codes.ts";
import { requiredCluster } from "./options.ts";

/** A task that a command line names: by its ARN, which names its cluster too, or by its id. */
export function namedTask(
  text: string,
  config: PluginConfig,
): { readonly cluster: ClusterRef; readonly arn: string | undefined } {
  const parts = parseTaskArn(text);
  if (parts?.cluster === undefined) {
    // AWS's ids of tasks: 32 hexadecimal digits, and UUIDs of earlier days.
    if (/^[0-9a-f-]{32,36}$/.test(text)) {
      return { cluster: requiredCluster(config), arn: undefined };
    }
    throw new CliError(`${text} must be an ECS task's ARN or id; see the tasks command`);
  }
  const named = { ...fallbackCluster(config), name: parts.cluster, region: parts.region };
  return { cluster: named, arn: text };
}

/** The ARN of a task in a cluster whose own ARN is known. */
export function taskArnIn(clusterArn: string, id: string): string {
  return `${clusterArn.replace(":cluster/", ":task/")}/${id}`;
}

/** The task with its ARN. Asks ECS for the cluster's where only the id is known. */
export async function taskRefOf(
  caller: EcsCaller,
  text: string,
  config: PluginConfig,
  signal: AbortSignal,
): Promise<TaskRef> {
  const { cluster, arn } = namedTask(text, config);
  if (arn !== undefined) return { arn, cluster };
  const { clusters } = await caller.call("describeClusters", { clusters: [cluster.name] }, {
    target: `cluster ${cluster.name}`,
    priority: "act",
    signal,
  });
  const clusterArn = clusters?.[0]?.clusterArn;
  if (clusterArn === undefined) {
    throw new CliError(`ECS does not know the cluster ${cluster.name}`, exitCodes.unanswered);
  }
  return { arn: taskArnIn(clusterArn, text), cluster };
}
