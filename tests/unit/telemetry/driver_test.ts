import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { encode } from "@msgpack/msgpack";
import { decodePluginConfig } from "../../../src/config/mod.ts";
import type { Driver } from "../../../src/driver/contract.ts";
import type { TaskIdentity, TaskRequest } from "../../../src/driver/driver.ts";
import { meteredDriver } from "../../../src/telemetry/driver.ts";
import { keepingMeter, steppingClock, unusedMeter } from "../../harness/measurements.ts";

const task = { id: "alloc/web/00000001", allocId: "alloc" } as TaskIdentity;
const request = {} as TaskRequest;
const handle = { version: 1, state: new Uint8Array() };
const signal = new AbortController().signal;

function measured({ failure }: { failure?: Error } = {}) {
  const kept = keepingMeter();
  const configured: unknown[] = [];
  let end = () => {};
  const act = () => failure === undefined ? Promise.resolve() : Promise.reject(failure);
  const stub = {
    configure: () => {},
    start: act,
    stop: act,
    recover: () => {},
    destroy: () => {},
    shutdown: () => {},
    onExit: (_id: string, listener: () => void) => end = listener,
  };
  const telemetry = {
    meter: kept.meter,
    configure: (config: unknown) => configured.push(config),
    settled: () => Promise.resolve(),
  };
  const driver = meteredDriver(stub as unknown as Driver, telemetry, steppingClock(1_000));
  return { ...kept, driver, configured, end: () => end() };
}

Deno.test("while metrics are off all that is asked of the driver is the driver's own, and no clock is read", () => {
  const { meter, clock } = unusedMeter();
  const work = Promise.resolve(new Date(0));
  const given: unknown[] = [];
  const act = (...args: unknown[]) => {
    given.push(...args);
    return work;
  };
  const plain = {
    start: act,
    stop: act,
    recover: act,
    destroy: act,
    inspect: act,
    onExit: () => given.push("onExit"),
  };
  const telemetry = { meter, configure: () => {}, settled: () => Promise.resolve() };
  const driver = meteredDriver(plain as unknown as Driver, telemetry, clock);
  assertStrictEquals(driver.start(task, request, signal) as unknown, work);
  assertStrictEquals(driver.stop(task.id, 5_000, "SIGTERM") as unknown, work);
  driver.recover(task, handle);
  driver.destroy(task.id, "unless running");
  assertStrictEquals(given[2], signal);
  assertEquals(given.includes("onExit"), false, "nobody follows the task");
  for (const name of ["inspect", "onExit"] as const) {
    assertStrictEquals(driver[name] as unknown, plain[name], name);
  }
});

Deno.test("a task is counted from its start to its end, and no more once it is forgotten", async () => {
  const { driver, records, end } = measured();
  await driver.start(task, request, signal);
  await driver.start(task, request, signal); // the same task, asked for again
  end();
  driver.destroy(task.id, "unless running");
  assertEquals(records.filter(({ kind }) => kind === "task"), [
    { kind: "task", from: undefined, to: "starting" },
    { kind: "task", from: "starting", to: "running" },
    { kind: "task", from: "running", to: "ended" },
    { kind: "task", from: "ended", to: undefined },
  ]);
});

Deno.test("a start that fails leaves no task behind, and its error is passed on", async () => {
  const { driver, records } = measured({ failure: new Error("no capacity") });
  await assertRejects(() => driver.start(task, request, signal), Error, "no capacity");
  assertEquals(records, [
    { kind: "task", from: undefined, to: "starting" },
    { kind: "start", result: "failed", seconds: 1 },
    { kind: "task", from: "starting", to: undefined },
  ]);
});

Deno.test("a start whose caller has gone is abandoned, not failed", async () => {
  const { driver, records } = measured({ failure: new Error("gone") });
  await assertRejects(() => driver.start(task, request, AbortSignal.abort()));
  assertEquals(records[1], { kind: "start", result: "abandoned", seconds: 1 });
});

Deno.test("a stop is timed", async () => {
  const { driver, records } = measured();
  await driver.stop(task.id, 5_000, "SIGTERM");
  assertEquals(records, [{ kind: "stop", result: "ok", seconds: 1 }]);
});

Deno.test("a recovered task counts as running", () => {
  const { driver, records } = measured();
  driver.recover(task, handle);
  driver.recover(task, handle);
  assertEquals(records, [{ kind: "task", from: undefined, to: "running" }]);
});

Deno.test("metrics follow the telemetry block of a configuration that is right", () => {
  const { driver, configured } = measured();
  driver.configure(decodePluginConfig(encode({ telemetry: { prometheus_port: 9_464 } })));
  driver.configure(decodePluginConfig(encode({ telemetry: {} })));
  driver.configure(decodePluginConfig(encode({})));
  const block = {
    otlp_endpoint: undefined,
    otlp_headers: {},
    interval: 30_000,
    prometheus_port: 9_464,
  };
  assertEquals(configured, [block, undefined]);
});

Deno.test("while nobody reads, nothing is recorded", async () => {
  const { driver, records, turnOff, end } = measured();
  turnOff();
  await driver.start(task, request, signal);
  driver.recover(task, handle);
  await driver.stop(task.id, 5_000, "SIGTERM");
  end();
  driver.destroy(task.id, "by force");
  assertEquals(records, []);
});
