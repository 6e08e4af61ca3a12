import type { PluginConfig } from "../../src/config/mod.ts";
import { createDriver, type Driver } from "../../src/driver/driver.ts";
import type { Logger } from "../../src/logger.ts";
import type { NomadApi } from "../../src/nomad/api.ts";
import { type AllocDisk, createAllocDisk } from "./alloc_disk.ts";
import type { Chances } from "./random.ts";
import type { SimulatedEcs } from "./simulated_ecs.ts";
import type { Process, VirtualTime } from "./virtual_time.ts";

/** A client node: its agent, and the plugin process that it has started. */
export type Node = {
  readonly id: string;
  readonly disk: AllocDisk;
  driver(): Driver;
  process(): Process;
  /** Resolves when the plugin that runs now dies. */
  pluginDeath(): Promise<void>;
  /** Resolves when the agent that runs now dies. */
  agentDeath(): Promise<void>;
  /** Aborts when the agent that runs now dies, as its connections do. */
  agentSignal(): AbortSignal;
  /** Has the agent bring another configuration, which later plugins get too. */
  configure(config: PluginConfig): void;
  config(): PluginConfig;
  /** Kills the plugin; the agent starts another at once. */
  killPlugin(): void;
  /** Kills the agent, and with it the plugin or not. */
  killAgent(plugin: "dies too" | "lives on"): void;
  /** Turns the machine off: agent and plugin die, and none is started. */
  turnOff(): void;
  /** Turns the machine on again, with a fresh plugin. */
  turnOn(): void;
  isOn(): boolean;
  /** Resolves once the machine is on. */
  on(): Promise<void>;
};

/** Makes a node with a fresh plugin. */
export function createNode(
  { id, time, ecs, chances, config: initial, log, nomad }: {
    id: string;
    time: VirtualTime;
    ecs: SimulatedEcs;
    chances: Chances;
    config: PluginConfig;
    log: Logger;
    /** The way to Nomad's API; undefined on a Nomad that hands tasks over by itself. */
    nomad?: ((process: Process) => NomadApi) | undefined;
  },
): Node {
  const disk = createAllocDisk(time, chances);
  let config = initial;
  const launch = () => {
    const process: Process = { alive: true };
    const driver = createDriver({
      connect: () => ecs.connect(process),
      files: disk.connect(process),
      clock: time.clock(process),
      random: chances.next,
      randomBytes: (length) => new Uint8Array(length).fill(7),
      log,
      version: "0.0.0",
      config,
      connectNomad: nomad && (() => nomad(process)),
    });
    return { process, driver, death: Promise.withResolvers<void>() };
  };
  let plugin = launch();
  let agent = { death: Promise.withResolvers<void>(), connection: new AbortController() };

  let off: PromiseWithResolvers<void> | undefined;

  const killPlugin = () => {
    if (off !== undefined) return;
    plugin.process.alive = false;
    plugin.death.resolve();
    plugin = launch();
  };
  const killAgent = () => {
    agent.death.resolve();
    agent.connection.abort(new Error("the agent died"));
    agent = { death: Promise.withResolvers<void>(), connection: new AbortController() };
  };

  return {
    id,
    disk,
    driver: () => plugin.driver,
    process: () => plugin.process,
    pluginDeath: () => plugin.death.promise,
    agentDeath: () => agent.death.promise,
    agentSignal: () => agent.connection.signal,
    configure: (next) => {
      config = next;
      plugin.driver.configure({ kind: "ok", value: next });
    },
    config: () => config,
    killPlugin,
    killAgent: (fate) => {
      if (off !== undefined) return;
      killAgent();
      switch (fate) {
        case "dies too":
          killPlugin();
          return;
        case "lives on":
          return;
      }
    },
    turnOff: () => {
      off = Promise.withResolvers<void>();
      killAgent();
      plugin.process.alive = false;
      plugin.death.resolve();
    },
    turnOn: () => {
      plugin = launch();
      off?.resolve();
      off = undefined;
    },
    isOn: () => off === undefined,
    on: () => off?.promise ?? Promise.resolve(),
  };
}
