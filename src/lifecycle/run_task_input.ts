import type { RunTaskCommandInput } from "@aws-sdk/client-ecs";
import type { TaskConfig } from "../config/task_config.ts";
import { clientToken, type Owner, ownerTags, startedBy } from "./ownership.ts";

/**
 * The RunTask request of one run of a Nomad task. The same run always gives the same request: ECS
 * takes a client token only with the parameters that it was first used with.
 */
export function runTaskInput(
  { config, owner, cluster }: { config: TaskConfig; owner: Owner; cluster: string },
): RunTaskCommandInput {
  const { assign_public_ip, security_groups, subnets } =
    config.network_configuration.aws_vpc_configuration;
  return {
    cluster,
    count: 1,
    taskDefinition: config.task_definition,
    clientToken: clientToken(owner.taskId),
    startedBy: startedBy(owner),
    tags: ownerTags(owner),
    ...(config.launch_type === undefined ? {} : { launchType: config.launch_type }),
    ...(subnets === undefined ? {} : {
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets,
          ...(security_groups === undefined ? {} : { securityGroups: security_groups }),
          ...(assign_public_ip === undefined ? {} : { assignPublicIp: assign_public_ip }),
        },
      },
    }),
  };
}
