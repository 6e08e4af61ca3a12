import type { Meter as OtelMeter } from "@opentelemetry/api";
import type { Measurement } from "../meter.ts";

/** A metric as it is exported by OTLP. Prometheus has `_` for each dot, and the unit or `_total` behind. */
export type Instrument = {
  readonly kind: "counter" | "up-down counter" | "histogram";
  readonly description: string;
  /** Names of the attributes that its values come with. */
  readonly attributes: readonly string[];
  /** Upper bounds of a histogram's buckets, in seconds. */
  readonly buckets?: readonly number[];
};

/** Seconds of what takes one request. */
const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];
/** Seconds of what ECS takes its time for. */
const lifeBuckets = [1, 2.5, 5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 600];
/** Seconds of waiting and of delay. */
const waitBuckets = [0.01, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

/** Every metric by its name. `demo/observability/` uses these names, and a test holds it to them. */
export const instruments = {
  "nomad_driver_ecs.aws.calls": {
    kind: "counter",
    description: "Calls to AWS",
    attributes: ["operation", "category", "result"],
  },
  "nomad_driver_ecs.aws.call.duration": {
    kind: "histogram",
    description: "Time from a call to AWS to its answer",
    attributes: ["operation"],
    buckets: requestBuckets,
  },
  "nomad_driver_ecs.aws.throttles": {
    kind: "counter",
    description: "Calls that AWS refused for their rate",
    attributes: ["category"],
  },
  "nomad_driver_ecs.aws.budget.wait": {
    kind: "histogram",
    description: "Time that calls waited so as to keep to AWS's rates",
    attributes: ["category"],
    buckets: waitBuckets,
  },
  "nomad_driver_ecs.watch.cycle": {
    kind: "histogram",
    description: "Time between two looks at a task at rest",
    attributes: [],
    buckets: waitBuckets,
  },
  "nomad_driver_ecs.tasks": {
    kind: "up-down counter",
    description: "Nomad tasks that the driver knows",
    attributes: ["status"],
  },
  "nomad_driver_ecs.task.start.duration": {
    kind: "histogram",
    description: "Time that starts of tasks took",
    attributes: ["result"],
    buckets: lifeBuckets,
  },
  "nomad_driver_ecs.task.stop.duration": {
    kind: "histogram",
    description: "Time that stops of tasks took",
    attributes: ["result"],
    buckets: lifeBuckets,
  },
  "nomad_driver_ecs.hand_overs": {
    kind: "counter",
    description: "ECS tasks left to another client, and taken from one",
    attributes: ["direction"],
  },
  "nomad_driver_ecs.orphans": {
    kind: "counter",
    description: "ECS tasks of this node that no allocation claimed",
    attributes: ["action"],
  },
  "nomad_driver_ecs.log.delay": {
    kind: "histogram",
    description: "Age of log events as Nomad got them",
    attributes: [],
    buckets: waitBuckets,
  },
  "nomad_driver_ecs.rpcs": {
    kind: "counter",
    description: "Calls that Nomad made",
    attributes: ["method", "code"],
  },
  "nomad_driver_ecs.rpc.duration": {
    kind: "histogram",
    description: "Time from a call of Nomad's to its answer, without WaitTask",
    attributes: ["method"],
    buckets: requestBuckets,
  },
} as const satisfies Record<string, Instrument>;

/** A metric's name. */
export type InstrumentName = keyof typeof instruments;

type Attributes = Record<string, string>;
type Put = (name: InstrumentName, value: number, attributes?: Attributes) => void;

/** Makes the instruments, and what puts measurements into them. */
export function createInstruments(meter: OtelMeter): (measurement: Measurement) => void {
  const recorders = new Map<string, (value: number, attributes?: Attributes) => void>();
  const table: Readonly<Record<string, Instrument>> = instruments;
  for (const [name, instrument] of Object.entries(table)) {
    recorders.set(name, recorderOf(meter, name, instrument));
  }
  const put: Put = (name, value, attributes) => recorders.get(name)?.(value, attributes);
  return (measurement) => record(put, measurement);
}

function recorderOf(
  meter: OtelMeter,
  name: string,
  { kind, description, buckets }: Instrument,
): (value: number, attributes?: Attributes) => void {
  switch (kind) {
    case "counter": {
      const counter = meter.createCounter(name, { description });
      return (value, attributes) => counter.add(value, attributes);
    }
    case "up-down counter": {
      const counter = meter.createUpDownCounter(name, { description });
      return (value, attributes) => counter.add(value, attributes);
    }
    case "histogram": {
      const advice = { explicitBucketBoundaries: [...buckets ?? []] };
      const histogram = meter.createHistogram(name, { description, unit: "s", advice });
      return (value, attributes) => histogram.record(value, attributes);
    }
  }
}

/** Puts one measurement into its metrics. */
function record(put: Put, measurement: Measurement): void {
  switch (measurement.kind) {
    case "AWS call": {
      const { operation, category, result, seconds } = measurement;
      put("nomad_driver_ecs.aws.calls", 1, { operation, category, result });
      put("nomad_driver_ecs.aws.call.duration", seconds, { operation });
      if (result === "throttled") put("nomad_driver_ecs.aws.throttles", 1, { category });
      return;
    }
    case "budget wait":
      return put("nomad_driver_ecs.aws.budget.wait", measurement.seconds, {
        category: measurement.category,
      });
    case "watch cycle":
      return put("nomad_driver_ecs.watch.cycle", measurement.seconds);
    case "task": {
      const { from, to } = measurement;
      if (from !== undefined) put("nomad_driver_ecs.tasks", -1, { status: from });
      if (to !== undefined) put("nomad_driver_ecs.tasks", 1, { status: to });
      return;
    }
    case "start":
    case "stop": {
      const { kind, result, seconds } = measurement;
      return put(`nomad_driver_ecs.task.${kind}.duration`, seconds, { result });
    }
    case "hand-over":
      return put("nomad_driver_ecs.hand_overs", 1, { direction: measurement.direction });
    case "orphan":
      return put("nomad_driver_ecs.orphans", 1, { action: measurement.action });
    case "log delay":
      return put("nomad_driver_ecs.log.delay", measurement.seconds);
    case "RPC": {
      const { method, code, seconds } = measurement;
      put("nomad_driver_ecs.rpcs", 1, { method, code });
      // WaitTask lasts as long as its task.
      if (method !== "WaitTask") put("nomad_driver_ecs.rpc.duration", seconds, { method });
      return;
    }
  }
}
