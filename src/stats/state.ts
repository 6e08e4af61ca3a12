import type { EcsError } from "../aws/error.ts";
import type { InsightsSetting } from "./insights.ts";
import { performanceGroup } from "./log_events.ts";

/** What the plugin's option `stats` may be. */
export type StatsMode = "auto" | "off" | "metrics";

/** Whether the stats of a cluster's tasks are read, and why not. */
export type StatsState =
  /** AWS has not answered yet, as nobody has wanted to know. */
  | { readonly kind: "unknown" }
  /** The plugin's configuration does not want them. */
  | { readonly kind: "off" }
  | { readonly kind: "read" }
  /** AWS has none to read: not yet, or not with the cluster's setting. */
  | { readonly kind: "lacking"; readonly why: string }
  /** AWS does not let the driver read them, until somebody changes that. */
  | { readonly kind: "refused"; readonly why: string };

/** What in a cluster's setting keeps stats from being read; undefined where nothing does. */
export function lackOf(
  mode: Exclude<StatsMode, "off">,
  setting: InsightsSetting,
  clusterName: string,
): string | undefined {
  const set = `containerInsights of cluster ${clusterName} is "${setting}"`;
  switch (mode) {
    case "auto":
      return setting === "disabled" ? `${set}; set it to "enabled" or "enhanced"` : undefined;
    case "metrics":
      return setting === "enhanced"
        ? undefined
        : `${set}; stats = "metrics" needs "enhanced", which has metrics of single tasks`;
  }
}

/** What a failed call says of the stats of a cluster; undefined where it fails for a while only. */
export function stateAfter(error: EcsError, clusterName: string): StatsState | undefined {
  switch (error.kind) {
    case "denied":
    case "rejected":
      return { kind: "refused", why: error.message };
    case "no_resource":
      return {
        kind: "lacking",
        why:
          `there is no log group ${performanceGroup(clusterName)}; Container Insights makes it ` +
          "with its first measurement of the cluster",
      };
    case "throttled":
    case "unavailable":
    case "credentials":
    case "no_region":
    case "no_cluster":
    case "no_task":
    case "conflict":
    case "capacity":
    case "not_yet":
      return undefined;
  }
}

/** What the node's attribute `driver.ecs.stats` says; undefined where it says nothing. */
export function attributeOf(state: StatsState): string | undefined {
  switch (state.kind) {
    case "unknown":
    case "off":
      return undefined;
    case "read":
      return "on";
    case "lacking":
    case "refused":
      return `off: ${state.why}`;
  }
}
