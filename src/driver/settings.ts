import { type DecodeResult, describeProblems } from "../config/decode.ts";
import type { PluginConfig } from "../config/plugin_config.ts";
import { regionOfCluster } from "../config/rules.ts";
import { scopeConfigOf } from "./scopes.ts";

/** The plugin configuration that the driver goes by. It changes when Nomad brings another. */
export type Settings = {
  config: PluginConfig;
  /** What is wrong with the configuration that came last; undefined where nothing is. */
  fault: string | undefined;
  /** The region where no configuration names one; undefined where this process knows none. */
  readonly defaultRegion: string | undefined;
};

/** Makes settings from a configuration that is valid. */
export function createSettings(config: PluginConfig, defaultRegion: string | undefined): Settings {
  return { config: withRegion(config, defaultRegion), fault: undefined, defaultRegion };
}

/**
 * Takes a configuration that Nomad brings. Of one that is wrong, `fault` tells what is wrong, and only
 * the cluster, the region and the identity are taken: tasks that run are looked after with those.
 */
export function takeConfig(settings: Settings, decoded: DecodeResult<PluginConfig>): void {
  const { config, defaultRegion } = settings;
  switch (decoded.kind) {
    case "ok":
      settings.fault = undefined;
      settings.config = withRegion(decoded.value, defaultRegion);
      return;
    case "invalid":
      settings.fault = describeProblems(decoded.problems);
      settings.config = withRegion(
        { ...config, ...scopeConfigOf(decoded.readable) },
        defaultRegion,
      );
      return;
  }
}

/** Fills the region in now, so that a start and a recovery of one task share one key. */
function withRegion(config: PluginConfig, defaultRegion: string | undefined): PluginConfig {
  return { ...config, region: config.region ?? regionOfCluster(config.cluster) ?? defaultRegion };
}
