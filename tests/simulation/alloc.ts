import type { Handle, TaskRequest } from "../../src/driver/driver.ts";
import type { ExitResult } from "../../src/driver/task_record.ts";
import { driverConfig } from "../harness/driver_calls.ts";
import type { Node } from "./node.ts";

/** An allocation of one task, as a Nomad server and a client's state keep it. */
export type Alloc = {
  readonly id: string;
  /** All allocations that stand for one ECS task after the other share their first one's id. */
  readonly lineage: string;
  readonly node: Node;
  /** What its job's configuration asks for. */
  readonly kind: JobKind;
  desired: "run" | "stop" | "detach";
  /** Told when `desired` changes. */
  changed: PromiseWithResolvers<void>;
  /** What the client has stored, and when. */
  stored: { taskId: string; handle: Handle; at: number } | undefined;
  state: "active" | "over";
  /** Restarts that the restart block still allows. */
  restarts: number;
  /** The handle that another node is to take over. */
  handOver: Handle | undefined;
  /** Version of the job that it runs. */
  readonly version: number;
  /** The allocation that this one replaces, before whose end its client starts nothing. */
  readonly previous: Alloc | undefined;
  /** Whether its client knows of no answer to its start, or gave it up without one to its stop. */
  unanswered: boolean;
  /** Whether a handle that its client has stored was damaged: its ECS task runs on when it is over. */
  misled: boolean;
};

/** What a run of the simulation checks as it goes. */
export type Checks = {
  /** A start was answered, and its handle not yet stored. */
  onStarted(alloc: Alloc, handle: Handle): void;
  /** Nomad was told that a task ended. */
  onExit(alloc: Alloc, handle: Handle, result: ExitResult): void;
  /** A recovery failed. */
  onRecoverFailure(alloc: Alloc, error: unknown): void;
  /** A stop was answered as done. */
  onStopped(alloc: Alloc, handle: Handle): void;
};

const inline = (tag: string) => ({
  family: "inline",
  container: [{ name: "main", image: `idle:${tag}` }],
});
/** The configurations that jobs have. */
const jobs = {
  "named definition": { task_definition: "idle" },
  "another cluster": { task_definition: "idle", cluster: "second", container: "main" },
  "definition of its own": { definition: inline("1") },
  "definition that replaces": { definition: inline("2"), deregister: true },
  "definition that replaces too": { definition: inline("3"), deregister: true },
};
/** A kind of job. */
export type JobKind = keyof typeof jobs;
/** All kinds of jobs. */
export const jobKinds = Object.keys(jobs) as JobKind[];

/** The directory of an allocation on its client. */
export function allocDirOf(id: string): string {
  return `/alloc/${id}`;
}

/** What an allocation asks the driver for. */
export function requestOf({ id, kind }: Pick<Alloc, "id" | "kind">): TaskRequest {
  return {
    config: driverConfig(jobs[kind]),
    env: { STAGE: "test", NOMAD_ALLOC_DIR: "/alloc" },
    ports: [],
    allocDir: allocDirOf(id),
    resources: { cpu: 100, memory: 300 },
  };
}
