import type { Task } from "@aws-sdk/client-ecs";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { annotationsOf, eventsOf } from "../../../../src/lifecycle/task/status_events.ts";
import { track, untracked } from "../../../../src/lifecycle/task/tracking.ts";
import { loadPreset } from "../../../../demo/simulator/preset.ts";
import { containerExited } from "../../../../demo/simulator/state/task_life.ts";
import { cluster, configOf, createWorld, startRequest } from "../../../harness/world.ts";

const ref = { arn: "arn:aws:ecs:us-east-1:123456789012:task/web/0123456789abcdef", cluster };
const task = "ECS task 0123456789abcdef";

function seen(lastStatus: string, details: Record<string, string> = {}, more: Task = {}): Task {
  const pairs = Object.entries(details).map(([name, value]) => ({ name, value }));
  const attachments = [{ type: "ElasticNetworkInterface", status: "ATTACHED", details: pairs }];
  return { taskArn: ref.arn, lastStatus, desiredStatus: "RUNNING", attachments, ...more };
}

/** The messages of all events that these answers are worth, in turn. */
function told(...tasks: Task[]): string[] {
  let tracked = untracked;
  const messages: string[] = [];
  for (const task of tasks) {
    const next = track({
      tracked,
      observation: { kind: "seen", tags: false, task },
      now: 0,
      ref,
      stopRequested: false,
      counting: { kind: "unknown" },
    });
    messages.push(...eventsOf(tracked.state, next.state, ref).map(({ message }) => message));
    tracked = next;
  }
  return messages;
}

Deno.test("each change of status is one event, and the address comes with it", () => {
  const network = { networkInterfaceId: "eni-1", privateIPv4Address: "10.0.0.1" };
  const messages = told(
    seen("PROVISIONING"),
    seen("PENDING"),
    seen("PENDING"),
    seen("PENDING", network),
    seen("RUNNING", network),
    seen("RUNNING", network),
  );
  assertEquals(messages, [
    `${task} is PROVISIONING`,
    `${task} is PENDING`,
    `${task} is PENDING with address 10.0.0.1`,
    `${task} is RUNNING with address 10.0.0.1`,
  ]);
});

Deno.test("a task on IPv6 alone has that address, and one without any says so", () => {
  const v6 = { networkInterfaceId: "eni-1", ipv6Address: "2001:db8::1" };
  assertEquals(told(seen("RUNNING", v6)), [`${task} is RUNNING with address 2001:db8::1`]);
  assertEquals(told(seen("RUNNING", { networkInterfaceId: "eni-1" })), [
    `${task} is RUNNING. ECS tells no private address of its network interface eni-1, so services ` +
    `of address_mode = "driver" get none`,
  ]);
  assertEquals(told({ lastStatus: "RUNNING" }), [`${task} is RUNNING`]);
});

Deno.test("a container that stops while its task goes on is one event, with its code and reason", () => {
  const side = (more: object) => ({ containers: [{ name: "app" }, { name: "agent", ...more }] });
  const stopped = side({ lastStatus: "STOPPED", exitCode: 2, reason: "it broke" });
  const messages = told(
    seen("RUNNING", {}, side({ lastStatus: "RUNNING" })),
    seen("RUNNING", {}, stopped),
    seen("RUNNING", {}, stopped),
    seen("RUNNING", {}, side({ lastStatus: "RUNNING" })),
    seen("RUNNING", {}, stopped),
  );
  assertEquals(messages, [
    `${task} is RUNNING`,
    `${task} goes on without a container: container agent exited with code 2: it broke`,
  ]);
});

Deno.test("the end names the containers with their exit codes", () => {
  const ended = (containers: Task["containers"] & object): Task => ({
    lastStatus: "STOPPED",
    stopCode: "EssentialContainerExited",
    stoppedReason: "Essential container in task exited",
    containers,
  });
  assertEquals(told(ended([{ name: "main", exitCode: 0 }])), [
    `${task} is STOPPED: container main exited with code 0`,
  ]);
  assertEquals(told(ended([{ name: "a", exitCode: 2 }, { name: "b", exitCode: 143 }])), [
    `${task} is STOPPED: container a exited with code 2, b with 143`,
  ]);
  assertEquals(told({ ...ended([{ name: "a", exitCode: 137 }]), stopCode: "SpotInterruption" }), [
    `${task} is STOPPED: ECS task stopped (SpotInterruption): Essential container in task exited; ` +
    "container a exited with code 137",
  ]);
});

Deno.test("every event says which ECS task it is about", () => {
  const { task_arn, cluster: name, console_url = "" } = annotationsOf(ref);
  assertEquals([task_arn, name], [ref.arn, cluster.name]);
  assertStringIncludes(console_url, "/tasks/0123456789abcdef");
});

Deno.test("of a sidecar that fails a task's user is told once, while the task goes on", async () => {
  const world = createWorld();
  loadPreset(world.ecs.model, {
    region: "us-east-1",
    clusters: [],
    taskDefinitions: [{
      family: "pair",
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      cpu: "256",
      memory: "512",
      containerDefinitions: [
        { name: "main", image: "idle" },
        { name: "side", image: "idle", essential: false },
      ],
    }],
  });
  const messages: string[] = [];
  const started = await world.settle(
    world.lifecycle.start(
      startRequest({
        config: configOf({ task_definition: "pair" }),
        onEvent: ({ message }) => messages.push(message),
      }),
    ),
  );
  assertEquals(started.status, "fulfilled");
  const [running] = world.ecs.live();
  if (running === undefined) throw new Error("no task runs");
  containerExited(world.ecs.model, running, "side", { exitCode: 3, reason: "it broke" });
  await world.pass(60_000);
  const told = messages.filter((message) => message.includes("goes on without a container"));
  assertEquals(told.map((message) => message.replace(/^ECS task [0-9a-f]+ /, "")), [
    "goes on without a container: container side exited with code 3: it broke",
  ]);
});
