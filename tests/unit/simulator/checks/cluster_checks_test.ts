import { assertEquals } from "@std/assert";
import { checkCluster, insightsOf } from "../../../../demo/simulator/checks/cluster_checks.ts";
import type { Input } from "../../../../demo/simulator/request/input.ts";
import { assertRefused } from "../../../harness/simulator_definitions.ts";

const exec = (executeCommandConfiguration: Input) => ({
  configuration: { executeCommandConfiguration },
});
const logs = { logConfiguration: { cloudWatchLogGroupName: "exec" } };

const refused: Record<string, readonly [Input, string]> = {
  "a capacity provider that there is not": [
    { capacityProviders: ["nope"] },
    "The specified capacity provider 'nope' was not found",
  ],
  "a default strategy of providers that the cluster does not have": [
    {
      capacityProviders: ["FARGATE"],
      defaultCapacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT", weight: 1 }],
    },
    "The specified capacity provider 'FARGATE_SPOT' was not found",
  ],
  "another setting": [{ settings: [{ name: "x", value: "enabled" }] }, "Invalid setting 'name'"],
  "another value": [
    { settings: [{ name: "containerInsights", value: "on" }] },
    "Invalid setting 'value'",
  ],
  "another kind of logging": [exec({ logging: "X" }), "logging must be one of NONE"],
  "logging that overrides with nothing": [exec({ logging: "OVERRIDE" }), "You must supply a log"],
  "a log configuration that overrides nothing": [
    exec({ logging: "DEFAULT", ...logs }),
    "You must set logging to 'OVERRIDE' when you supply a log configuration.",
  ],
  "a log configuration without logging": [exec(logs), "You must set logging to 'OVERRIDE'"],
  "a namespace with a slash": [
    { serviceConnectDefaults: { namespace: "a/b" } },
    "The namespace 'a/b' is not valid.",
  ],
};

for (const [what, [input, says]] of Object.entries(refused)) {
  Deno.test(`a cluster is refused for ${what}`, () => {
    assertRefused(() => checkCluster(input), "InvalidParameterException", says);
  });
}

Deno.test("a cluster may have all that the API reference names", () => {
  const input = {
    capacityProviders: ["FARGATE", "FARGATE_SPOT"],
    defaultCapacityProviderStrategy: [{ capacityProvider: "FARGATE", base: 1 }],
    settings: [{ name: "containerInsights", value: "enhanced" }],
    ...exec({ logging: "OVERRIDE", ...logs }),
    serviceConnectDefaults: {
      namespace: "arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-1",
    },
  };
  checkCluster(input);
  assertEquals(insightsOf(input), "enhanced");
});
