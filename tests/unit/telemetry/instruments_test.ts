import { assertEquals } from "@std/assert";
import type { Measurement } from "../../../src/meter.ts";
import {
  createInstruments,
  type Instrument,
  instruments,
} from "../../../src/telemetry/instruments.ts";

type Value = { name: string; value: number; attributes?: Record<string, string> };

/** What measurements put into which instruments. */
function valuesOf(...measurements: Measurement[]): { values: Value[]; made: string[] } {
  const values: Value[] = [];
  const made: string[] = [];
  const maker = (name: string) => {
    made.push(name);
    const put = (value: number, attributes?: Record<string, string>) =>
      values.push({ name, value, ...(attributes === undefined ? {} : { attributes }) });
    return { add: put, record: put };
  };
  const meter = { createCounter: maker, createUpDownCounter: maker, createHistogram: maker };
  const record = createInstruments(meter as never);
  measurements.forEach(record);
  return { values, made };
}

/** One of each kind, and more where a kind has several forms. */
const all: Measurement[] = [
  { kind: "AWS call", operation: "runTask", category: "c", result: "throttled", seconds: 1 },
  { kind: "AWS call", operation: "runTask", category: "c", result: "ok", seconds: 1 },
  { kind: "budget wait", category: "c", seconds: 2 },
  { kind: "watch cycle", seconds: 3 },
  { kind: "task", from: "starting", to: "running" },
  { kind: "start", result: "ok", seconds: 4 },
  { kind: "stop", result: "failed", seconds: 5 },
  { kind: "hand-over", direction: "left" },
  { kind: "orphan", action: "stop" },
  { kind: "log delay", seconds: 6 },
  { kind: "RPC", method: "StartTask", code: "OK", seconds: 7 },
  { kind: "RPC", method: "WaitTask", code: "OK", seconds: 8 },
];

Deno.test("every metric of the table is made, and some measurement goes into each", () => {
  const { values, made } = valuesOf(...all);
  assertEquals(made.sort(), Object.keys(instruments).sort());
  assertEquals([...new Set(values.map(({ name }) => name))].sort(), made);
});

Deno.test("every value has the attributes that the table names", () => {
  const table: Readonly<Record<string, Instrument>> = instruments;
  for (const { name, attributes = {} } of valuesOf(...all).values) {
    assertEquals(Object.keys(attributes), [...table[name]?.attributes ?? []], name);
  }
});

Deno.test("a task that moves leaves one status and comes to another", () => {
  assertEquals(valuesOf({ kind: "task", from: "starting", to: "running" }).values, [
    { name: "nomad_driver_ecs.tasks", value: -1, attributes: { status: "starting" } },
    { name: "nomad_driver_ecs.tasks", value: 1, attributes: { status: "running" } },
  ]);
});

Deno.test("a refusal for the rate counts as a call and as a throttle", () => {
  const [first] = all;
  const names = valuesOf(...(first === undefined ? [] : [first])).values.map(({ name }) => name);
  assertEquals(names, [
    "nomad_driver_ecs.aws.calls",
    "nomad_driver_ecs.aws.call.duration",
    "nomad_driver_ecs.aws.throttles",
  ]);
});

Deno.test("WaitTask lasts as long as its task, and is counted without its time", () => {
  const { values } = valuesOf({ kind: "RPC", method: "WaitTask", code: "OK", seconds: 8 });
  assertEquals(values.map(({ name }) => name), ["nomad_driver_ecs.rpcs"]);
});
