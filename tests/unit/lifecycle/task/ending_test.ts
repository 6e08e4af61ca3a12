import type { Container, Task } from "@aws-sdk/client-ecs";
import { assertEquals } from "@std/assert";
import { endingOf } from "../../../../src/lifecycle/task/ending.ts";

type Case = {
  name: string;
  task: Partial<Task>;
  containers?: Container[];
  essential?: string[];
  stopRequested?: boolean;
  exitCode: number;
  oomKilled?: boolean;
  error?: string;
};

const exited = "EssentialContainerExited" as const;
const exitReason = "Essential container in task exited";

const cases: Case[] = [
  {
    name: "a container's own exit status is told, and nothing else",
    task: { stopCode: exited, stoppedReason: exitReason },
    containers: [{ name: "main", exitCode: 7 }],
    exitCode: 7,
  },
  {
    name: "an essential container decides, whatever a sidecar says",
    task: { stopCode: exited, stoppedReason: exitReason },
    containers: [{ name: "sidecar", exitCode: 3 }, { name: "main", exitCode: 0 }],
    essential: ["main"],
    exitCode: 0,
  },
  {
    name: "of several essential containers the one that failed decides, not those killed for it",
    task: { stopCode: exited, stoppedReason: exitReason },
    containers: [{ name: "a", exitCode: 143 }, { name: "b", exitCode: 5 }, {
      name: "c",
      exitCode: 137,
    }],
    exitCode: 5,
  },
  {
    name: "running out of memory is flagged",
    task: { stopCode: exited, stoppedReason: exitReason },
    containers: [{
      name: "main",
      exitCode: 137,
      reason: "OutOfMemoryError: Container killed due to memory usage",
    }],
    exitCode: 137,
    oomKilled: true,
    error: `ECS task stopped (${exited}): ${exitReason}; ` +
      "container main: OutOfMemoryError: Container killed due to memory usage",
  },
  {
    name: "a stop that Nomad asked for is no failure",
    task: { stopCode: "UserInitiated", stoppedReason: "Nomad stopped it" },
    containers: [{ name: "main", exitCode: 143 }],
    stopRequested: true,
    exitCode: 143,
  },
  {
    name: "a stop by somebody else is told",
    task: { stopCode: "UserInitiated", stoppedReason: "Task stopped by user" },
    containers: [{ name: "main", exitCode: 143 }],
    exitCode: 143,
    error: "ECS task stopped (UserInitiated): Task stopped by user",
  },
  {
    name: "a spot interruption is told",
    task: { stopCode: "SpotInterruption", stoppedReason: "Your Spot Task was interrupted." },
    containers: [{ name: "main", exitCode: 143 }],
    exitCode: 143,
    error: "ECS task stopped (SpotInterruption): Your Spot Task was interrupted.",
  },
  {
    name: "a task that failed to start has no exit status",
    task: { stopCode: "TaskFailedToStart", stoppedReason: "CannotPullContainerError: not found" },
    containers: [{ name: "main", reason: "CannotPullContainerError: not found" }],
    exitCode: -1,
    error: "ECS task stopped (TaskFailedToStart): CannotPullContainerError: not found",
  },
  {
    name: "a task of which ECS says next to nothing is no success",
    task: {},
    exitCode: -1,
    error: "ECS task stopped (no stop code)",
  },
];

for (const { name, task, containers = [], essential, stopRequested = false, ...ending } of cases) {
  Deno.test(name, () => {
    const told = endingOf({ ...task, containers }, {
      stopRequested,
      essential: essential && new Set(essential),
    });
    assertEquals(told, { oomKilled: false, error: undefined, endedAt: undefined, ...ending });
  });
}
