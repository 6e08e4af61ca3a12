/**
 * The driver's own metrics, off unless the plugin block has a `telemetry` block. The rest of the program
 * measures through a `Meter` and knows nothing of OpenTelemetry, which is loaded when it is turned on.
 */
import type { Logger } from "../logger.ts";
import type { Measurement, Meter } from "../meter.ts";
import type { Exporter, Identity, TelemetryConfig } from "./exporter.ts";
import { createInstruments } from "./instruments.ts";

export type { TelemetryConfig } from "./exporter.ts";

/** Opens what sends metrics. */
export type OpenExporter = (
  config: TelemetryConfig,
  identity: Identity,
  log: Logger,
) => Promise<Exporter>;

/** The metrics of one process. */
export type Telemetry = {
  readonly meter: Meter;
  /** Turns metrics on as a `telemetry` block says, or off without one. The same block changes nothing. */
  configure(config: TelemetryConfig | undefined): void;
  /** Resolves once all that was asked for so far is done. */
  settled(): Promise<void>;
};

/** Most measurements that are kept while OpenTelemetry is loaded. */
const mostKept = 10_000;

/** Loads OpenTelemetry, and opens what sends metrics. */
const openLate: OpenExporter = async (...args) =>
  await (await import("./exporter.ts")).openExporter(...args);

/** Makes the metrics of a process: off until they are configured. */
export function createTelemetry(
  { identity, log, open = openLate }: { identity: Identity; log: Logger; open?: OpenExporter },
): Telemetry {
  let wanted = "";
  let isOn = false;
  let kept: Measurement[] = [];
  let record: ((measurement: Measurement) => void) | undefined;
  let exporter: Exporter | undefined;
  let work = Promise.resolve();

  const replace = async (config: TelemetryConfig | undefined) => {
    const before = exporter;
    exporter = record = undefined;
    await before?.close();
    if (config === undefined) return;
    exporter = await open(config, identity, log);
    const current = record = createInstruments(exporter.meter);
    for (const measurement of kept.splice(0)) current(measurement);
  };

  return {
    meter: {
      isOn: () => isOn,
      record: (measurement) => {
        if (record !== undefined) record(measurement);
        else if (isOn && kept.length < mostKept) kept.push(measurement);
      },
    },
    configure: (config) => {
      const next = config === undefined ? "" : JSON.stringify(config);
      if (next === wanted) return;
      wanted = next;
      isOn = config !== undefined;
      kept = [];
      work = work.then(() => replace(config)).catch((error) => {
        log.error("the telemetry block cannot be carried out", {
          error: String(error),
          fix: "change it, and restart the Nomad agent",
        });
      });
    },
    settled: () => work,
  };
}
