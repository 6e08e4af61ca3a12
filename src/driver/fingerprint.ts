import type { Clock } from "../clock.ts";
import type { Lifecycle } from "../lifecycle/lifecycle.ts";
import { regionOfCluster } from "../config/rules.ts";
import { clusterInWords, type ClusterRef, isSameCluster } from "../aws/cluster_ref.ts";
import { clusterAttribute, handOverAttribute, regionAttribute } from "../nomad/documents.ts";
import type { NomadLink } from "./nomad_link.ts";
import type { Stats } from "../stats/stats.ts";
import { clusterOf } from "./searched_clusters.ts";
import type { Settings } from "./settings.ts";

/** Whether this client offers the driver, and what it tells of it. */
export type Fingerprint = {
  readonly health: "undetected" | "unhealthy" | "healthy";
  readonly description: string;
  /** Node attributes. */
  readonly attributes: Readonly<Record<string, string | boolean>>;
};

/** Milliseconds between checks of a cluster that is usable; Nomad wants to hear at least this often. */
const healthyInterval = 30_000;
/** Milliseconds between checks of a cluster that is not, so that a repair shows soon. */
const unhealthyInterval = 5_000;

/** Milliseconds that ECS has to answer before a node, which waits for it, is told that it has not. */
const firstAnswerTime = 2_000;

/** Milliseconds that Nomad's API has to answer before the fingerprint goes out without it. */
const nomadAnswerTime = 1_500;

/** A fingerprint that is kept up to date. */
export type Fingerprinter = {
  /** The fingerprint as soon as it is known, then on every change and at least every 30 s. */
  watch(signal: AbortSignal): AsyncIterable<Fingerprint>;
  /** Checks again now, as after a change of configuration. */
  refresh(): void;
};

/** What a fingerprint is made from. */
export type FingerprintContext = {
  readonly settings: Settings;
  readonly lifecycle: Lifecycle;
  readonly nomad: NomadLink;
  readonly stats: Stats;
  /** Asks Nomad's API something, whose answer `nomad` notes. */
  readonly askAgent: () => Promise<unknown>;
  readonly version: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
};

/** When the cluster was last found usable, in monotonic milliseconds, and what was told then. */
type LastActive = { readonly at: number; readonly fingerprint: Fingerprint };

/** What outlives one check. */
type Memory = {
  lastActive: LastActive | undefined;
  /** Aborts when a check is due now. */
  refresh: AbortController;
};

/** Makes a fingerprinter. It calls ECS only while somebody watches. */
export function createFingerprinter(context: FingerprintContext): Fingerprinter {
  const memory: Memory = { lastActive: undefined, refresh: new AbortController() };
  return {
    refresh: () => {
      memory.lastActive = undefined;
      memory.refresh.abort();
      memory.refresh = new AbortController();
    },
    watch: (caller) => watch(context, memory, caller),
  };
}

async function* watch(
  context: FingerprintContext,
  memory: Memory,
  caller: AbortSignal,
): AsyncGenerator<Fingerprint> {
  const { nomad, clock, signal } = context;
  const over = AbortSignal.any([signal, caller]);
  let told: { text: string; at: number } | undefined;
  while (!over.aborted) {
    const again = memory.refresh.signal;
    const assessed = assess(context, memory);
    if (told === undefined) {
      const early = await Promise.race([
        assessed,
        clock.sleep(firstAnswerTime, over).then(() => undefined),
      ]);
      if (over.aborted) return;
      if (early === undefined) yield unhealthy("ECS has not answered yet");
    }
    const fingerprint = await assessed;
    if (over.aborted) return;
    const text = JSON.stringify(fingerprint);
    const now = clock.monotonic();
    if (told?.text !== text || now - told.at >= healthyInterval) {
      told = { text, at: now };
      yield fingerprint;
    }
    // The agent that starts this plugin serves its API only some seconds later.
    const waiting = nomad.attribute()?.startsWith("off") ?? false;
    const pause = fingerprint.health === "unhealthy" || waiting
      ? unhealthyInterval
      : healthyInterval;
    await clock.sleep(pause, AbortSignal.any([over, again]));
  }
}

async function assess(context: FingerprintContext, memory: Memory): Promise<Fingerprint> {
  const { settings, lifecycle, clock } = context;
  const { config, fault } = settings;
  const { enabled, unhealthy_after } = config;
  if (fault !== undefined) return unhealthy(fault);
  if (!enabled) {
    return {
      health: "undetected",
      description: `disabled: the plugin block's config has no enabled = true`,
      attributes: {},
    };
  }
  const cluster = clusterOf(config);
  if (cluster === undefined) {
    return unhealthy(`no cluster: set cluster in the plugin block's config to an ECS cluster`);
  }
  const found = await lifecycle.checkCluster(cluster);
  switch (found.kind) {
    case "unusable":
      memory.lastActive = undefined;
      return unhealthy(found.reason);
    case "unanswered": {
      const { lastActive } = memory;
      if (lastActive !== undefined && clock.monotonic() - lastActive.at < unhealthy_after) {
        return lastActive.fingerprint;
      }
      return unhealthy(found.error.message);
    }
    case "active":
      break;
  }
  const region = regionOfCluster(found.arn) ?? cluster.region;
  // Trouble of a cluster that a job names is told to its tasks' users, and no trouble of the node's.
  const blind = lifecycle.failing().find((failing) =>
    isSameCluster(failing.cluster, cluster, region) &&
    clock.monotonic() - failing.since >= unhealthy_after
  );
  if (blind !== undefined) {
    return unhealthy(
      `tasks in ${clusterInWords(blind.cluster)} cannot be watched: ${blind.error.message}`,
    );
  }
  const fingerprint = await healthy(context, cluster, region);
  memory.lastActive = { at: clock.monotonic(), fingerprint };
  return fingerprint;
}

async function healthy(
  { nomad, stats, askAgent, version, clock, signal }: FingerprintContext,
  cluster: ClusterRef,
  region: string | undefined,
): Promise<Fingerprint> {
  // A node whose Nomad API is away runs ECS tasks all the same.
  const asked = askAgent().catch(() => {}); // the driver has ended
  await Promise.race([asked, clock.sleep(nomadAnswerTime, signal)]);
  const handover = nomad.attribute();
  const measured = stats.attribute(cluster);
  return {
    health: "healthy",
    description: "Healthy",
    attributes: {
      "driver.ecs": true,
      "driver.ecs.version": version,
      [clusterAttribute]: cluster.name,
      [regionAttribute]: region ?? "",
      ...(handover === undefined ? {} : { [handOverAttribute]: handover }),
      ...(measured === undefined ? {} : { "driver.ecs.stats": measured }),
    },
  };
}

function unhealthy(description: string): Fingerprint {
  return { health: "unhealthy", description, attributes: { "driver.ecs": false } };
}
