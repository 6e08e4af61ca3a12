/**
 * What is measured while the driver runs. `src/telemetry/` makes metrics of it where an operator turns
 * that on; otherwise nothing is recorded. No measurement names a job, a task or a value: each distinct set
 * of texts in one costs the operator's metric store a series for ever.
 */
export type Measurement =
  | {
    readonly kind: "AWS call";
    /** As the table of operations has it: `describeTasks`. */
    readonly operation: string;
    /** What AWS counts together when it limits rates: `cluster reads`. */
    readonly category: string;
    /** `ok`, or how it failed: `throttled`. */
    readonly result: string;
    readonly seconds: number;
  }
  /** How long a call waited for the budget of its category. */
  | { readonly kind: "budget wait"; readonly category: string; readonly seconds: number }
  /** How far apart the looks at a task at rest are now. */
  | { readonly kind: "watch cycle"; readonly seconds: number }
  /** A task has moved from one phase to another; undefined for none. */
  | {
    readonly kind: "task";
    readonly from: TaskPhase | undefined;
    readonly to: TaskPhase | undefined;
  }
  | { readonly kind: "start"; readonly result: Outcome; readonly seconds: number }
  | { readonly kind: "stop"; readonly result: Outcome; readonly seconds: number }
  /** An ECS task goes on under another client, or came from one. */
  | { readonly kind: "hand-over"; readonly direction: "left" | "taken" }
  /** An ECS task of this node that no allocation claims. */
  | { readonly kind: "orphan"; readonly action: "stop" | "report" }
  /** How old an event of a log is when Nomad gets it. */
  | { readonly kind: "log delay"; readonly seconds: number }
  | {
    readonly kind: "RPC";
    readonly method: string;
    /** Name of the gRPC status: `OK`. */
    readonly code: string;
    readonly seconds: number;
  };

/** How a start or a stop went. */
export type Outcome = "ok" | "failed" | "abandoned";

/** Where a Nomad task is in its life, as far as metrics tell. */
export type TaskPhase = "starting" | "running" | "ended";

/** Where measurements go. */
export type Meter = {
  /** Whether anybody reads measurements. Where nobody does, the clock need not be read for one. */
  isOn(): boolean;
  record(measurement: Measurement): void;
};

/** A meter that nobody reads. */
export const silentMeter: Meter = { isOn: () => false, record: () => {} };
