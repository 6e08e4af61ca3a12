import { assertEquals } from "@std/assert";
import { encode } from "@msgpack/msgpack";
import { describeProblems } from "../../../src/config/decode.ts";
import { decodePluginConfig } from "../../../src/config/mod.ts";

function refusal(plugin: Record<string, unknown>): string {
  const decoded = decodePluginConfig(encode(plugin));
  return decoded.kind === "ok" ? "" : describeProblems(decoded.problems)
    .replaceAll(`plugin "nomad-driver-ecs" config.`, "");
}

const refused: Record<string, [plugin: Record<string, unknown>, text: string]> = {
  "a rate of no calls": [
    { max_api_rate: 0 },
    "max_api_rate must be a number from 1 to 1000; got 0",
  ],
  "an orphan policy that is none": [
    { orphans: "kill" },
    'orphans must be "stop", "report" or "ignore"; got "kill"',
  ],
  "an interval that is none": [
    { poll_interval: "1h5" },
    'poll_interval must be a duration from "1s" to "10m", such as "30s", "5m" or "1h30m"; got "1h5"',
  ],
  "a region that contradicts the cluster's": [
    { cluster: "arn:aws:ecs:eu-west-1:123456789012:cluster/web", region: "us-east-1" },
    'region must be "eu-west-1", as in cluster = "arn:aws:ecs:eu-west-1:123456789012:cluster/web", ' +
    'or be left out; got "us-east-1"',
  ],
  "a launch type beside a strategy": [
    {
      launch_type: "EC2",
      capacity_provider_strategy: [{ capacity_provider: "FARGATE_SPOT", weight: 1 }],
    },
    'launch_type must be left out beside capacity_provider_strategy; got "EC2"',
  ],
  "no launch type at all, which only a task may ask for": [
    { launch_type: "NONE" },
    'launch_type must be "EC2", "FARGATE" or "EXTERNAL"; got "NONE"',
  ],
  "an endpoint, whose user and password are not shown": [
    { endpoint: "ftp://admin:hunter2@ecs" },
    'endpoint must be a URL such as "https://ecs.us-east-1.amazonaws.com"; ' +
    "got a string of 23 characters",
  ],
};
for (const [name, [plugin, text]] of Object.entries(refused)) {
  Deno.test(`the plugin block is refused: ${name}`, () => assertEquals(refusal(plugin), text));
}
