import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import type * as aws from "../../../../src/aws/operations.ts";
import type { Permit } from "../../../../src/aws/budget.ts";
import type { EcsCaller } from "../../../../src/aws/caller.ts";
import { EcsError } from "../../../../src/aws/error.ts";
import { describeBatch } from "../../../../src/lifecycle/watch/describe_batch.ts";
import { createDueQueue } from "../../../../src/lifecycle/watch/due_queue.ts";
import {
  addObserver,
  createWatchList,
  type Entry,
  takeBatch,
} from "../../../../src/lifecycle/watch/watch_list.ts";
import type { Observation } from "../../../../src/lifecycle/watch/watcher.ts";
import { cluster, silent } from "../../../harness/world.ts";

type Input = aws.Input<"describeTasks">;
type Output = aws.Output<"describeTasks">;

const never = new AbortController().signal;

/** Describes a batch of `count` tasks, answered by `answer`. */
function createBatch(
  count: number,
  answer: (arns: string[], input: Input) => Output,
  { arnOf = (at) => `task-${at}`, clusters = () => ({ $metadata: {} }) }: {
    arnOf?: (at: number) => string;
    /** The answer of DescribeClusters. */
    clusters?: () => aws.Output<"describeClusters">;
  } = {},
) {
  const clock = { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() };
  const permit: Permit = { giveBack: () => {}, accepted: () => {}, refused: () => {} };
  const inputs: Input[] = [];
  const caller: EcsCaller = {
    rate: () => 20,
    reserve: () => Promise.resolve(permit),
    call: (name, input) => {
      if (name === "describeClusters") {
        return Promise.resolve().then(() => clusters() as aws.Output<typeof name>);
      }
      const asked = input as Input;
      inputs.push(asked);
      return Promise.resolve().then(() =>
        answer(asked.tasks ?? [], asked) as aws.Output<typeof name>
      );
    },
  };
  const list = createWatchList({
    clock,
    queue: createDueQueue<Entry>(() => 2_000),
    onHurry: () => {},
    onHasten: () => {},
  });
  const seen: Record<string, Observation["kind"][]> = {};
  const watches = Array.from(
    { length: count },
    (_, at) =>
      addObserver(list, arnOf(at), {
        onObservation: ({ kind }) => (seen[arnOf(at)] ??= []).push(kind),
      }),
  );
  let answers = 0;
  const run = async () => {
    const batch = takeBatch(list, "looks");
    await describeBatch(
      {
        cluster,
        caller,
        random: () => 0.5,
        log: silent,
        list,
        signal: never,
        onAnswer: () => answers += 1,
      },
      batch,
      permit,
    );
  };
  return { list, watches, seen, inputs, run, answers: () => answers };
}

const running = (arns: string[]): Output => ({
  tasks: arns.map((taskArn) => ({ taskArn, lastStatus: "RUNNING" })),
  $metadata: {},
});

Deno.test("each task is told what ECS said of it, and one that was left out is told nothing", async () => {
  const { seen, list, run, answers } = createBatch(3, () => ({
    ...running(["task-0", "task-9"]),
    failures: [{ arn: "task-1", reason: "MISSING" }, { arn: "task-2", reason: "odd" }],
  }));
  await run();
  assertEquals(seen, { "task-0": ["seen"], "task-1": ["missing"] });
  assertEquals([answers(), list.queue.next()], [1, 1_000], "the third is asked for again soon");
});

Deno.test("tags are asked for where somebody waits for a look", async () => {
  const { watches, inputs, run } = createBatch(2, running);
  const look = watches[1]?.look(never);
  await run();
  assertEquals(inputs.map(({ include }) => include), [["TAGS"]]);
  assertEquals((await look)?.kind, "seen");
});

Deno.test("who asks for a look while the request is under way waits for the next answer", async () => {
  let late: Promise<Observation> | undefined;
  const { watches, inputs, run } = createBatch(1, (arns) => {
    late ??= watches[0]?.look(never);
    return running(arns);
  });
  await run();
  assertEquals(await Promise.race([late, Promise.resolve("still waiting")]), "still waiting");
  await run();
  assertEquals([(await late)?.kind, inputs.length], ["seen", 2]);
});

Deno.test("a refused batch is halved until the task is found that it is refused for", async () => {
  const { seen, list, inputs, run } = createBatch(8, (arns) => {
    if (arns.includes("task-5")) throw new EcsError("denied", "DescribeTasks", "denied");
    return running(arns);
  });
  await run();
  assertEquals(Object.keys(seen).length, 7);
  assertEquals([...list.refused].map(({ arn }) => arn), ["task-5"]);
  assertEquals(inputs.length, 7, "8, 4, 4, 2, 1, 1, 2");
});

