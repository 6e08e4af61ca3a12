import * as rules from "./rules.ts";
import { block, blocks, list, oneOf, optionalBlock, string, whole } from "./schema.ts";

/** The words of `wait_for`. */
export const waitForWords = ["running", "network", "none"] as const;

/** Tags that a user may set: AWS takes 50, of which the driver's own are up to 8. */
export const userTagLimit = 42;

/*
 * The parts of a RunTask request that both a task and, as a default for all tasks, the plugin may
 * set. Bounds are those of the ECS API reference of RunTask.
 */

/** `launch_type`. */
export const launchType = oneOf(
  "Where ECS runs the task. Without it and without `capacity_provider_strategy` the cluster's default capacity provider strategy decides. Managed Instances are chosen by a capacity provider.",
  ["EC2", "FARGATE", "EXTERNAL"],
  "an ECS launch type",
);

/** `capacity_provider_strategy`. */
export const capacityProviderStrategy = blocks(
  "One capacity provider, such as `FARGATE_SPOT`, and its share of tasks; in place of `launch_type`.",
  {
    capacity_provider: string("Name of the capacity provider.", {
      required: true,
      check: rules.upTo(255),
    }),
    base: whole(
      "Tasks that run on this provider before weights count. One entry may have a base.",
      {
        min: 0,
        max: 100_000,
      },
    ),
    weight: whole("This provider's share of tasks, relative to the other weights.", {
      min: 0,
      max: 1_000,
    }),
  },
  { max: 20 },
);

/** `platform_version`. */
export const platformVersion = string(
  "Fargate platform version: `LATEST`, which is also the default, or a version.",
  { check: rules.platformVersion },
);

/** `network_configuration`. */
export const networkConfiguration = block("Network of the task.", {
  aws_vpc_configuration: block("The task's own network interface (network mode `awsvpc`).", {
    assign_public_ip: oneOf(
      "Whether the interface has a public address.",
      ["ENABLED", "DISABLED"],
      "a choice",
    ),
    security_groups: list("Security groups of the interface, up to 5.", { check: rules.atMost(5) }),
    subnets: list("Subnets, one of which the interface is placed in, up to 16.", {
      check: rules.atMost(16),
    }),
  }),
});

/** `propagate_tags`. */
export const propagateTags = oneOf(
  "Whether the task takes its task definition's tags too.",
  ["TASK_DEFINITION", "NONE"],
  "a source of tags",
);

/** `assume_role`. */
export const assumeRole = optionalBlock(
  "IAM role through which ECS is called, as for a cluster in another account.",
  {
    role_arn: string("ARN of the role.", { required: true, check: rules.roleArn }),
    external_id: string("External id that the role's trust policy asks for.", {
      check: (text) =>
        /^[\w+=,.@:/-]{2,1224}$/.test(text)
          ? undefined
          : "is not an external id; use 2 to 1224 letters, digits and + = , . @ : / - _",
    }),
    session_name: string(
      "Name of the session, as CloudTrail shows it. Default `nomad-driver-ecs`.",
      {
        check: (text) =>
          /^[\w+=,.@-]{2,64}$/.test(text)
            ? undefined
            : "is not a session name; use 2 to 64 letters, digits and + = , . @ - _",
      },
    ),
  },
);

/** `pass_env`. */
export const passEnv = list(
  "Which of the task's environment variables the container gets: globs, of which the last that matches a name decides and one that begins with `!` excludes. Variables that name local paths are never passed.",
);
