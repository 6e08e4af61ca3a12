import { encode } from "@msgpack/msgpack";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { decodePluginConfig } from "../../../src/config/mod.ts";
import { createSettings, type Settings, takeConfig } from "../../../src/driver/settings.ts";

function settingsOf(config: Record<string, unknown>, defaultRegion?: string): Settings {
  const decoded = decodePluginConfig(encode(config));
  assert(decoded.kind === "ok");
  return createSettings(decoded.value, { region: defaultRegion });
}

const take = (settings: Settings, config: Record<string, unknown>) =>
  takeConfig(settings, decodePluginConfig(encode(config)));

Deno.test("the region is the configured one, else the cluster ARN's, else the process's", () => {
  const arn = "arn:aws:ecs:eu-north-1:123456789012:cluster/web";
  const regionOf = (config: Record<string, unknown>) =>
    settingsOf(config, "us-east-1").config.region;
  assertEquals(regionOf({ cluster: "web", region: "eu-west-1" }), "eu-west-1");
  assertEquals(regionOf({ cluster: arn }), "eu-north-1");
  assertEquals(regionOf({ cluster: "web" }), "us-east-1");
  assertEquals(settingsOf({ cluster: "web" }).config.region, undefined);
});

Deno.test("a new configuration takes the place of the one before, and its fault", () => {
  const settings = settingsOf({ cluster: "web", enabled: true });
  take(settings, { cluster: "web", wait_for: "luck" });
  assertStringIncludes(settings.fault ?? "", "wait_for");
  take(settings, { cluster: "batch" });
  assertEquals([settings.fault, settings.config.cluster, settings.config.enabled], [
    undefined,
    "batch",
    false,
  ]);
});

Deno.test("of a wrong configuration, only where tasks are and as whom ECS is called is taken", () => {
  const settings = settingsOf({ cluster: "web", poll_interval: "5s" }, "us-east-1");
  take(settings, { cluster: "batch", profile: "prod", poll_interval: "9s", wait_for: "luck" });
  const { cluster, profile, region, poll_interval } = settings.config;
  assertEquals([cluster, profile, region, poll_interval], ["batch", "prod", "us-east-1", 5_000]);
});
