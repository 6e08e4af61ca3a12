import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createTelemetry, type OpenExporter } from "../../../src/telemetry/telemetry.ts";
import { logTo } from "../../simulation/stage.ts";

const config = {
  otlp_endpoint: "http://127.0.0.1:4318/v1/metrics",
  otlp_headers: {},
  interval: 30_000,
  prometheus_port: undefined,
};

/** Metrics whose exporter notes what happens to it. */
function staged({ fails = false } = {}) {
  const notes: string[] = [];
  const counter = (name: string) => ({
    add: () => notes.push(name),
    record: () => notes.push(name),
  });
  const meter = { createCounter: counter, createUpDownCounter: counter, createHistogram: counter };
  const open: OpenExporter = ({ interval }) => {
    notes.push(`open ${interval}`);
    if (fails) return Promise.reject(new Error("the port is taken"));
    const close = () => Promise.resolve(void notes.push("close"));
    return Promise.resolve({ meter: meter as never, close });
  };
  const telemetry = createTelemetry({
    identity: { version: "1.2.3", hostname: "host" },
    log: logTo((text) => notes.push(text), "telemetry"),
    open,
  });
  const orphan = () => telemetry.meter.record({ kind: "orphan", action: "stop" });
  return { telemetry, notes, orphan };
}

Deno.test("without a telemetry block nothing is opened and nothing recorded", async () => {
  const { telemetry, notes, orphan } = staged();
  telemetry.configure(undefined);
  orphan();
  await telemetry.settled();
  assertEquals([telemetry.meter.isOn(), notes], [false, []]);
});

Deno.test("what is measured while OpenTelemetry is loaded is not lost", async () => {
  const { telemetry, notes, orphan } = staged();
  telemetry.configure(config);
  assert(telemetry.meter.isOn());
  orphan();
  await telemetry.settled();
  orphan();
  assertEquals(notes, ["open 30000", "nomad_driver_ecs.orphans", "nomad_driver_ecs.orphans"]);
});

Deno.test("the same block changes nothing, another replaces it, and none turns metrics off", async () => {
  const { telemetry, notes, orphan } = staged();
  telemetry.configure(config);
  telemetry.configure({ ...config });
  telemetry.configure({ ...config, interval: 1_000 });
  telemetry.configure(undefined);
  await telemetry.settled();
  orphan();
  assertEquals(notes, ["open 30000", "close", "open 1000", "close"]);
  assertEquals(telemetry.meter.isOn(), false);
});

Deno.test("a block that cannot be carried out is logged with its fix, and the next one is tried", async () => {
  const { telemetry, notes } = staged({ fails: true });
  telemetry.configure(config);
  telemetry.configure({ ...config, interval: 2_000 });
  await telemetry.settled();
  assertEquals(notes.length, 4);
  assertStringIncludes(notes[1] ?? "", "the port is taken");
  assertStringIncludes(notes[1] ?? "", "restart the Nomad agent");
  assertEquals(notes[2], "open 2000");
});
