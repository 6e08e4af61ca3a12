import { assert, assertEquals, assertRejects } from "@std/assert";
import { DriverError } from "../../../src/driver/driver_error.ts";
import { encodeHandleState, handleVersion } from "../../../src/driver/handle_state.ts";
import {
  createTwoClients,
  drain,
  liveArns,
  startedOnFirst,
  type TwoClients,
} from "../../harness/two_clients.ts";
import type { Allocation } from "../../../src/nomad/documents.ts";
import { ownerOf } from "../../harness/world.ts";

const moved = { ...ownerOf("2", "new"), nodeId: "node-b" };

/** What the second client makes of the handle that Nomad has moved to it. */
async function admitted(
  clients: TwoClients,
  replacement: Partial<Allocation>,
  handle: { version: number; state: Uint8Array },
) {
  drain(clients, replacement);
  return await clients.settle(clients.b.driver.admit(moved, handle));
}

function handleOf(arn: string, allocId: string | undefined) {
  const cluster = { name: "nomad-remote-driver-demo", region: "us-east-1" };
  const state = encodeHandleState({
    ref: { arn, cluster },
    allocId,
    container: undefined,
    network: { advertise: "private", address: undefined, ports: {} },
    startedAt: undefined,
    handover: true,
  });
  return { version: handleVersion, state };
}

Deno.test("a handle that Nomad moves to another version of the job is refused, and the start stops its ECS task", async () => {
  const { clients, arn } = await startedOnFirst();
  const settled = await admitted(clients, { jobVersion: 4 }, handleOf(arn, "old"));
  assert(settled.status === "rejected" && settled.reason instanceof DriverError);
  assertEquals(settled.reason.message.includes(arn), true);
  clients.servers.change("old", { clientStatus: "complete" });
  const own = await clients.start(clients.b, "new");
  await clients.pass(60_000);
  assertEquals([own === arn, liveArns(clients)], [false, [own]]);
});

const kept: [string, Partial<Allocation>, string | undefined][] = [
  ["to the same version of the job", {}, "old"],
  ["to an allocation that runs, whose version an update in place has changed", {
    jobVersion: 4,
    clientStatus: "running",
  }, "old"],
  ["nowhere: it is the allocation's own", { jobVersion: 4 }, "new"],
  ["and that an earlier driver has written", { jobVersion: 4 }, undefined],
];
for (const [name, replacement, allocId] of kept) {
  Deno.test(`a handle is recovered that Nomad moves ${name}`, async () => {
    const { clients, arn } = await startedOnFirst();
    const settled = await admitted(clients, replacement, handleOf(arn, allocId));
    assertEquals(settled.status, "fulfilled");
  });
}

Deno.test("a handle is recovered while Nomad's API does not answer", async () => {
  const { clients, arn } = await startedOnFirst();
  clients.servers.weather = "silent";
  const settled = await admitted(clients, { jobVersion: 4 }, handleOf(arn, "old"));
  assertEquals(settled.status, "fulfilled");
});

Deno.test("a handle that cannot be read is refused", async () => {
  const { b } = createTwoClients();
  const handle = { version: handleVersion, state: new Uint8Array([1]) };
  await assertRejects(() => b.driver.admit(moved, handle), DriverError);
});

Deno.test("a start's handle names its allocation", async () => {
  const clients = createTwoClients();
  const started = await clients.settle(clients.a.start("1", "old").started);
  assert(started.status === "fulfilled");
  const settled = await admitted(clients, { jobVersion: 4 }, started.value.handle);
  assertEquals(settled.status, "rejected");
});
