import { assert, assertEquals } from "@std/assert";
import type { Measurement } from "../../../src/meter.ts";
import { launchDriver } from "../../harness/timed_driver.ts";
import { drain, startedOnFirst } from "../../harness/two_clients.ts";
import { createWorld } from "../../harness/world.ts";

function ofKind<Kind extends Measurement["kind"]>(records: readonly Measurement[], kind: Kind) {
  return records.filter((one): one is Extract<Measurement, { kind: Kind }> => one.kind === kind);
}

Deno.test("a hand-over is measured where the task is left, and where it is taken", async () => {
  const { clients } = await startedOnFirst();
  drain(clients);
  await clients.stop(clients.a, "old");
  await clients.start(clients.b, "new");
  const directions = [clients.a, clients.b].map(({ records }) =>
    ofKind(records, "hand-over").map(({ direction }) => direction)
  );
  assertEquals(directions, [["left"], ["taken"]]);
});

Deno.test("an orphan is measured once, with what becomes of it", async () => {
  const world = createWorld();
  const config = { orphan_grace: "30s" };
  const first = launchDriver(world, config);
  await world.settle(first.start("11111111").started);
  first.kill();
  const second = launchDriver(world, config);
  const other = "5d3f2a10-1c2b-4a3d-9e8f-7a6b5c4d3e2f";
  await world.settle(second.start("22222222", other).started);
  second.driver.inspect(`${other}/main/22222222`);
  await world.pass(180_000);
  assertEquals(ofKind(second.records, "orphan"), [{ kind: "orphan", action: "stop" }]);
});

Deno.test("waits for the budget and the time between two looks are measured", async () => {
  const world = createWorld();
  const { start, records } = launchDriver(world, { poll_interval: "7s" });
  await world.settle(start("11111111").started);
  await world.pass(60_000);
  assert(ofKind(records, "watch cycle").every(({ seconds }) => seconds === 7));
  assert(ofKind(records, "watch cycle").length > 1);
  const categories = new Set(ofKind(records, "budget wait").map(({ category }) => category));
  assert(categories.has("cluster resource reads"), [...categories].join());
});
