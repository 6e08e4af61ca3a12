import * as rules from "./rules.ts";
import {
  block,
  blocks,
  list,
  map,
  oneOf,
  optionalBlock,
  type Problem,
  string,
  whole,
} from "./schema.ts";
import { must } from "./show.ts";

/*
 * The parts of a RunTask request that both a task and, as a default for all tasks, the plugin may
 * set. Bounds are those of the ECS API reference of RunTask.
 */

/** The words of `wait_for`. */
export const waitForWords = ["running", "network", "none"] as const;

/**
 * Tags that a user may set: AWS takes 50, of which the driver's own are up to 10. A task has all of them
 * once it was left to an allocation, taken over and left again (`lifecycle/ownership/tags.ts`).
 */
export const userTagLimit = 40;

/** Tags as AWS takes them, up to `max`. */
export function tagMap(doc: string, max: number) {
  return map(doc, {
    secret: false,
    max,
    check: rules.tagNames,
    entry: rules.tag,
  });
}

/** The words of `launch_type`. */
export const launchTypes = ["EC2", "FARGATE", "EXTERNAL"] as const;

/** `capacity_provider_strategy`, where `unset` says what happens without it. */
export function capacityProviderStrategy(unset: string) {
  return blocks(
    "A capacity provider that ECS may run the task on, such as `FARGATE_SPOT` or one of Managed " +
      `Instances; in place of \`launch_type\`. When there is no such block, ${unset}.`,
    {
      capacity_provider: string("Name of the capacity provider.", {
        required: true,
        secret: false,
        max: 255,
      }),
      base: whole(
        "Number of tasks that ECS runs on this provider before it looks at the weights. One block of a " +
          "strategy may have a base above 0. When not set, it is 0.",
        { min: 0, max: 100_000 },
      ),
      weight: whole(
        "This provider's share of the tasks, relative to the other blocks' weights. One block at least " +
          "needs a weight above 0. When not set, it is 0.",
        { min: 0, max: 1_000 },
      ),
    },
    {
      // RunTaskRequest: "A capacity provider strategy can contain a maximum of 20 capacity providers."
      max: 20,
      example: { capacity_provider: "FARGATE_SPOT", weight: 1 },
    },
  );
}

/** Refuses a launch type beside a capacity provider strategy. */
export function checkCapacity(
  { launch_type, capacity_provider_strategy: strategy }: {
    readonly launch_type: string | undefined;
    readonly capacity_provider_strategy: readonly unknown[];
  },
  path: string,
  problems: Problem[],
): void {
  if (launch_type === undefined || strategy.length === 0) return;
  problems.push({
    path: `${path}.launch_type`,
    text: must("be left out beside capacity_provider_strategy", launch_type),
  });
}

/** `platform_version`. */
export function platformVersion(unset: string) {
  return string(
    `Fargate platform version that the task runs on, such as \`1.4.0\`, or \`LATEST\`. When not set, ${unset}.`,
    { secret: false, check: rules.platformVersion },
  );
}

/** `network_configuration`, where `unset` says where a value comes from that is not set. */
export function networkConfiguration(unset: string) {
  return block(
    `Network of a task with network mode \`awsvpc\`. ${unset}`,
    {
      aws_vpc_configuration: block(
        "The network interface that ECS creates for the task. Fargate and network mode `awsvpc` need " +
          "its `subnets`.",
        {
          assign_public_ip: oneOf(
            "Whether the network interface has a public IP address. `ENABLED` is for Fargate only. When " +
              "set neither for the task nor for the plugin, ECS's own default holds.",
            ["ENABLED", "DISABLED"],
          ),
          // AwsVpcConfiguration: "a limit of 5 security groups" and "of 16 subnets".
          security_groups: list(
            "Ids of the security groups of the network interface. When set neither for the task nor for " +
              "the plugin, it is the VPC's default group.",
            { secret: false, max: 5 },
          ),
          subnets: list(
            "Ids of the subnets, all of one VPC, in one of which ECS places the network interface. When " +
              "set neither for the task nor for the plugin, the task has no network interface of its own.",
            { secret: false, max: 16 },
          ),
        },
        {
          example: {
            assign_public_ip: "ENABLED",
            security_groups: ["sg-0123456789abcdef0"],
            subnets: ["subnet-0123456789abcdef0"],
          },
        },
      ),
    },
  );
}

/** `propagate_tags`, where `unset` says what happens without it. */
export function propagateTags(unset: string) {
  return oneOf(
    "Whether the ECS task gets its task definition's tags too: `TASK_DEFINITION`, it does; `NONE`, it " +
      `does not. When not set, ${unset}.`,
    ["TASK_DEFINITION", "NONE"],
  );
}

/** `assume_role`, where `unset` says what happens without it. */
export function assumeRole(unset: string) {
  return optionalBlock(
    "IAM role with which the driver calls ECS, such as one in another account. The client's own " +
      `identity needs \`sts:AssumeRole\` on it. When not set, ${unset}.`,
    {
      role_arn: string("ARN of the role to assume.", {
        required: true,
        secret: false,
        check: rules.roleArn,
      }),
      external_id: string(
        "External id that the role's trust policy asks for: 2 to 1224 letters, digits and " +
          "`+ = , . @ : / - _`. When not set, none is sent.",
        {
          secret: true,
          check: (text) =>
            /^[\w+=,.@:/-]{2,1224}$/.test(text)
              ? undefined
              : "be an external id: 2 to 1224 letters, digits and + = , . @ : / - _",
        },
      ),
      session_name: string(
        "Name of the role's session, which CloudTrail shows: 2 to 64 letters, digits and " +
          "`+ = , . @ - _`. When not set, it is `nomad-driver-ecs`.",
        {
          secret: false,
          check: (text) =>
            /^[\w+=,.@-]{2,64}$/.test(text)
              ? undefined
              : "be a session name: 2 to 64 letters, digits and + = , . @ - _",
        },
      ),
    },
    { example: { role_arn: "arn:aws:iam::123456789012:role/nomad-ecs" } },
  );
}

/** Most globs of `pass_env`, and most characters of each: a bound of the driver's own. */
const globLimit = 1_000;
const globLengthLimit = 2_048;

/** `pass_env`, where `unset` says what happens without it. */
export function passEnv(unset: string) {
  return list(
    "Which of the Nomad task's environment variables the container gets, as globs of their names (`*`, " +
      "`?`). Of the globs that match a name the last decides; one that begins with `!` excludes. " +
      `Variables that name paths of the client's host are never passed. When not set, ${unset}.`,
    {
      secret: false,
      max: globLimit,
      entry: (glob) =>
        glob.length <= globLengthLimit ? undefined : `have at most ${globLengthLimit} characters`,
    },
  );
}
