import { assertStringIncludes } from "@std/assert";
import { eventually } from "../../demo/lib/process.ts";
import { nomadVersion, seedDriverConfig, type Site, withSite } from "./harness/site.ts";

Deno.test(`Nomad ${nomadVersion} shows why the driver is unhealthy, and that it has healed`, async (t) => {
  await withSite({ driverConfig: { ...seedDriverConfig, unhealthy_after: "1s" } }, async (site) => {
    await becomes(site, true, "Healthy");
    await t.step("the cluster is not active", async () => {
      await site.ecs.control("cluster", { name: seedDriverConfig.cluster, status: "INACTIVE" });
      await becomes(site, false, "INACTIVE");
      await site.ecs.control("cluster", { name: seedDriverConfig.cluster, status: "ACTIVE" });
      await becomes(site, true, "Healthy");
    });
    const faults: Record<string, string> = {
      expired: "check the AWS credentials",
      "access-denied": "check the IAM policy",
      "cut-before": "connection closed before message completed",
    };
    for (const [mode, words] of Object.entries(faults)) {
      await t.step(`calls fail: ${mode}`, async () => {
        await site.ecs.control("faults", { faults: [{ mode }] });
        await becomes(site, false, words);
        await site.ecs.control("faults", { faults: [] });
        await becomes(site, true, "Healthy");
      });
    }
  });
});

Deno.test(`Nomad ${nomadVersion} does not offer a disabled driver`, async () => {
  await withSite({ driverConfig: { ...seedDriverConfig, enabled: false } }, async (site) => {
    const { Drivers } = await site.agent.node();
    assertStringIncludes(Drivers["ecs"]?.HealthDescription ?? "", "disabled");
  });
});

Deno.test(`Nomad ${nomadVersion} shows a wrong value, a missing cluster and missing credentials`, async (t) => {
  await t.step("a wrong value", async () => {
    const driverConfig = { ...seedDriverConfig, poll_interval: "1h5" };
    await withSite(
      { driverConfig },
      (site) => becomes(site, false, 'config.poll_interval must be a duration from "1s" to "10m"'),
    );
  });
  await t.step("no such cluster", async () => {
    const driverConfig = { ...seedDriverConfig, cluster: "elsewhere" };
    await withSite({ driverConfig }, (site) => becomes(site, false, "elsewhere"));
  });
  await t.step("no credentials", async () => {
    const env = {
      AWS_ACCESS_KEY_ID: "",
      AWS_SECRET_ACCESS_KEY: "",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
      AWS_CONFIG_FILE: "/nonexistent",
    };
    await withSite({ env }, (site) => becomes(site, false, "check the AWS credentials"));
  });
});

async function becomes(site: Site, healthy: boolean, words: string): Promise<void> {
  // A usable cluster is checked every 30 s, an unusable one every 5 s.
  await eventually(`the driver is ${healthy ? "" : "un"}healthy: ${words}`, async () => {
    const driver = (await site.agent.node()).Drivers["ecs"];
    const told = driver?.HealthDescription.includes(words) ?? false;
    return driver?.Healthy === healthy && told ? true : undefined;
  }, { seconds: 90, every: 500 });
}
