/** Where metrics go, while they are turned on. Loaded with the first configuration that does so. */
import type { Meter as OtelMeter } from "@opentelemetry/api";
import type { Logger } from "../logger.ts";
import {
  AggregationTemporality,
  ExportResultCode,
  MeterProvider,
  MetricReader,
  OTLPMetricExporter,
  PeriodicExportingMetricReader,
  resourceFromAttributes,
} from "./packages/otel.ts";
import { prometheusText } from "./prometheus.ts";

/** The `telemetry` block, with times in milliseconds. */
export type TelemetryConfig = {
  readonly otlp_endpoint: string | undefined;
  readonly otlp_headers: Readonly<Record<string, string>>;
  readonly interval: number;
  readonly prometheus_port: number | undefined;
};

/** Who measures. */
export type Identity = { readonly version: string; readonly hostname: string };

/** Metrics on their way. */
export type Exporter = {
  readonly meter: OtelMeter;
  /** Sends what was not sent, and closes all. Never rejects. */
  close(): Promise<void>;
};

/** Milliseconds that one request to the collector may take. */
const requestTime = 5_000;

/**
 * Opens what the configuration asks for. Rejects where the port cannot be had. A collector that does not
 * answer is logged, at most once for each kind of answer in a row.
 */
export async function openExporter(
  config: TelemetryConfig,
  { version, hostname }: Identity,
  log: Logger,
): Promise<Exporter> {
  const server = config.prometheus_port === undefined ? undefined : serve(config.prometheus_port);
  const pushed = config.otlp_endpoint === undefined
    ? undefined
    : new PeriodicExportingMetricReader({
      exporter: otlpExporter(config.otlp_endpoint, config.otlp_headers, log),
      exportIntervalMillis: config.interval,
      exportTimeoutMillis: Math.min(config.interval, requestTime),
    });
  await server?.listening;
  const provider = new MeterProvider({
    resource: resourceFromAttributes({
      "service.name": "nomad-driver-ecs",
      "service.version": version,
      "host.name": hostname,
    }),
    readers: [server?.reader, pushed].filter((reader) => reader !== undefined),
  });
  return {
    meter: provider.getMeter("nomad-driver-ecs", version),
    close: async () => {
      await provider.shutdown().catch((error) => log.debug("metrics were not sent", { error }));
      await server?.close();
    },
  };
}

/** A reader that is asked, by Prometheus. */
class PulledReader extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE });
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
}

/** Serves metrics on loopback, at `/metrics`. `reader` collects them. */
function serve(port: number) {
  const reader = new PulledReader();
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  const options = { hostname: "127.0.0.1", port, onListen: () => resolve() };
  const server = Deno.serve(options, async (request) => {
    // The URL is made of the request's Host, which may be anything.
    if (request.method !== "GET" || URL.parse(request.url)?.pathname !== "/metrics") {
      return new Response("GET /metrics\n", { status: 404 });
    }
    const { resourceMetrics } = await reader.collect();
    return new Response(prometheusText(resourceMetrics), {
      headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
    });
  });
  return { reader, listening, close: () => server.shutdown() };
}

/** What sends metrics to the collector. A failure is logged when its kind changes, and so is its end. */
function otlpExporter(url: string, headers: TelemetryConfig["otlp_headers"], log: Logger) {
  const exporter = new OTLPMetricExporter({
    url,
    headers: { ...headers },
    timeoutMillis: requestTime,
  });
  const send = exporter.export.bind(exporter);
  let failing: string | undefined;
  exporter.export = (metrics, done) =>
    send(metrics, (result) => {
      const now = result.code === ExportResultCode.SUCCESS ? undefined : kindOf(result.error);
      if (now !== failing) {
        if (now === undefined) log.info("metrics are sent again");
        else log.warn("metrics could not be sent", { error: now });
      }
      failing = now;
      done(result);
    });
  return exporter;
}

/** An error's name and code. Its text may hold the address, which may be secret. */
function kindOf(error: (Error & { readonly code?: unknown }) | undefined): string {
  return [error?.name ?? "no answer", error?.code].filter((part) => part !== undefined).join(" ");
}
