import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  missingGrace,
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
      track({ tracked, observation, now, ref, stopRequested: false, essential: undefined }),
    untracked,
  );
}

Deno.test("MISSING ends a task only when it persists, and then with an error", () => {
  const { state } = trackAll([[0, missing], [30_000, missing], [missingGrace, missing]]);
  assert(state.kind === "ended");
  assertStringIncludes(state.ending.error ?? "", "MISSING");
  assertEquals(state.ending.exitCode, -1);
});

Deno.test("a few late MISSING answers decide nothing, however far apart", () => {
  assertEquals(trackAll([[0, missing], [10 * missingGrace, missing]]).state.kind, "unseen");
});

Deno.test("being seen again starts the count of MISSING anew", () => {
  const { state } = trackAll([
    [0, missing],
    [30_000, missing],
    [50_000, seen("RUNNING")],
    [missingGrace, missing],
    [missingGrace + 1, missing],
  ]);
  assertEquals(state.kind, "live");
});

Deno.test("nothing but STOPPED ends a task that is seen", () => {
  for (const status of ["DEACTIVATING", "STOPPING", "DEPROVISIONING", "", "SOMETHING_NEW"]) {
    assertEquals(trackAll([[0, seen(status)]]).state.kind, "live", status);
  }
  assertEquals(trackAll([[0, seen("STOPPED")]]).state.kind, "ended");
});
