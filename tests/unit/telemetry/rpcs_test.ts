import { assertEquals, assertStrictEquals } from "@std/assert";
import { status } from "@grpc/grpc-js";
import { BasePluginService } from "../../../src/gen/hashicorp/nomad/plugins/base/proto/base.ts";
import { DriverService } from "../../../src/gen/hashicorp/nomad/plugins/drivers/proto/driver.ts";
import { meteredService } from "../../../src/telemetry/rpcs.ts";
import { keepingMeter, steppingClock, unusedMeter } from "../../harness/measurements.ts";

type Handler = (call: unknown, answer: (...answer: unknown[]) => void) => void;

function answering(...answer: unknown[]) {
  const kept = keepingMeter();
  const stream: Handler = () => {};
  const pluginInfo: Handler = (_call, callback) => callback(...answer);
  const service = { definition: BasePluginService, implementation: { pluginInfo } };
  const metered = meteredService(service as never, kept.meter, steppingClock(100));
  const streams = { definition: DriverService, implementation: { taskEvents: stream } };
  const told: unknown[] = [];
  const call = () =>
    (metered.implementation["pluginInfo"] as unknown as Handler)({}, (...got) => told.push(got));
  return { ...kept, call, told, stream, streams };
}

Deno.test("a call is recorded with its method, its code and its time, and its answer passed on", () => {
  const { call, records, told } = answering(null, { name: "ecs" });
  call();
  assertEquals(told, [[null, { name: "ecs" }]]);
  assertEquals(records, [{ kind: "RPC", method: "PluginInfo", code: "OK", seconds: 0.1 }]);
});

Deno.test("a failed call is recorded by the name of its code", () => {
  const { call, records } = answering({ code: status.NOT_FOUND, details: "no" });
  call();
  assertEquals(records.map((one) => one.kind === "RPC" && one.code), ["NOT_FOUND"]);
});

Deno.test("while metrics are off an RPC's handler gets the very call and callback, and no clock is read", () => {
  const { meter, clock } = unusedMeter();
  const given: unknown[] = [];
  const implementation = { pluginInfo: (...args: unknown[]) => given.push(...args) };
  const service = { definition: BasePluginService, implementation };
  const metered = meteredService(service as never, meter, clock);
  const call = {};
  const callback = () => {};
  (metered.implementation["pluginInfo"] as unknown as Handler)(call, callback);
  assertStrictEquals(given[0], call);
  assertStrictEquals(given[1], callback);
});

Deno.test("while nobody reads, nothing is recorded", () => {
  const { call, records, told, turnOff } = answering(null, {});
  turnOff();
  call();
  assertEquals([records, told], [[], [[null, {}]]]);
});

Deno.test("streams are left as they are", () => {
  const { meter, streams, stream } = answering(null);
  const { implementation } = meteredService(streams as never, meter, steppingClock(1));
  assertEquals(implementation["taskEvents"] as unknown, stream);
});
