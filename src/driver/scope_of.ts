import type { PluginConfig } from "../config/plugin_config.ts";
import type { Scope } from "../lifecycle/scope.ts";

/** Where a configuration says that ECS tasks live; undefined where it names no cluster. */
export function scopeOf(
  { cluster, region, assume_role }: Pick<PluginConfig, "cluster" | "region" | "assume_role">,
): Scope | undefined {
  if (cluster === undefined) return undefined;
  const role = assume_role === undefined ? undefined : {
    arn: assume_role.role_arn,
    externalId: assume_role.external_id,
    sessionName: assume_role.session_name,
  };
  return { cluster, region, role };
}
