import type { PluginConfig } from "../config/plugin_config.ts";
import { regionAgainst } from "../config/rules.ts";
import type { Role, Scope } from "../aws/cluster_ref.ts";

/** The part of a configuration that says where ECS tasks live. */
type Place = Pick<PluginConfig, "cluster" | "region" | "assume_role" | "profile">;

/** The part of a configuration that says where ECS tasks live. */
export function placeOf({ cluster, region, assume_role, profile }: Place): Place {
  return { cluster, region, assume_role, profile };
}

/** Where a configuration says that ECS tasks live; undefined where it names no cluster. */
export function scopeOf(place: Place): Scope | undefined {
  const { cluster } = place;
  return cluster === undefined
    ? undefined
    : { region: undefined, ...fallbackScope(place), cluster };
}

/** What a handle that does not say where its task lives is taken to mean. */
export function fallbackScope(
  { cluster, region, assume_role, profile }: Place,
): Partial<Scope> {
  return { cluster, region, role: roleOf(assume_role), profile };
}

/**
 * All places that the plugin's configuration spells out: its own, and every cluster and region that
 * it allows jobspecs by its very name. Tasks of a plugin that died may be in any of them.
 */
export function knownScopes(plugin: PluginConfig): Scope[] {
  const literal = (globs: readonly string[] | undefined) =>
    (globs ?? []).filter((glob) => !/[*?]/.test(glob));
  const { clusters, regions } = plugin.allowed;
  const scopes = distinct([plugin.cluster, ...literal(clusters)]).flatMap((cluster) =>
    distinct([plugin.region, ...literal(regions)]).flatMap((region) =>
      regionAgainst({ cluster, region }) === undefined
        ? scopeOf({ ...plugin, cluster, region }) ?? []
        : []
    )
  );
  return scopes.slice(0, mostKnownScopes);
}

/** More places than this are not searched at each turn: their calls come out of the same budget. */
const mostKnownScopes = 32;

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
