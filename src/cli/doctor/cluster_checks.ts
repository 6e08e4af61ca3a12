/** Whether the cluster can take tasks, and what it measures and logs. */
import type { EcsCaller } from "../../aws/caller.ts";
import { clusterInWords, type ClusterRef } from "../../aws/cluster_ref.ts";
import { EcsError } from "../../aws/error.ts";
import type { PluginConfig } from "../../config/plugin_config.ts";
import { type Check, fail, failedCall, ok, warn } from "./check.ts";

/** What the checks found. */
export type ClusterChecks = {
  readonly checks: Check[];
  /** Undefined where the cluster cannot be used. */
  readonly clusterArn: string | undefined;
  /** The key that the cluster encrypts sessions of ECS Exec with. */
  readonly kmsKey: string | undefined;
};

/** Describes the cluster. */
export async function checkCluster(
  caller: EcsCaller,
  cluster: ClusterRef,
  signal: AbortSignal,
): Promise<ClusterChecks> {
  try {
    const { clusters, failures } = await caller.call("describeClusters", {
      clusters: [cluster.name],
      include: ["SETTINGS", "CONFIGURATIONS"],
    }, { target: clusterInWords(cluster), priority: "act", signal });
    const found = clusters?.[0];
    if (found?.status !== "ACTIVE") {
      const why = found?.status ?? failures?.[0]?.reason ?? "not described";
      const fix = "check cluster, region and account; create the cluster, or name another";
      return {
        checks: [fail("cluster", `${clusterInWords(cluster)} is ${why}; it must be ACTIVE`, fix)],
        clusterArn: undefined,
        kmsKey: undefined,
      };
    }
    const insights = found.settings?.find(({ name }) => name === "containerInsights")?.value;
    const { clusterArn = cluster.name } = found;
    return {
      checks: [ok("cluster", clusterArn), insightsCheck(cluster, insights)],
      clusterArn,
      kmsKey: found.configuration?.executeCommandConfiguration?.kmsKeyId,
    };
  } catch (error) {
    signal.throwIfAborted();
    const checks = [failedCall("cluster", "describeClusters", error)];
    return { checks, clusterArn: undefined, kmsKey: undefined };
  }
}

function insightsCheck({ name }: ClusterRef, setting: string | undefined): Check {
  return setting === "enhanced" || setting === "enabled" ? ok("Container Insights", setting) : warn(
    "Container Insights",
    `${setting ?? "not set"}: Nomad cannot show the CPU and memory of tasks`,
    `aws ecs update-cluster-settings --cluster ${name} --settings name=containerInsights,value=enhanced`,
  );
}

/** Reads one event of the log group that the plugin block names. */
export async function checkLogGroup(
  caller: EcsCaller,
  { log_group: group, logs }: Pick<PluginConfig, "log_group" | "logs">,
  signal: AbortSignal,
): Promise<Check[]> {
  if (group === undefined || !logs) return [];
  try {
    await caller.call("filterLogEvents", { logGroupName: group, limit: 1 }, {
      target: `of ${group}`,
      priority: "act",
      signal,
    });
    return [ok("log group", group)];
  } catch (error) {
    signal.throwIfAborted();
    const isMissing = error instanceof EcsError && error.kind === "no_resource";
    return [
      isMissing
        ? fail(
          "log group",
          `${group} does not exist in this account and region`,
          `aws logs create-log-group --log-group-name ${group}`,
        )
        : failedCall("log group", "filterLogEvents", error),
    ];
  }
}
