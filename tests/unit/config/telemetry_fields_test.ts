import { assertEquals } from "@std/assert";
import { encode } from "@msgpack/msgpack";
import { describeProblems } from "../../../src/config/decode.ts";
import { decodePluginConfig } from "../../../src/config/mod.ts";

function decoded(telemetry: unknown) {
  const result = decodePluginConfig(encode({ telemetry }));
  return result.kind === "ok" ? result.value.telemetry : describeProblems(result.problems);
}

Deno.test("without the block there is no telemetry", () => {
  assertEquals(decoded(undefined), undefined);
});

Deno.test("the interval has a default, and what is not set is off", () => {
  assertEquals(decoded({ otlp_endpoint: "https://collector.example/v1/metrics" }), {
    otlp_endpoint: "https://collector.example/v1/metrics",
    otlp_headers: {},
    interval: 30_000,
    prometheus_port: undefined,
  });
});

const refusals: Record<string, { block: Record<string, unknown>; text: string }> = {
  "neither way out": {
    block: { interval: "1m" },
    text: "config.telemetry must set otlp_endpoint or prometheus_port; got neither",
  },
  "no URL": {
    block: { otlp_endpoint: "localhost:4318" },
    text: "config.telemetry.otlp_endpoint must be a URL such as " +
      '"http://127.0.0.1:4318/v1/metrics"; got a string of 14 characters',
  },
  "no port": {
    block: { prometheus_port: 0 },
    text: "config.telemetry.prometheus_port must be a whole number from 1 to 65535; got 0",
  },
};
for (const [name, { block, text }] of Object.entries(refusals)) {
  Deno.test(`a block that is wrong is refused by its path: ${name}`, () => {
    assertEquals(decoded(block), `plugin "nomad-driver-ecs" ${text}`);
  });
}
