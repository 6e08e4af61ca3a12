import { assert, assertEquals } from "@std/assert";
import { EcsError } from "../../../../src/aws/error.ts";
import type { Predecessors } from "../../../../src/lifecycle/lifecycle.ts";
import { restoreTime } from "../../../../src/lifecycle/start/met_tasks.ts";
import { configOf, createWorld, ownerOf, startRequest } from "../../../harness/world.ts";

const config = configOf({ wait_for: "none" });
const afterLost: Predecessors = {
  chain: [{ allocId: "old", runs: "same", lost: true }],
  complete: true,
};
const untold: Predecessors = { chain: [], complete: false };

/**
 * A lost client has left an ECS task. The first start of the allocation in its place did not learn of that
 * from Nomad, and got no answer to its RunTask; the second one knows of it.
 */
async function startAgain(
  { accepts, consistency, secondIn }: {
    /** Whether ECS has accepted the RunTask. */
    accepts: boolean;
    /** Milliseconds after RunTask for which ECS does not list its task. */
    consistency: number;
    secondIn: "the same process" | "the next process";
  },
) {
  let isLost = false;
  const world = createWorld({
    consistency,
    intercept: (operations) => ({
      ...operations,
      runTask: async (...call) => {
        if (isLost && !accepts) throw new EcsError("unavailable", "RunTask", "no answer");
        const answer = await operations.runTask(...call);
        if (isLost) throw new EcsError("unavailable", "RunTask", "no answer");
        return answer;
      },
    }),
  });
  const { lifecycle: other } = world.launch();
  const owner = { ...ownerOf("11111111", "old"), nodeId: "node-b" };
  const old = await world.settle(other.start(startRequest({ owner, config })));
  assert(old.status === "fulfilled");
  const { lifecycle, kill } = world.launch();
  await world.pass(restoreTime + 1);
  world.disk.makeDirectory("/alloc/new");
  const abandoned = new AbortController();
  const next = (run: string, predecessors: Predecessors) =>
    startRequest({ owner: ownerOf(run, "new"), config, allocDir: "/alloc/new", predecessors });

  isLost = true;
  const first = lifecycle.start({ ...next("22222222", untold), abandoned: abandoned.signal });
  first.catch(() => {});
  await world.pass(1_000);
  if (secondIn === "the same process") abandoned.abort(new Error("the agent has gone"));
  else kill();
  await world.pass(1);
  isLost = false;

  const second = secondIn === "the same process" ? lifecycle : world.launch().lifecycle;
  const request = next("33333333", afterLost);
  const started = await world.settle(second.start(request));
  assert(started.status === "fulfilled");
  const { remote: { ref }, how } = started.value;
  return {
    world,
    how,
    arn: ref.arn,
    old: old.value.remote.ref.arn,
    stopDoubles: () =>
      second.stopDoubles(
        { ref, owner: request.owner, predecessors: afterLost, isOpen: () => true },
        new AbortController().signal,
      ),
  };
}

for (const secondIn of ["the same process", "the next process"] as const) {
  Deno.test(`a start in ${secondIn} keeps what an earlier start of it may have run, and takes nothing over beside it`, async () => {
    const { world, how, arn, old, stopDoubles } = await startAgain({
      accepts: true,
      consistency: 20_000,
      secondIn,
    });
    assert(arn !== old);
    // So the driver takes the task for one beside which an earlier allocation's may run.
    assertEquals(how, "found");
    await world.settle(stopDoubles());
    await world.pass(60_000);
    assertEquals(world.ecs.live().map((task) => task.arn), [arn]);
  });

  Deno.test(`a start in ${secondIn} takes over where ECS has nothing of an earlier start of it`, async () => {
    const { world, how, arn, old } = await startAgain({
      accepts: false,
      consistency: 20_000,
      secondIn,
    });
    assertEquals([how, arn], ["handed over", old]);
    await world.pass(300_000);
    assertEquals(world.ecs.live().map((task) => task.arn), [old]);
  });

  Deno.test(`what ECS lists too late of an earlier start in ${secondIn} is stopped beside what was taken over`, async () => {
    const { world, how, arn, old } = await startAgain({
      accepts: true,
      consistency: 60_000,
      secondIn,
    });
    assertEquals([how, arn], ["handed over", old]);
    await world.pass(120_000);
    assertEquals(world.ecs.live().map((task) => task.arn), [old]);
  });
}
