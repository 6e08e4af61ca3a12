import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { patience } from "../../../../src/lifecycle/patience.ts";
import {
  inTransition,
  progressOf,
  track,
  type Tracked,
  untracked,
} from "../../../../src/lifecycle/task/tracking.ts";
import type { Observation } from "../../../../src/lifecycle/watch/watcher.ts";
import { cluster } from "../../../harness/world.ts";

const ref = { arn: "arn:aws:ecs:us-east-1:123456789012:task/web/0123456789abcdef", cluster };
const missing: Observation = { kind: "missing" };

function seen(lastStatus: string, address?: string): Observation {
  const details = address === undefined ? [] : [{ name: "privateIPv4Address", value: address }];
  const attachments = [{ type: "ElasticNetworkInterface", details }];
  return { kind: "seen", tags: false, task: { taskArn: ref.arn, lastStatus, attachments } };
}

function trackAll(observations: [number, Observation][]): Tracked {
  return observations.reduce(
    (tracked, [now, observation]) =>
      track({
        tracked,
        observation,
        now,
        ref,
        stopRequested: false,
        counting: { kind: "unknown" },
      }),
    untracked,
  );
}

Deno.test("MISSING ends a task only when it persists, and then with an error", () => {
  const { state } = trackAll([[0, missing], [30_000, missing], [patience, missing]]);
  assert(state.kind === "ended");
  assertStringIncludes(state.ending.error ?? "", "MISSING");
  assertEquals(state.ending.exitCode, -1);
});

Deno.test("a cluster that does not exist ends a task as MISSING does, and the error says so", () => {
  const noCluster: Observation = { kind: "no cluster" };
  const early = trackAll([[0, noCluster], [30_000, noCluster], [patience - 1, noCluster]]);
  assertEquals(early.state.kind, "unseen");
  const { state } = trackAll([[0, missing], [30_000, noCluster], [patience, noCluster]]);
  assert(state.kind === "ended");
  assertStringIncludes(state.ending.error ?? "", `ECS DescribeTasks ${ref.arn}`);
  assertStringIncludes(state.ending.error ?? "", "the task's cluster does not exist");
  assertEquals(state.ending.exitCode, -1);
});

Deno.test("a few late MISSING answers decide nothing, however far apart", () => {
  assertEquals(trackAll([[0, missing], [10 * patience, missing]]).state.kind, "unseen");
});

Deno.test("being seen again starts the count of MISSING anew", () => {
  const { state } = trackAll([
    [0, missing],
    [30_000, missing],
    [50_000, seen("RUNNING")],
    [patience, missing],
    [patience + 1, missing],
  ]);
  assertEquals(state.kind, "live");
});

Deno.test("nothing but STOPPED ends a task that is seen", () => {
  for (const status of ["DEACTIVATING", "STOPPING", "DEPROVISIONING", "", "SOMETHING_NEW"]) {
    assertEquals(trackAll([[0, seen(status)]]).state.kind, "live", status);
  }
  assertEquals(trackAll([[0, seen("STOPPED")]]).state.kind, "ended");
});

Deno.test("how far a task has come is told by its status, since when, and ECS's reason", () => {
  assertEquals(progressOf(untracked.state, 0), "ECS has not described it yet");
  const steps: [number, Observation][] = [
    [0, seen("PROVISIONING")],
    [10_000, seen("PENDING")],
    [20_000, seen("PENDING", "10.0.0.1")],
    [25_000, missing],
    [30_000, seen("PENDING", "10.0.0.1")],
  ];
  assertEquals(
    progressOf(trackAll(steps).state, 70_000),
    "it has been PENDING for 60 s, and ECS gives no reason",
  );
  const attachments = [{ type: "ElasticNetworkInterface", status: "ATTACHING" }];
  const waiting: Observation = {
    kind: "seen",
    tags: false,
    task: { lastStatus: "PROVISIONING", attachments },
  };
  assertEquals(
    progressOf(trackAll([[0, waiting]]).state, 1_499),
    "it has been PROVISIONING for 1 s; ECS says: ElasticNetworkInterface is ATTACHING",
  );
  assertEquals(
    progressOf(trackAll([[0, seen("STOPPED")]]).state, 0),
    "it has ended: ECS task stopped (no stop code)",
  );
});

Deno.test("a task at rest that is seen as it was takes up no new memory", () => {
  const first = trackAll([[0, seen("RUNNING", "10.0.0.1")]]);
  const second = track({
    tracked: first,
    observation: seen("RUNNING", "10.0.0.1"),
    now: 1,
    ref,
    stopRequested: false,
    counting: { kind: "unknown" },
  });
  assert(first === second);
  assertEquals(inTransition(first.state), false);
});
