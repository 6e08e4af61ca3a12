import { assertEquals } from "@std/assert";
import { answering, cluster, configOf, createWorld, ownerOf } from "../../../harness/world.ts";

const never = new AbortController().signal;

Deno.test("a search over endless pages ends, and the next one finds what there is", async () => {
  let endless = true;
  let asked = 0;
  const world = createWorld({
    intercept: answering("listTasks", (input, signal, real) => {
      asked += 1;
      return endless && input.startedBy === undefined
        ? Promise.resolve({ taskArns: [], nextToken: `${asked}`, $metadata: {} })
        : real(input, signal);
    }),
  });
  const started = await world.settle(world.lifecycle.start({
    cluster,
    owner: ownerOf(),
    config: configOf(),
    env: {},
    resources: { cpu: 100, memory: 128 },
    abandoned: never,
    onEvent: () => {},
  }));
  assertEquals(started.status, "fulfilled");
  const search = () => world.settle(world.lifecycle.tasksOf(cluster, "node-a", new Set(), never));
  asked = 0;
  const first = await search();
  assertEquals(first.status === "rejected" && first.reason.kind, "unavailable");
  assertEquals(asked, 10);
  endless = false;
  const second = await search();
  assertEquals(second.status === "fulfilled" && second.value.length, 1);
});
