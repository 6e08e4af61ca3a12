/** The part of OpenTelemetry's packages that the driver uses: its bundle holds no more of it. */
export { ExportResultCode } from "@opentelemetry/core";
export { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
export { resourceFromAttributes } from "@opentelemetry/resources";
export {
  AggregationTemporality,
  DataPointType,
  MeterProvider,
  MetricReader,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
