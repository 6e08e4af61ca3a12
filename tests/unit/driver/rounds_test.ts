import { assertEquals } from "@std/assert";
import { clusterKey } from "../../../src/aws/cluster_ref.ts";
import { keepThose, nextRound, searchEach } from "../../../src/driver/rounds.ts";
import { cluster } from "../../harness/world.ts";
import { createVirtualTime } from "../../simulation/virtual_time.ts";

/** A wait for the next round, and when it ended. */
function waiting(grace: () => number) {
  const time = createVirtualTime(0);
  const over = new AbortController();
  let changed = new AbortController();
  let ended: number | undefined;
  nextRound({
    clock: time.clock({ alive: true }),
    grace,
    changed: () => changed.signal,
    signal: over.signal,
  }).then(() => ended = time.now());
  return {
    over,
    change: () => {
      const before = changed;
      changed = new AbortController();
      before.abort();
    },
    pass: async (ms: number) => {
      await time.pass(ms);
      return ended;
    },
  };
}

Deno.test("a round comes after half of the grace, from 5 s to 5 minutes", async () => {
  for (const [grace, expected] of [[60_000, 30_000], [1_000, 5_000], [86_400_000, 300_000]]) {
    assertEquals(await waiting(() => grace ?? 0).pass(3_600_000), expected);
  }
});

Deno.test("a grace that changes has the wait begin anew, with it", async () => {
  let grace = 600_000;
  const wait = waiting(() => grace);
  await wait.pass(1_000);
  grace = 20_000;
  wait.change();
  assertEquals(await wait.pass(60_000), 11_000);
});

Deno.test("the end of the driver ends the wait", async () => {
  const wait = waiting(() => 600_000);
  await wait.pass(1_000);
  wait.over.abort();
  assertEquals(await wait.pass(1), 1_000);
});

Deno.test("each cluster is searched once, some side by side", async () => {
  const clusters = Array.from(
    { length: 100 },
    (_, at) => ({ name: `c${at}`, region: "us-east-1" }),
  );
  const searched: string[] = [];
  let underWay = 0;
  let most = 0;
  await searchEach(clusters, async ({ name }) => {
    most = Math.max(most, ++underWay);
    await Promise.resolve();
    underWay -= 1;
    searched.push(name);
  });
  assertEquals(searched.toSorted(), clusters.map(({ name }) => name).toSorted());
  assertEquals(most, 32);
});

Deno.test("a search forgets the clusters that are not searched any more", () => {
  const two = { name: "two", region: "eu-west-1" };
  const memories = new Map([[clusterKey(cluster), 1], [clusterKey(two), 2]]);
  keepThose(memories, [two]);
  assertEquals([...memories.values()], [2]);
});