Deno.test("an identity that may describe nothing fails the batch, and refuses no task", async () => {
  const { seen, list, inputs, run } = createBatch(8, () => {
    throw new EcsError("denied", "DescribeTasks", "denied");
  });
  await assertRejects(run, EcsError);
  assertEquals([seen, list.refused.size, inputs.length], [{}, 0, 4]);
});

Deno.test("where a denied task came first, another task comes first in the next batch", async () => {
  const { seen, list, run } = createBatch(8, (arns) => {
    if (arns.includes("task-0")) throw new EcsError("denied", "DescribeTasks", "denied");
    return running(arns);
  });
  await assertRejects(run, EcsError);
  const { queue } = list;
  for (const entry of list.entries.values()) queue.hurry(entry, 0);
  await run();
  assertEquals(Object.keys(seen).length, 7);
  assertEquals([...list.refused].map(({ arn }) => arn), ["task-0"]);
});

Deno.test("a request that fails otherwise is not halved, and whoever waits goes on waiting", async () => {
  let away = true;
  const { watches, seen, list, inputs, run } = createBatch(8, (arns) => {
    if (away) throw new EcsError("unavailable", "DescribeTasks", "socket hang up");
    return running(arns);
  });
  const look = watches[3]?.look(never);
  await assertRejects(run, EcsError);
  assertEquals([seen, inputs.length], [{}, 1]);
  away = false;
  for (const entry of list.entries.values()) list.queue.hurry(entry, 0);
  await run();
  assertEquals((await look)?.kind, "seen");
});

const failures: [string, RegExp, () => Output][] = [
  ["fails", /socket hang up/, () => {
    throw new EcsError("unavailable", "DescribeTasks", "socket hang up");
  }],
  ["is refused", /AccessDenied/, () => {
    throw new EcsError("denied", "DescribeTasks", "AccessDenied");
  }],
  ["tells nothing of the task", /it does not tell of the task/, () => running([])],
];
for (const [what, says, answer] of failures) {
  Deno.test(`who waits for a look is told of a request that ${what}, and goes on waiting`, async () => {
    let away = true;
    const { watches, list, run } = createBatch(1, (arns) => away ? answer() : running(arns));
    const told: string[] = [];
    const look = watches[0]?.look(never, ({ message }) => told.push(message));
    await run().catch(() => {});
    assertEquals(told.length, 1);
    assertMatch(told[0] ?? "", says);
    away = false;
    for (const entry of list.entries.values()) list.queue.hurry(entry, 0);
    await run();
    assertEquals([(await look)?.kind, told.length], ["seen", 1]);
  });
}

Deno.test("who waits for a look is told of no request that its halves make good", async () => {
  const { watches, run } = createBatch(4, (arns) => {
    if (arns.includes("task-3")) throw new EcsError("denied", "DescribeTasks", "denied");
    return running(arns);
  });
  const told: string[] = [];
  const look = watches[0]?.look(never, ({ message }) => told.push(message));
  await run();
  assertEquals([(await look)?.kind, told], ["seen", []]);
});

const noCluster = () => {
  throw new EcsError("no_cluster", "DescribeTasks", "ClusterNotFoundException: Cluster not found.");
};
const arnOfAccount = (account: string) => `arn:aws:ecs:us-east-1:${account}:task/web/0123`;
const missingIn = (account: string) => () => ({
  failures: [{ arn: `arn:aws:ecs:us-east-1:${account}:cluster/web`, reason: "MISSING" }],
  $metadata: {},
});

Deno.test("a cluster that does not exist in the task's account is told, also to whoever waits", async () => {
  const arn = arnOfAccount("123456789012");
  const { watches, seen, run, answers } = createBatch(1, noCluster, {
    arnOf: () => arn,
    clusters: missingIn("123456789012"),
  });
  const look = watches[0]?.look(never);
  await run();
  assertEquals([seen, answers()], [{ [arn]: ["no cluster"] }, 1]);
  assertEquals((await look)?.kind, "no cluster");
});

Deno.test("with the credentials of another account, no cluster is taken for one that is gone", async () => {
  const { seen, list, run } = createBatch(1, noCluster, {
    arnOf: () => arnOfAccount("123456789012"),
    clusters: missingIn("210987654321"),
  });
  await assertRejects(
    run,
    EcsError,
    "account 210987654321, and the tasks are in account 123456789012",
  );
  assertEquals([seen, list.queue.next()], [{}, 1_000], "the task is asked for again");
});

Deno.test("a cluster that ECS itself still describes is not gone", async () => {
  const { seen, run } = createBatch(1, noCluster, {
    arnOf: () => arnOfAccount("123456789012"),
    clusters: () => ({ clusters: [{ status: "ACTIVE" }], $metadata: {} }),
  });
  await assertRejects(run, EcsError, "the cluster is ACTIVE");
  assertEquals(seen, {});
});
