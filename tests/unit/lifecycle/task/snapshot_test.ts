import type { Task } from "@aws-sdk/client-ecs";
import { assertEquals } from "@std/assert";
import { snapshotOf } from "../../../../src/lifecycle/task/snapshot.ts";

function withInterface(details: Record<string, string>, more: Partial<Task> = {}): Task {
  const all = Object.entries({ networkInterfaceId: "eni-1", ...details });
  return {
    lastStatus: "RUNNING",
    desiredStatus: "RUNNING",
    attachments: [{
      type: "ElasticNetworkInterface",
      status: "ATTACHED",
      details: all.map(([name, value]) => ({ name, value })),
    }],
    ...more,
  };
}

const address = (task: Task) => snapshotOf(task, undefined).address;
const v4 = "10.0.0.1";
const v6 = "2001:db8::1";

Deno.test("the address is the private IPv4 one, and IPv6's where there is no such one", () => {
  assertEquals(address(withInterface({ privateIPv4Address: v4, ipv6Address: v6 })), v4);
  assertEquals(address(withInterface({ ipv6Address: v6 })), v6);
  assertEquals(address(withInterface({})), undefined);
});

Deno.test("the address is found with the containers where the interface does not have it", () => {
  const on = (networkInterface: Record<string, string>) =>
    withInterface({}, { containers: [{ name: "app", networkInterfaces: [networkInterface] }] });
  assertEquals(address(on({ privateIpv4Address: v4, ipv6Address: v6 })), v4);
  assertEquals(address(on({ ipv6Address: v6 })), v6);
});

Deno.test("the reason is the newest that ECS gives, in a short text", () => {
  const reason = (task: Task) => snapshotOf(task, undefined).reason;
  assertEquals(reason(withInterface({})), undefined);
  assertEquals(
    reason({
      attachments: [{ type: "ElasticNetworkInterface", status: "ATTACHING", details: [] }],
    }),
    "ElasticNetworkInterface is ATTACHING",
  );
  const details = [{ name: "statusReason", value: "KMS key not found" }];
  assertEquals(
    reason({ attachments: [{ type: "AmazonElasticBlockStorage", status: "FAILED", details }] }),
    "AmazonElasticBlockStorage is FAILED: KMS key not found",
  );
  const containers = [{ name: "app", reason: "CannotPullContainerError: not found" }];
  assertEquals(reason({ containers }), "container app: CannotPullContainerError: not found");
  assertEquals(reason({ containers, stoppedReason: "it stops" }), "it stops");
  assertEquals(reason({ containers, stoppedReason: "" }), reason({ containers }), "an empty one");
  assertEquals(reason({ stoppedReason: "" }), undefined);
  assertEquals(reason({ stoppedReason: "x".repeat(5_000) })?.length, 501);
});

const goesOn = (...containers: Task["containers"] & object): Task => ({
  lastStatus: "RUNNING",
  desiredStatus: "RUNNING",
  containers,
});

Deno.test("a container that stopped while its task goes on is kept, once for each way it stopped", () => {
  const init = { name: "init", lastStatus: "STOPPED", exitCode: 0 };
  const agent = { name: "agent", lastStatus: "STOPPED", exitCode: 1, reason: "it\nbroke" };
  const guard = { name: "aws-guardduty-agent-x", lastStatus: "STOPPED", exitCode: 1 };
  const first = snapshotOf(
    goesOn(init, { name: "agent", lastStatus: "RUNNING" }, guard),
    undefined,
  );
  assertEquals(first.stopped, "container init exited with code 0");
  const second = snapshotOf(goesOn(init, agent), first);
  assertEquals(second.stopped, `${first.stopped}\ncontainer agent exited with code 1: it broke`);
  const running = snapshotOf(goesOn(init, { name: "agent", lastStatus: "RUNNING" }), second);
  assertEquals(snapshotOf(goesOn(init, agent), running).stopped, second.stopped);
  const lost = { name: "db", lastStatus: "STOPPED" };
  assertEquals(
    snapshotOf(goesOn(lost), undefined).stopped,
    "container db stopped without an exit code",
  );
});

Deno.test("containers that stop with their task are the task's end, and not kept", () => {
  const app = { name: "app", lastStatus: "STOPPED", exitCode: 0 };
  const task = { lastStatus: "DEPROVISIONING", desiredStatus: "STOPPED", containers: [app] };
  assertEquals(snapshotOf(task, undefined).stopped, "");
});

Deno.test("a container that stops again and again takes no more memory", () => {
  let snapshot = snapshotOf(goesOn(), undefined);
  for (let exitCode = 0; exitCode < 100; exitCode += 1) {
    snapshot = snapshotOf(goesOn({ name: "a", lastStatus: "STOPPED", exitCode }), snapshot);
  }
  assertEquals(snapshot.stopped.split("\n").length, 20);
});
