import type { PluginConfig } from "../config/plugin_config.ts";
import { regionBesideCluster } from "../config/rules.ts";
import { clusterKey, type ClusterRef, type Role } from "../aws/cluster_ref.ts";

/** The part of a configuration that says where ECS tasks live. */
type ScopeConfig = Pick<PluginConfig, "cluster" | "region" | "assume_role" | "profile">;

/** Takes that part out of a configuration. */
export function scopeConfigOf({ cluster, region, assume_role, profile }: ScopeConfig): ScopeConfig {
  return { cluster, region, assume_role, profile };
}

/** The cluster that a configuration names; undefined where it names none. */
export function clusterOf(config: ScopeConfig): ClusterRef | undefined {
  const { cluster } = config;
  return cluster === undefined
    ? undefined
    : { region: undefined, ...fallbackCluster(config), name: cluster };
}

/** The cluster to assume for a handle that names none, as the Go driver's handles. */
export function fallbackCluster(
  { cluster, region, assume_role, profile }: ScopeConfig,
): Partial<ClusterRef> {
  return { name: cluster, region, role: roleOf(assume_role), profile };
}

/**
 * Every cluster that the plugin's configuration spells out: its own, and each pair of a cluster and a
 * region that `allowed` names without a wildcard. An earlier plugin process may have left ECS tasks
 * in any of them.
 */
export function knownClusters(plugin: PluginConfig): ClusterRef[] {
  const literal = (globs: readonly string[] | undefined) =>
    (globs ?? []).filter((glob) => !/[*?]/.test(glob));
  const { clusters, regions } = plugin.allowed;
  const known = distinct([plugin.cluster, ...literal(clusters)]).flatMap((cluster) =>
    distinct([plugin.region, ...literal(regions)]).flatMap((region) =>
      regionBesideCluster({ cluster, region }) === undefined
        ? clusterOf({ ...plugin, cluster, region }) ?? []
        : []
    )
  );
  return known.slice(0, mostKnownClusters);
}

/** The clusters that are searched for orphans, by key. */
export type Clusters = {
  /** Those that ECS tasks of this node may be in, as this process has met them. */
  readonly met: Map<string, ClusterRef>;
  /**
   * Those that starts have only named so far, the newest last. AWS has answered nothing there, or the
   * cluster's first start is under way. A job may name any number of them, so the oldest are dropped.
   */
  readonly named: Map<string, ClusterRef>;
};

/**
 * Most clusters of which AWS has answered nothing. They are searched as well, in one batch of a round: an
 * earlier process or a lost node may have left ECS tasks there, which show once AWS answers.
 */
export const mostNamedClusters = 32;

/** Makes an empty list. */
export function createClusters(): Clusters {
  return { met: new Map(), named: new Map() };
}

/**
 * Adds a cluster, which is searched for orphans from then on. Returns the reference that all its tasks
 * share: thousands of tasks would else hold one each.
 */
export function addCluster(clusters: Clusters, cluster: ClusterRef): ClusterRef {
  const shared = sharedRef(clusters, cluster);
  const key = clusterKey(cluster);
  clusters.named.delete(key);
  clusters.met.set(key, shared);
  return shared;
}

/**
 * Adds a cluster in which a start begins. It stays until 32 others were named after it. The start adds it
 * with `addCluster` where it may have an ECS task there. Returns the shared reference, as `addCluster`.
 */
export function nameCluster(clusters: Clusters, cluster: ClusterRef): ClusterRef {
  const { met, named } = clusters;
  const shared = sharedRef(clusters, cluster);
  const key = clusterKey(cluster);
  if (met.has(key)) return shared;
  named.delete(key);
  named.set(key, shared);
  for (const oldest of named.keys()) {
    if (named.size <= mostNamedClusters) break;
    named.delete(oldest);
  }
  return shared;
}

/** Removes a cluster that does not exist. */
export function removeCluster({ met, named }: Clusters, cluster: ClusterRef): void {
  const key = clusterKey(cluster);
  met.delete(key);
  named.delete(key);
}

/**
 * The clusters to search for orphans: those that the configuration names, those met so far, and the last
 * ones that starts have named.
 */
export function clustersToSearch(clusters: Clusters, plugin: PluginConfig): ClusterRef[] {
  if (plugin.enabled) {
    for (const cluster of knownClusters(plugin)) {
      addCluster(clusters, cluster);
    }
  }
  return [...clusters.met.values(), ...clusters.named.values()];
}

function sharedRef({ met, named }: Clusters, cluster: ClusterRef): ClusterRef {
  const key = clusterKey(cluster);
  const known = met.get(key) ?? named.get(key);
  return known !== undefined && known.role?.sessionName === cluster.role?.sessionName
    ? known
    : cluster;
}

/** Most clusters that are searched at each turn: the search's calls come out of the same budget. */
const mostKnownClusters = 32;

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

function roleOf(assume: PluginConfig["assume_role"]): Role | undefined {
  return assume && {
    arn: assume.role_arn,
    externalId: assume.external_id,
    sessionName: assume.session_name,
  };
}
