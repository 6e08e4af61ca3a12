/** Prometheus's text format: https://prometheus.io/docs/instrumenting/exposition_formats/ */
import type { DataPoint, Histogram, MetricData, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { Instrument } from "./instruments.ts";

type Labels = Readonly<Record<string, unknown>>;

/** Collected metrics as Prometheus reads them. */
export function prometheusText({ scopeMetrics }: ResourceMetrics): string {
  return scopeMetrics.flatMap(({ metrics }) => metrics).map(familyOf).join("");
}

/** A metric's name in Prometheus, by its name and kind in OpenTelemetry. */
export function prometheusName(name: string, kind: Instrument["kind"]): string {
  const plain = name.replaceAll(".", "_");
  switch (kind) {
    case "counter":
      return `${plain}_total`;
    case "up-down counter":
      return plain;
    case "histogram":
      return `${plain}_seconds`;
  }
}

function familyOf({ descriptor, dataPoints, ...metric }: MetricData): string {
  const isMonotonic = "isMonotonic" in metric && metric.isMonotonic;
  const isHistogram = descriptor.unit === "s";
  const kind = isHistogram ? "histogram" : isMonotonic ? "counter" : "up-down counter";
  const type = kind === "up-down counter" ? "gauge" : kind;
  const name = prometheusName(descriptor.name, kind);
  const lines = isHistogram
    ? (dataPoints as DataPoint<Histogram>[]).flatMap((point) => histogramLines(name, point))
    : (dataPoints as DataPoint<number>[]).map((point) => line(name, point.attributes, point.value));
  return `# HELP ${name} ${descriptor.description}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function histogramLines(name: string, { attributes, value }: DataPoint<Histogram>): string[] {
  const { buckets: { boundaries, counts }, count, sum = 0 } = value;
  let below = 0;
  const buckets = boundaries.map((bound, index) => {
    below += counts[index] ?? 0;
    return line(`${name}_bucket`, { ...attributes, le: String(bound) }, below);
  });
  return [
    ...buckets,
    line(`${name}_bucket`, { ...attributes, le: "+Inf" }, count),
    line(`${name}_sum`, attributes, sum),
    line(`${name}_count`, attributes, count),
  ];
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) =>
    `${label}="${escaped(String(text))}"`
  );
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}\n`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
