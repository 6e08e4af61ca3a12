import type { Tag } from "@aws-sdk/client-ecs";
import type * as aws from "../../src/aws/operations.ts";
import type { EcsCaller } from "../../src/aws/caller.ts";
import type { TagOwnership } from "../../src/lifecycle/ownership/claim.ts";
import { ownerTags, startedBy } from "../../src/lifecycle/ownership/tags.ts";
import type { StopContext } from "../../src/lifecycle/task/ask_for_stop.ts";
import type { TaskIdentity } from "../../src/lifecycle/task_identity.ts";
import type { Observation } from "../../src/lifecycle/watch/watcher.ts";
import { cluster, ownerOf, silent } from "./world.ts";

/** The identity of the node and allocation that `ownerOf` is handed over from. */
export const otherOwner: TaskIdentity = {
  ...ownerOf("22222222", "5d3f2a10-1c2b-4a3d-9e8f-7a6b5c4d3e2f"),
  nodeId: "node-b",
};

/** An ECS task to claim or stop, before an ECS that a test answers for. Time passes at once. */
export function claimedTask(
  {
    tags = ownerTags(ownerOf(), "0.0.0"),
    by = startedBy(ownerOf()),
    ownership = "unknown",
    look,
    fail = () => undefined,
  }: {
    tags?: Tag[];
    /** Its `startedBy`; the empty one is left out. */
    by?: string;
    ownership?: TagOwnership;
    /** What each look shows; by default the task with its tags. */
    look?: () => Observation;
    /** What the nth call of an operation fails with, counted from 1. */
    fail?: (operation: string, times: number) => Error | undefined;
  } = {},
) {
  const calls: string[] = [];
  const slept: number[] = [];
  const told: string[] = [];
  const failures: string[] = [];
  let current = tags;
  let time = 0;
  const clock = {
    now: () => time,
    monotonic: () => time,
    sleep: (ms: number) => {
      slept.push(ms);
      time += ms;
      return Promise.resolve();
    },
  };
  const caller: EcsCaller = {
    reserve: () => Promise.reject(new Error("nothing is to be reserved")),
    rate: () => Infinity,
    call: async (name, input, { signal }) => {
      await Promise.resolve();
      signal?.throwIfAborted();
      calls.push(name);
      const error = fail(name, calls.filter((other) => other === name).length);
      if (error !== undefined) throw error;
      if (name === "tagResource") current = (input as aws.Input<"tagResource">).tags ?? [];
      return { $metadata: {} } as aws.Output<typeof name>;
    },
  };
  const ref = { arn: "arn:aws:ecs:us-east-1:123456789012:task/c/1", cluster };
  const context: StopContext = {
    ref,
    owner: ownerOf(),
    index: startedBy(ownerOf()),
    services: { caller, clock, random: () => 0.5, log: silent, driverVersion: "0.0.0" },
    ownership,
    look: (signal) => {
      signal.throwIfAborted();
      const who = by === "" ? {} : { startedBy: by };
      const task = { taskArn: ref.arn, tags: current, lastStatus: "RUNNING", ...who };
      return Promise.resolve(look?.() ?? { kind: "seen", task, tags: true });
    },
    toldUntagged: false,
    tell: (message) => told.push(message),
    isStopWanted: () => true,
    ownerIsRead: false,
    wasSeen: () => true,
    stopFailed: ({ message }) => failures.push(message),
  };
  return { context, calls, slept, told, failures, tags: () => current };
}
