import { type DecodeResult, describeProblems } from "../config/decode.ts";
import type { NomadDefaults } from "../config/nomad_fields.ts";
import type { PluginConfig } from "../config/plugin_config.ts";
import { regionOfCluster } from "../config/rules.ts";
import type { LifecycleSettings } from "../lifecycle/lifecycle.ts";
import { defaultAddress } from "../nomad/address.ts";
import { scopeConfigOf } from "./searched_clusters.ts";

/** The plugin configuration that the driver goes by. It changes when Nomad brings another. */
export type Settings = {
  config: PluginConfig;
  /** What is wrong with the configuration that came last; undefined where nothing is. */
  fault: string | undefined;
  /** What the agent's environment says where a configuration does not. */
  readonly defaults: Defaults;
  /** Aborts when the next configuration comes. */
  changed: AbortController;
};

/** What the environment of the Nomad agent says. */
export type Defaults = {
  /** The region where no configuration names one; undefined where this process knows none. */
  readonly region?: string | undefined;
  /** Options of the `nomad` block. */
  readonly nomad?: NomadDefaults;
};

/** One reason for all, as each new one would cost a stack trace. */
const reconfigured = new Error("another configuration has come");

/** Makes settings from a configuration that is valid. */
export function createSettings(config: PluginConfig, defaults: Defaults): Settings {
  return {
    config: completed(config, defaults),
    fault: undefined,
    defaults,
    changed: new AbortController(),
  };
}

/**
 * Takes a configuration that Nomad brings. Of one that is wrong, `fault` tells what is wrong, and only
 * the cluster, the region and the identity are taken: tasks that run are looked after with those.
 */
export function takeConfig(settings: Settings, decoded: DecodeResult<PluginConfig>): void {
  const { config, defaults, changed } = settings;
  settings.changed = new AbortController();
  switch (decoded.kind) {
    case "ok":
      settings.fault = undefined;
      settings.config = completed(decoded.value, defaults);
      break;
    case "invalid":
      settings.fault = describeProblems(decoded.problems);
      settings.config = completed({ ...config, ...scopeConfigOf(decoded.readable) }, defaults);
      break;
  }
  changed.abort(reconfigured);
}

/** What the lifecycle goes by. */
export function lifecycleSettings({ config, changed }: Settings): LifecycleSettings {
  const { share, ...raised } = config.api_limits;
  return {
    calls: { raised, share, ceiling: config.max_api_rate, changed: changed.signal },
    pollInterval: config.poll_interval,
    unhealthyAfter: config.unhealthy_after,
    endpoint: config.endpoint,
  };
}

/** Fills the region in now, so that a start and a recovery of one task share one key. */
function completed(config: PluginConfig, defaults: Defaults): PluginConfig {
  const { nomad } = config;
  return {
    ...config,
    region: config.region ?? regionOfCluster(config.cluster) ?? defaults.region,
    nomad: nomad && {
      address: nomad.address ?? defaults.nomad?.address ?? defaultAddress,
      token: nomad.token ?? defaults.nomad?.token,
      token_file: nomad.token_file,
      ca_file: nomad.ca_file ?? defaults.nomad?.ca_file,
      cert_file: nomad.cert_file ?? defaults.nomad?.cert_file,
      key_file: nomad.key_file ?? defaults.nomad?.key_file,
      tls_server_name: nomad.tls_server_name ?? defaults.nomad?.tls_server_name,
    },
  };
}
