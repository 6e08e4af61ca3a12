import { encode } from "@msgpack/msgpack";
import { assert } from "@std/assert";
import { decodePluginConfig } from "../../src/config/mod.ts";
import { createDriver, type Driver, type StartedTask } from "../../src/driver/driver.ts";
import type { Measurement } from "../../src/meter.ts";
import { driverConfig } from "./driver_calls.ts";
import type { NomadServers } from "../simulation/nomad_servers.ts";
import { keepingMeter } from "./measurements.ts";
import { cluster, createWorld, ownerOf, silent, type World } from "./world.ts";

/** A plugin process of a node in virtual time, and what the node's agent asks of it. */
export type TimedDriver = {
  readonly driver: Driver;
  /** What it has measured. */
  readonly records: readonly Measurement[];
  /** Starts run `run` of an allocation's task; the agent may die while it waits. */
  start(
    run: string,
    allocId?: string,
    task?: Record<string, unknown>,
  ): { started: Promise<StartedTask>; agentDies: () => void };
  /** Ends the process, as SIGKILL does. */
  kill(): void;
};

/**
 * Launches a plugin process of a node, `node-a` unless another is named, in a world. `config` is of the
 * plugin block; `nomad` are the servers that its `nomad` block leads to. `nodeOnWire` is "" for a Nomad that does not
 * tell external drivers their node.
 */
export function launchDriver(
  world: World,
  config: Record<string, unknown> = {},
  { nodeId = "node-a", nodeOnWire = nodeId, nomad }: {
    nodeId?: string;
    nodeOnWire?: string;
    nomad?: NomadServers;
  } = {},
): TimedDriver {
  const process = { alive: true };
  const decoded = decodePluginConfig(
    encode({ enabled: true, cluster: cluster.name, region: cluster.region, ...config }),
  );
  assert(decoded.kind === "ok");
  const { meter, records } = keepingMeter();
  const driver = createDriver({
    connect: (target) => world.connect(process, target),
    files: world.disk.connect(process),
    clock: world.time.clock(process),
    random: () => 0.5,
    randomBytes: (length) => new Uint8Array(length).fill(7),
    log: silent,
    meter,
    version: "0.0.0",
    config: decoded.value,
    connectNomad: nomad && (() => nomad.api(nodeId, process)),
  });
  return {
    driver,
    records,
    kill: () => process.alive = false,
    start: (run, allocId, task = {}) => {
      const agent = new AbortController();
      const started = driver.start(
        { ...ownerOf(run, allocId), nodeId: nodeOnWire },
        {
          config: driverConfig({ task_definition: "idle", ...task }),
          env: {},
          ports: [],
          resources: { cpu: 100, memory: 300 },
        },
        agent.signal,
      );
      started.catch(() => {});
      return { started, agentDies: () => agent.abort(new Error("the agent died")) };
    },
  };
}

/** A world with one plugin process in it. */
export function createTimedDriver(config: Record<string, unknown> = {}): World & TimedDriver {
  const world = createWorld();
  return { ...world, ...launchDriver(world, config) };
}
