import { map } from "./collections.ts";
import { duration } from "./duration.ts";
import * as rules from "./rules.ts";
import { optionalBlock, string } from "./schema.ts";
import { whole } from "./values.ts";

/** The `telemetry` block of the plugin's configuration. */
export const telemetry = optionalBlock(
  "Where the driver's own metrics go: calls to AWS, starts, stops, and tasks by status. When the block is " +
    "not set, nothing is measured.",
  {
    otlp_endpoint: string(
      "URL to which metrics are sent by OTLP over HTTP, as JSON: " +
        "`http://127.0.0.1:4318/v1/metrics`. When not set, none are sent.",
      {
        secret: true,
        max: 2_048,
        check: (text) => rules.url(text, "http://127.0.0.1:4318/v1/metrics"),
      },
    ),
    otlp_headers: map(
      "Headers of the requests to `otlp_endpoint`, such as an authorization. When not set, there are " +
        "none of the operator's.",
      { secret: true, max: 20 },
    ),
    interval: duration("Time between two requests to `otlp_endpoint`.", {
      default: "30s",
      min: "1s",
      max: "1h",
    }),
    prometheus_port: whole(
      "Port on 127.0.0.1 at which metrics can be read at `/metrics` in Prometheus's text format. When " +
        "not set, there is no such port.",
      { min: 1, max: 65_535 },
    ),
  },
  {
    check: ({ otlp_endpoint, prometheus_port }, path, problems) => {
      if (otlp_endpoint !== undefined || prometheus_port !== undefined) return;
      problems.push({ path, text: "must set otlp_endpoint or prometheus_port; got neither" });
    },
    example: { otlp_endpoint: "http://127.0.0.1:4318/v1/metrics", interval: "30s" },
  },
);
