import { assertEquals } from "@std/assert";
import { eventOf } from "../../../../src/lifecycle/task/events.ts";
import { track, untracked } from "../../../../src/lifecycle/task/tracking.ts";
import type { Observation } from "../../../../src/lifecycle/watch/watcher.ts";
import { cluster } from "../../../harness/world.ts";

const ref = { arn: "arn:aws:ecs:us-east-1:123456789012:task/web/0123456789abcdef", cluster };

function seen(lastStatus: string, address?: string): Observation {
  const details = address === undefined ? [] : [{ name: "privateIPv4Address", value: address }];
  const attachments = [{ type: "ElasticNetworkInterface", details }];
  return { kind: "seen", tags: false, task: { taskArn: ref.arn, lastStatus, attachments } };
}

Deno.test("each change of status is one event, and the address comes with it", () => {
  const observations = [
    seen("PROVISIONING"),
    seen("PENDING"),
    seen("PENDING"),
    seen("PENDING", "10.0.0.1"),
    seen("RUNNING", "10.0.0.1"),
    seen("RUNNING", "10.0.0.1"),
  ];
  let tracked = untracked;
  const messages: string[] = [];
  for (const observation of observations) {
    const next = track({
      tracked,
      observation,
      now: 0,
      ref,
      stopRequested: false,
      essential: undefined,
    });
    const event = eventOf(tracked.state, next.state, ref);
    if (event !== undefined) messages.push(event.message);
    tracked = next;
  }
  assertEquals(messages, [
    "ECS task 0123456789abcdef is PROVISIONING",
    "ECS task 0123456789abcdef is PENDING",
    "ECS task 0123456789abcdef is PENDING with address 10.0.0.1",
    "ECS task 0123456789abcdef is RUNNING with address 10.0.0.1",
  ]);
});
