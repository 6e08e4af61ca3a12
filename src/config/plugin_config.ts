import { block, bool, type Decoded, duration, number, oneOf, string } from "./schema.ts";

/** The words of `wait_for`. */
export const waitForWords = ["running", "network", "none"] as const;

/** The `config` block of the agent's `plugin "nomad-driver-ecs"` block. */
export const pluginConfig = block("How this Nomad client speaks to ECS.", {
  enabled: bool("Whether this client offers the driver.", { default: false }),
  cluster: string("Name or ARN of the ECS cluster that tasks run on."),
  region: string(
    "AWS region of the cluster. Without it the AWS SDK's own sources decide (`AWS_REGION`, the shared config file).",
  ),
  start_timeout: duration(
    "How long a task may take from RunTask to what `wait_for` names. Past it the ECS task is stopped and the start fails recoverably.",
    { default: "5m", min: "1s" },
  ),
  wait_for: oneOf(
    "What a start waits for: the ECS task `running`, its `network` interface with an address, or `none`.",
    waitForWords,
    "something a start can wait for",
    { default: "running" },
  ),
  poll_interval: duration(
    "How often a task at rest is described. One that starts or stops is described every second.",
    { default: "2s", min: "1s" },
  ),
  max_api_rate: number("Ceiling on ECS API calls a second, for each AWS account and region.", {
    default: 10,
    check: (rate) => rate >= 1 && rate <= 1_000 ? undefined : "must be from 1 to 1000",
  }),
  unhealthy_after: duration(
    "How long ECS may give no usable answer before the driver reports itself unhealthy. Running tasks stay running.",
    { default: "1m" },
  ),
  orphans: oneOf(
    "What becomes of an ECS task that is tagged with this node and that no allocation claims.",
    ["stop", "report", "ignore"],
    "an orphan policy",
    { default: "stop" },
  ),
  orphan_grace: duration("How long an ECS task may go unclaimed before it counts as an orphan.", {
    default: "10m",
    min: "1s",
  }),
});

/** The decoded plugin configuration; durations are in milliseconds. */
export type PluginConfig = Decoded<typeof pluginConfig>;
