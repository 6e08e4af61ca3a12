import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { freePort } from "../../../demo/lib/free_port.ts";
import { createInstruments } from "../../../src/telemetry/instruments.ts";
import { type Exporter, openExporter } from "../../../src/telemetry/exporter.ts";
import { serveHttp } from "../../harness/http.ts";
import { logTo } from "../../simulation/stage.ts";

const identity = { version: "1.2.3", hostname: "host-1" };
const off = {
  otlp_endpoint: undefined,
  otlp_headers: {},
  interval: 3_600_000,
  prometheus_port: undefined,
};

/** Lets a test have an exporter that serves `/metrics` on a port of loopback. */
async function withServed(use: (exporter: Exporter, port: number) => Promise<void>): Promise<void> {
  const port = freePort();
  const config = { ...off, prometheus_port: port };
  const exporter = await openExporter(config, identity, logTo(() => {}, "t"));
  try {
    await use(exporter, port);
  } finally {
    await exporter.close();
  }
}

Deno.test("metrics are sent by OTLP, with the operator's headers and who sends them", async () => {
  const { promise, resolve } = Promise.withResolvers<{ text: string; header: string }>();
  const collector = await serveHttp((request, response) => {
    let text = "";
    request.on("data", (piece) => text += piece);
    request.on("end", () => {
      resolve({ text, header: String(request.headers["authorization"]) });
      response.end("{}");
    });
  });
  try {
    const exporter = await openExporter(
      {
        ...off,
        otlp_endpoint: `${collector.endpoint}/v1/metrics`,
        otlp_headers: { Authorization: "a" },
      },
      identity,
      logTo(() => {}, "telemetry"),
    );
    createInstruments(exporter.meter)({ kind: "orphan", action: "stop" });
    await exporter.close();
    const { text, header } = await promise;
    assertEquals(header, "a");
    const [{ resource, scopeMetrics: [{ metrics: [metric] }] }] = JSON.parse(text).resourceMetrics;
    assertEquals(metric.name, "nomad_driver_ecs.orphans");
    const attributes = resource.attributes.map((
      { key, value }: { key: string; value: { stringValue: string } },
    ) => `${key}=${value.stringValue}`);
    for (
      const one of ["service.name=nomad-driver-ecs", "service.version=1.2.3", "host.name=host-1"]
    ) {
      assert(attributes.includes(one), text);
    }
  } finally {
    collector.close();
  }
});

Deno.test("metrics can be read on loopback in Prometheus's format, and nothing else", async () => {
  await withServed(async (exporter, port) => {
    createInstruments(exporter.meter)({ kind: "watch cycle", seconds: 5 });
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    assertStringIncludes(
      await answer.text(),
      'nomad_driver_ecs_watch_cycle_seconds_bucket{le="5"} 1\n',
    );
    const other = await fetch(`http://127.0.0.1:${port}/`);
    await other.body?.cancel();
    assertEquals(other.status, 404);
  });
});

Deno.test("a port that is taken is an error", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  await assertRejects(
    () => openExporter({ ...off, prometheus_port: port }, identity, logTo(() => {}, "t")),
    Deno.errors.AddrInUse,
  );
});

Deno.test("a collector that refuses is logged without address and headers, and does no harm", async () => {
  const lines: string[] = [];
  const collector = await serveHttp((request, response) => {
    request.resume();
    response.writeHead(401).end("secret answer");
  });
  try {
    const exporter = await openExporter(
      {
        ...off,
        otlp_endpoint: `${collector.endpoint}/path`,
        otlp_headers: { Authorization: "kanarie" },
      },
      identity,
      logTo((text) => lines.push(text), "telemetry"),
    );
    createInstruments(exporter.meter)({ kind: "orphan", action: "stop" });
    await exporter.close();
    const text = lines.join("\n");
    assertStringIncludes(text, "metrics");
    assert(!/kanarie|secret answer|\/path/.test(text), text);
  } finally {
    collector.close();
  }
});

Deno.test("a request with a Host that is none is answered like any wrong one, and is no fault", async () => {
  await withServed(async (_exporter, port) => {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const request = "GET /metrics HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n";
    await connection.write(new TextEncoder().encode(request));
    const answer = await new Response(connection.readable).text();
    assertStringIncludes(answer, "HTTP/1.1 404");
  });
});
