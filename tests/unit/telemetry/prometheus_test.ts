import { assertEquals } from "@std/assert";
import { prometheusName, prometheusText } from "../../../src/telemetry/prometheus.ts";

const at = [0, 0];

Deno.test("counters, up-down counters and histograms are written as Prometheus reads them", () => {
  const metrics = [
    {
      descriptor: { name: "a.calls", description: "Calls", unit: "" },
      isMonotonic: true,
      dataPoints: [{ attributes: { result: 'a "b"\\\n' }, value: 3, startTime: at, endTime: at }],
    },
    {
      descriptor: { name: "a.tasks", description: "Tasks", unit: "" },
      isMonotonic: false,
      dataPoints: [{ attributes: {}, value: 2, startTime: at, endTime: at }],
    },
    {
      descriptor: { name: "a.wait", description: "Wait", unit: "s" },
      dataPoints: [{
        attributes: { of: "x" },
        value: { buckets: { boundaries: [1, 5], counts: [1, 2, 4] }, count: 7, sum: 40.5 },
        startTime: at,
        endTime: at,
      }],
    },
  ];
  assertEquals(
    prometheusText({ scopeMetrics: [{ metrics }] } as never),
    `# HELP a_calls_total Calls
# TYPE a_calls_total counter
a_calls_total{result="a \\"b\\"\\\\\\n"} 3
# HELP a_tasks Tasks
# TYPE a_tasks gauge
a_tasks 2
# HELP a_wait_seconds Wait
# TYPE a_wait_seconds histogram
a_wait_seconds_bucket{of="x",le="1"} 1
a_wait_seconds_bucket{of="x",le="5"} 3
a_wait_seconds_bucket{of="x",le="+Inf"} 7
a_wait_seconds_sum{of="x"} 40.5
a_wait_seconds_count{of="x"} 7
`,
  );
});

Deno.test("a metric's name tells its kind and unit", () => {
  assertEquals(prometheusName("a.b", "counter"), "a_b_total");
  assertEquals(prometheusName("a.b", "up-down counter"), "a_b");
  assertEquals(prometheusName("a.b", "histogram"), "a_b_seconds");
});
