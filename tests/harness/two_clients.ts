import { assert, assertEquals } from "@std/assert";
import type { EcsTask } from "../../demo/simulator/state/model.ts";
import type { Allocation } from "../../src/nomad/documents.ts";
import { createNomadServers, type NomadServers } from "../simulation/nomad_servers.ts";
import { createChances } from "../simulation/random.ts";
import { allocationWith } from "./nomad_documents.ts";
import { launchDriver, type TimedDriver } from "./timed_driver.ts";
import { createWorld, ownerOf, type World } from "./world.ts";

/** Two Nomad clients with hand-over on, in virtual time, and the servers that they ask. */
export type TwoClients = World & {
  readonly servers: NomadServers;
  readonly a: TimedDriver;
  readonly b: TimedDriver;
  /** Has a client start the allocation's task, and waits until it has. Answers the ECS task's ARN. */
  start(client: TimedDriver, allocId: string): Promise<string>;
  /** Has a client stop the allocation's task as Nomad does. */
  stop(client: TimedDriver, allocId: string): Promise<void>;
  /** Ends a client's plugin process, as SIGKILL does, and launches another one of the same client. */
  restart(client: TimedDriver): TimedDriver;
  /** The events of a client's tasks so far. */
  events(client: TimedDriver): readonly string[];
  /** A tag of an ECS task. */
  tag(task: EcsTask | undefined, key: string): string | undefined;
};

/** Makes them. The servers know allocation `old` on `node-a`. */
export function createTwoClients(config: Record<string, unknown> = {}): TwoClients {
  const world = createWorld();
  const servers = createNomadServers(world.time, createChances(1), ["node-a", "node-b"]);
  servers.put(allocationWith({ id: "old", clientStatus: "pending" }));
  const block = { nomad: {}, orphan_grace: "2m", ...config };
  const launch = (nodeId: string) => launchDriver(world, block, { nodeId, nomad: servers });
  const a = launch("node-a");
  const b = launch("node-b");
  const heard = new Map<TimedDriver, string[]>();
  for (const client of [a, b]) {
    const texts: string[] = [];
    heard.set(client, texts);
    const listen = async () => {
      for await (const { message } of client.driver.events(new AbortController().signal)) {
        texts.push(message);
      }
    };
    listen();
  }
  const idOf = (allocId: string) => ownerOf("1", allocId).id;
  return {
    ...world,
    servers,
    a,
    b,
    start: async (client, allocId) => {
      const settled = await world.settle(client.start("1", allocId).started);
      assertEquals(settled.status, "fulfilled", String(Object.values(settled)));
      servers.change(allocId, { clientStatus: "running" });
      return client.driver.inspect(idOf(allocId)).attributes["arn"] ?? "";
    },
    stop: async (client, allocId) => {
      await world.settle(client.driver.stop(idOf(allocId), 20_000, ""));
      servers.change(allocId, { clientStatus: "complete" });
    },
    restart: (client) => {
      client.kill();
      return launch(client === a ? "node-a" : "node-b");
    },
    events: (client) => heard.get(client) ?? [],
    tag: (task, key) => task?.tags.find((tag) => tag.key === key)?.value,
  };
}

/** The same two, of which the first has started `old`, and the ARN of its ECS task. */
export async function startedOnFirst(config: Record<string, unknown> = {}) {
  const clients = createTwoClients(config);
  await clients.pass(1_000);
  const arn = await clients.start(clients.a, "old");
  return { clients, arn };
}

/** ARNs of the ECS tasks that live. */
export function liveArns({ ecs }: TwoClients): string[] {
  return ecs.live().map(({ arn }) => arn);
}

/** Has the servers drain `node-a`, with `new` in place of `old` on `node-b`. */
export function drain({ servers }: TwoClients, replacement: Partial<Allocation> = {}): void {
  servers.changeNode("node-a", { draining: true });
  replaceOld(servers, replacement, {
    desiredDescription: "alloc is being migrated",
    migrate: true,
  });
}

/** Has the servers drain `node-b` after that, with `next` in place of `moved` on `node-a`. */
export function drainBack({ servers }: TwoClients, moved: string, next: string): void {
  const known = servers.allocation(moved);
  assert(known !== undefined);
  servers.changeNode("node-a", { draining: false });
  servers.changeNode("node-b", { draining: true });
  servers.put({
    ...known,
    id: next,
    nodeId: "node-a",
    clientStatus: "pending",
    previousAllocation: moved,
  });
  servers.change(moved, {
    desiredStatus: "stop",
    desiredDescription: "alloc is being migrated",
    migrate: true,
    nextAllocation: next,
  });
}

/** Has the servers lose `node-a`, with `new` in place of `old` on `node-b`. */
export function lose({ servers }: TwoClients, replacement: Partial<Allocation> = {}): void {
  servers.changeNode("node-a", { status: "down" });
  replaceOld(servers, replacement, {
    desiredDescription: "alloc is lost since its node is down",
    clientStatus: "lost",
  });
}

function replaceOld(
  servers: NomadServers,
  replacement: Partial<Allocation>,
  stopped: Partial<Allocation>,
): void {
  servers.put(allocationWith({
    id: "new",
    nodeId: "node-b",
    clientStatus: "pending",
    previousAllocation: "old",
    ...replacement,
  }));
  servers.change("old", { desiredStatus: "stop", nextAllocation: "new", ...stopped });
}
