import type { Container, Task } from "@aws-sdk/client-ecs";
import { assertEquals } from "@std/assert";
import { factsOf } from "../../../../src/lifecycle/definition/facts.ts";
import { type Counting, endingOf, isOfAws } from "../../../../src/lifecycle/task/ending.ts";
import { containers as side, type Json, onInstances } from "../../../harness/definitions.ts";

type Case = {
  task?: Partial<Task>;
  containers?: Container[];
  counting?: Counting;
  stopRequested?: boolean;
  exitCode: number;
  oomKilled?: boolean;
  error?: string;
  exits?: string;
};

const exitReason = "Essential container in task exited";
const exited = { stopCode: "EssentialContainerExited", stoppedReason: exitReason } as const;
const outOfMemory = "OutOfMemoryError: Container killed due to memory usage";
const unknown: Counting = { kind: "unknown" };
/** Two essential containers, of which `app` is the main one. */
const defined = (app: Json = {}, agent: Json = {}): Counting => ({
  kind: "defined",
  definition: factsOf(onInstances({}, side({ app, agent })), "web:1"),
});

const cases: Record<string, Case> = {
  "a container's own exit code is told, and nothing else": {
    containers: [{ name: "main", exitCode: 7 }],
    exitCode: 7,
    exits: "container main exited with code 7",
  },
  "a main container that succeeded is a success, whatever an essential sidecar says": {
    containers: [{ name: "agent", exitCode: 2 }, { name: "app", exitCode: 0 }],
    counting: defined(),
    exitCode: 0,
    exits: "container app exited with code 0, agent with 2",
  },
  "a main container that succeeded is a success, though the sidecar ran out of memory": {
    containers: [{ name: "app", exitCode: 0 }, {
      name: "agent",
      exitCode: 137,
      reason: outOfMemory,
    }],
    counting: defined(),
    exitCode: 0,
    exits: "container app exited with code 0, agent with 137",
  },
  "a main container that failed is the failure, and it is named": {
    containers: [{ name: "app", exitCode: 5 }, { name: "agent", exitCode: 143 }],
    counting: defined(),
    exitCode: 5,
    error: "container app exited with code 5, agent with 143",
    exits: "container app exited with code 5, agent with 143",
  },
  "a main container that a signal ended gives way to the essential one that failed": {
    containers: [{ name: "app", exitCode: 143 }, { name: "agent", exitCode: 2 }],
    counting: defined(),
    exitCode: 2,
    error: "container agent exited with code 2, app with 143",
    exits: "container agent exited with code 2, app with 143",
  },
  "a main container that was killed gives way to the essential one that ran out of memory": {
    containers: [{ name: "app", exitCode: 137 }, {
      name: "agent",
      exitCode: 137,
      reason: outOfMemory,
    }],
    counting: defined(),
    exitCode: 137,
    oomKilled: true,
    error:
      `ECS task stopped (EssentialContainerExited): ${exitReason}; container agent: ${outOfMemory}`,
    exits: "container agent exited with code 137, app with 137",
  },
  "a container that may fail does not count": {
    containers: [{ name: "app", exitCode: 143 }, { name: "agent", exitCode: 2 }],
    counting: defined({}, { essential: false }),
    exitCode: 143,
    error: "container app exited with code 143, agent with 2",
    exits: "container app exited with code 143, agent with 2",
  },
  "a main container that a signal ended is no success, though a sidecar had ended well": {
    containers: [{ name: "app", exitCode: 143 }, { name: "agent", exitCode: 0 }],
    counting: defined(),
    exitCode: 143,
    error: "container app exited with code 143, agent with 0",
    exits: "container app exited with code 143, agent with 0",
  },
  "the log router's exit code does not count": {
    containers: [{ name: "app", exitCode: 1 }, { name: "agent", exitCode: 0 }],
    counting: defined({ firelensConfiguration: { type: "fluentbit" } }),
    exitCode: 0,
    exits: "container agent exited with code 0, app with 1",
  },
  "the container that the jobspec names counts, whatever the others say": {
    containers: [{ name: "app", exitCode: 143 }, { name: "agent", exitCode: 2 }],
    counting: { kind: "named", container: "app" },
    exitCode: 143,
    error: "container app exited with code 143, agent with 2",
    exits: "container app exited with code 143, agent with 2",
  },
  "without a definition the container that failed counts, not those stopped for it": {
    containers: [
      { name: "a", exitCode: 143 },
      { name: "b", exitCode: 5 },
      { name: "c", exitCode: 137 },
    ],
    exitCode: 5,
    error: "container b exited with code 5, a with 143, c with 137",
    exits: "container b exited with code 5, a with 143, c with 137",
  },
  "without a definition a container of AWS's own does not count": {
    containers: [
      { name: "aws-guardduty-agent-x1Y2", exitCode: 1 },
      { name: "app", exitCode: 0 },
    ],
    exitCode: 0,
    exits: "container app exited with code 0, aws-guardduty-agent-x1Y2 with 1",
  },
  "a stop of Windows is told from a failure of Windows": {
    containers: [{ name: "app", exitCode: 3_221_225_786 }, { name: "agent", exitCode: 1 }],
    counting: defined(),
    exitCode: 1,
    error: "container agent exited with code 1, app with 3221225786",
    exits: "container agent exited with code 1, app with 3221225786",
  },
  "running out of memory is flagged": {
    containers: [{ name: "main", exitCode: 137, reason: outOfMemory }],
    exitCode: 137,
    oomKilled: true,
    error:
      `ECS task stopped (EssentialContainerExited): ${exitReason}; container main: ${outOfMemory}`,
    exits: "container main exited with code 137",
  },
  "a stop that Nomad asked for is no failure": {
    task: { stopCode: "UserInitiated", stoppedReason: "Nomad stopped it" },
    containers: [{ name: "main", exitCode: 143 }],
    stopRequested: true,
    exitCode: 143,
    exits: "container main exited with code 143",
  },
  "a stop by somebody else is told": {
    task: { stopCode: "UserInitiated", stoppedReason: "Task stopped by user" },
    containers: [{ name: "main", exitCode: 143 }],
    exitCode: 143,
    error: "ECS task stopped (UserInitiated): Task stopped by user",
    exits: "container main exited with code 143",
  },
  "a spot interruption is told, though the container ended well": {
    task: { stopCode: "SpotInterruption", stoppedReason: "Your Spot Task was interrupted." },
    containers: [{ name: "main", exitCode: 0 }],
    exitCode: 0,
    error: "ECS task stopped (SpotInterruption): Your Spot Task was interrupted.",
    exits: "container main exited with code 0",
  },
  "a task that failed to start has no exit code": {
    task: { stopCode: "TaskFailedToStart", stoppedReason: "CannotPullContainerError: not found" },
    containers: [{ name: "main", reason: "CannotPullContainerError: not found" }],
    exitCode: -1,
    error: "ECS task stopped (TaskFailedToStart): CannotPullContainerError: not found",
  },
  "a task without the container that counts is no success": {
    containers: [{ name: "agent", exitCode: 0 }],
    counting: { kind: "named", container: "app" },
    exitCode: -1,
    error: `ECS task stopped (EssentialContainerExited): ${exitReason}`,
    exits: "container agent exited with code 0",
  },
  "an empty reason is none": {
    task: { stopCode: undefined, stoppedReason: "" },
    containers: [{ name: "main", exitCode: 0, reason: "" }],
    exitCode: 0,
    error: "ECS task stopped (no stop code)",
    exits: "container main exited with code 0",
  },
  "a container with an empty reason has its own exit code told, and nothing else": {
    containers: [{ name: "main", exitCode: 7, reason: "" }],
    exitCode: 7,
    exits: "container main exited with code 7",
  },
  "a task of which ECS says next to nothing is no success": {
    task: { stopCode: undefined, stoppedReason: undefined },
    exitCode: -1,
    error: "ECS task stopped (no stop code)",
  },
};

for (
  const [name, { task, containers = [], counting = unknown, stopRequested = false, ...ending }]
    of Object
      .entries(cases)
) {
  Deno.test(name, () => {
    const told = endingOf({ ...exited, ...task, containers }, { stopRequested, counting });
    assertEquals(told, {
      oomKilled: false,
      error: undefined,
      exits: undefined,
      endedAt: undefined,
      ...ending,
    });
  });
}

Deno.test("containers that AWS adds to a task are known by their names", () => {
  const names = ["aws-guardduty-agent-a1", "ecs-service-connect-b2", "~internal~ecs~pause"];
  assertEquals(names.map(isOfAws), [true, true, true]);
  assertEquals(["app", "aws-otel-collector", "ecs-agent"].map(isOfAws), [false, false, false]);
});
