import { assertEquals, assertRejects } from "@std/assert";
import type { EcsCaller } from "../../../../src/aws/caller.ts";
import type { OperationName } from "../../../../src/aws/operations.ts";
import { createClusterScans } from "../../../../src/lifecycle/ownership/cluster_scan.ts";
import { cluster } from "../../../harness/world.ts";

const never = new AbortController().signal;

/** A cluster with this many tasks, and the calls about it. */
function clusterWith(count: number) {
  const arns = Array.from({ length: count }, (_, at) => `arn-${at}`);
  const calls: Partial<Record<OperationName, number>> = {};
  const site = {
    calls,
    /** What each ListTasks waits for. */
    gate: Promise.resolve(),
    /** The tag that a DescribeTasks shows. */
    tag: "before",
    fails: false,
    /** Aborts when the scan that asks is given up. */
    asked: undefined as AbortSignal | undefined,
    searched: {
      cluster,
      caller: {
        call: async (
          name: OperationName,
          input: { nextToken?: string; tasks?: string[] },
          { signal }: { signal: AbortSignal },
        ) => {
          site.asked = signal;
          calls[name] = (calls[name] ?? 0) + 1;
          if (name === "describeTasks") {
            const tags = [{ key: "tag", value: site.tag }];
            return { tasks: input.tasks?.map((taskArn) => ({ taskArn, tags })) };
          }
          const { fails } = site;
          await site.gate;
          signal.throwIfAborted();
          if (fails) throw new Error("no answer");
          const from = Number(input.nextToken ?? 0);
          const to = from + 100;
          return {
            taskArns: arns.slice(from, to),
            ...(to < count ? { nextToken: String(to) } : {}),
          };
        },
      } as unknown as EcsCaller,
    },
  };
  return site;
}

Deno.test("a hundred questions about a thousand tasks cost two scans at most", async () => {
  const { searched, calls } = clusterWith(1_000);
  const scans = createClusterScans();
  const first = scans.liveTasks(searched, never);
  await Promise.resolve();
  const others = Array.from({ length: 99 }, () => scans.liveTasks(searched, never));
  const answers = await Promise.all([first, ...others]);
  assertEquals(new Set(answers.map(({ length }) => length)), new Set([1_000]));
  assertEquals(calls, { listTasks: 20, describeTasks: 20 });
});

Deno.test("questions that come at once share one scan", async () => {
  const { searched, calls } = clusterWith(10);
  const scans = createClusterScans();
  await Promise.all([scans.liveTasks(searched, never), scans.liveTasks(searched, never)]);
  assertEquals(calls, { listTasks: 1, describeTasks: 1 });
});

Deno.test("a question is not answered by a scan that began before it", async () => {
  const site = clusterWith(1);
  const scans = createClusterScans();
  const tagOf = async () => {
    const [task] = await scans.liveTasks(site.searched, never);
    return task?.tags?.[0]?.value;
  };
  const first = tagOf();
  const described = first.then((tag) => {
    site.tag = "after";
    return tag;
  });
  await Promise.resolve();
  const second = tagOf();
  assertEquals([await described, await second, site.calls.listTasks], ["before", "after", 2]);
});

Deno.test("clusters are scanned apart", async () => {
  const { searched, calls } = clusterWith(1);
  const scans = createClusterScans();
  await Promise.all([
    scans.liveTasks(searched, never),
    scans.liveTasks({ ...searched, cluster: { ...cluster, name: "second" } }, never),
  ]);
  assertEquals(calls.listTasks, 2);
});

Deno.test("a scan that fails fails for those who wait for it, and for nobody else", async () => {
  const site = clusterWith(1);
  const scans = createClusterScans();
  site.fails = true;
  const failing = scans.liveTasks(site.searched, never);
  await Promise.resolve();
  await Promise.resolve();
  site.fails = false;
  const next = scans.liveTasks(site.searched, never);
  await assertRejects(() => failing, Error, "no answer");
  assertEquals((await next).length, 1);
});

Deno.test("a scan goes on while anybody waits for it, and ends with the last", async () => {
  const site = clusterWith(1);
  const gate = Promise.withResolvers<void>();
  site.gate = gate.promise;
  const scans = createClusterScans();
  const one = new AbortController();
  const other = new AbortController();
  const waiting = [one, other].map(({ signal }) => scans.liveTasks(site.searched, signal));
  const outcomes = Promise.allSettled(waiting);
  await Promise.resolve();
  await Promise.resolve();
  one.abort(new Error("the first has gone"));
  await waiting[0]?.catch(() => {});
  assertEquals(site.asked?.aborted, false);
  other.abort(new Error("the second has gone"));
  await outcomes;
  assertEquals(site.asked?.aborted, true);
  gate.resolve();
  assertEquals((await scans.liveTasks(site.searched, never)).length, 1);
});

Deno.test("a scan that nobody waits for any more does not begin", async () => {
  const site = clusterWith(1);
  const gate = Promise.withResolvers<void>();
  site.gate = gate.promise;
  const scans = createClusterScans();
  const first = scans.liveTasks(site.searched, never);
  await Promise.resolve();
  await Promise.resolve();
  const gone = new AbortController();
  const second = scans.liveTasks(site.searched, gone.signal);
  gone.abort(new Error("it has gone"));
  await assertRejects(() => second, Error, "it has gone");
  gate.resolve();
  await first;
  assertEquals((await scans.liveTasks(site.searched, never)).length, 1);
  assertEquals(site.calls.listTasks, 2);
});
