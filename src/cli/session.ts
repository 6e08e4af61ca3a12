/** What the commands that call AWS and Nomad share. */
import type { EcsCaller } from "../aws/caller.ts";
import { createLifecycle, type Lifecycle } from "../lifecycle/lifecycle.ts";
import type { Logger } from "../logger.ts";
import { createNomadLink } from "../driver/nomad_link.ts";
import { fallbackCluster } from "../driver/searched_clusters.ts";
import { lifecycleSettings, type Settings } from "../driver/settings.ts";
import type { NomadApi } from "../nomad/api.ts";
import type { Host } from "./host.ts";

/** Connections of one command. */
export type Session = {
  readonly lifecycle: Lifecycle;
  /** Calls AWS as the plugin's own cluster is called. */
  readonly caller: EcsCaller;
  /** Undefined where neither the options nor the environment name a Nomad. */
  readonly nomad: NomadApi | undefined;
};

/** A command says itself what failed. */
export const silentLog: Logger = {
  trace: () => {},
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  named: () => silentLog,
};

/** Opens the connections, lets `use` have them, and closes them. Nothing is called before it is needed. */
export async function withSession<T>(
  host: Host,
  settings: Settings,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const lifecycle = createLifecycle({
    connect: host.connectAws,
    files: host.files,
    clock: host.clock,
    random: host.random,
    log: silentLog,
    version: host.version,
    settings: () => lifecycleSettings(settings),
  });
  const { region, role, profile } = fallbackCluster(settings.config);
  const caller = lifecycle.callerOf({ region, role, profile });
  const nomad = createNomadLink({
    settings,
    connect: host.connectNomad,
    clock: host.clock,
    log: silentLog,
  });
  try {
    return await use({ lifecycle, caller, nomad: nomad.api() });
  } finally {
    lifecycle.close();
  }
}
