import { assertEquals } from "@std/assert";
import { EcsError } from "../../../src/aws/error.ts";
import {
  type Activity,
  askingAgain,
  type FailureKind,
  isRecoverable,
  type Verdict,
  verdictOn,
} from "../../../src/lifecycle/error_policy.ts";
import { LaunchError } from "../../../src/lifecycle/launch_error.ts";

const passing: FailureKind[] = ["throttled", "unavailable", "not_yet", "credentials"];
const ofTheRequest: FailureKind[] = ["no_task", "no_resource", "conflict", "rejected"];

/** The whole policy, as what the driver promises. */
const promises: [promise: string, Activity, Verdict, FailureKind[]][] = [
  ["a start asks again for what may pass within its time", "start", "ask again", passing],
  ["Nomad may repeat a start for which ECS has no room", "start", "recoverable", ["capacity"]],
  [
    "a start ends for what asking again does not change",
    "start",
    "final",
    ["denied", "no_region", "no_cluster", "fault", ...ofTheRequest],
  ],
  [
    "a running task is watched however long AWS does not answer",
    "watch",
    "ask again",
    ["no_region", "no_cluster", "fault", ...passing],
  ],
  [
    "a task that AWS refuses to describe is its own trouble and not the others'",
    "watch",
    "tell the task's user",
    ["denied", "capacity", ...ofTheRequest],
  ],
  [
    "a stop is asked for until ECS has it, whatever it says",
    "stop",
    "ask again",
    [
      "denied",
      "no_region",
      "no_cluster",
      "capacity",
      "fault",
      ...passing,
      ...ofTheRequest,
    ],
  ],
  [
    "a task is claimed however long AWS does not answer",
    "claim",
    "ask again",
    ["no_region", "no_cluster", "no_task", "conflict", "capacity", "fault", ...passing],
  ],
  [
    "a task that may not be tagged is told of, and claimed once it may be",
    "claim",
    "tell the task's user",
    ["denied"],
  ],
  ["a task that cannot be tagged is not claimed", "claim", "final", ["no_resource", "rejected"]],
  [
    "what a failed start left is looked for while the policy forbids it too",
    "clean up",
    "ask again",
    ["denied", ...passing],
  ],
  [
    "what a failed start left is not looked for where it cannot be",
    "clean up",
    "final",
    ["no_region", "no_cluster", "capacity", "fault", ...ofTheRequest],
  ],
  [
    "orphans are searched for again after every failure",
    "search",
    "ask again",
    ["denied", "no_region", "capacity", "fault", ...passing, ...ofTheRequest],
  ],
  ["a cluster that does not exist has no orphans", "search", "final", ["no_cluster"]],
  [
    "an ending waits for its task definition while AWS does not answer",
    "explain",
    "ask again",
    ["no_region", ...passing],
  ],
  [
    "an ending does without a task definition that cannot be read",
    "explain",
    "final",
    ["denied", "no_cluster", "capacity", "fault", ...ofTheRequest],
  ],
];

function failure(kind: FailureKind): Error {
  return kind === "fault" ? new TypeError("of the driver's own") : new EcsError(kind, "", "");
}

for (const [promise, activity, verdict, kinds] of promises) {
  Deno.test(promise, () => {
    for (const kind of kinds) {
      assertEquals([kind, verdictOn(activity, failure(kind))], [kind, verdict]);
    }
  });
}

Deno.test("every kind of failure has one verdict in every activity", () => {
  const said = new Map<Activity, FailureKind[]>();
  for (const [, activity, , kinds] of promises) {
    said.set(activity, [...said.get(activity) ?? [], ...kinds]);
  }
  const all = [...said.get("stop") ?? []].sort();
  assertEquals(all.length, 13);
  for (const [activity, kinds] of said) assertEquals([activity, kinds.sort()], [activity, all]);
});

Deno.test("a call is made again exactly where the verdict says so, and each failure is told before", () => {
  const told: string[] = [];
  const judge = askingAgain("claim", ({ kind }) => told.push(kind));
  assertEquals(judge(failure("unavailable")), "retry");
  assertEquals(judge(failure("denied")), "retry");
  assertEquals(judge(failure("rejected")), "give up");
  assertEquals(told, ["unavailable", "denied"]);
});

Deno.test("Nomad repeats a start that ended for what may pass, or as its error says", () => {
  const recoverable: FailureKind[] = [...passing, "capacity"];
  for (const kind of [...recoverable, "denied", "no_cluster", "fault", ...ofTheRequest] as const) {
    assertEquals([kind, isRecoverable(failure(kind))], [kind, recoverable.includes(kind)]);
  }
  assertEquals(isRecoverable(new LaunchError("", true)), true);
  assertEquals(isRecoverable(new LaunchError("", false)), false);
});
