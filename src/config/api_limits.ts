import { block, number, optionalBlock, whole } from "./schema.ts";

/** Most calls that a bucket may be said to allow. */
const most = 10_000;
/** Least calls a second of a bucket, and least share: below that, starts and stops would wait for hours. */
const least = 0.01;

/** Of limits that differ by region, or that AWS does not publish. */
const modest = "which is little in most regions";
const byRegion = "or what AWS publishes for the region: from 5 to 25";
const tenth = "a tenth of what AWS publishes";

/** How much of AWS's rate limits this client may use. Each block stands for one of AWS's buckets. */
export const apiLimits = block(
  "How many calls AWS allows in the account and region, where that is not what AWS publishes, and how " +
    "many of them this client may make. Clients that share an account find their shares by " +
    "themselves: a call that AWS refuses for its rate slows down calls of that kind for a while.",
  {
    share: number(
      "Part of each limit that this client may use at most. Less than 1 leaves some of the rate to other " +
        "programs of the account, and slows down all that this client does: starts, stops, definitions, " +
        "and how soon it sees an end. Clients of this driver need it not: they share by themselves.",
      { default: 1, min: least, max: 1 },
    ),
    cluster_reads: bucket("DescribeClusters", 50, 20),
    cluster_resource_reads: bucket("DescribeTasks and ListTasks", 100, 20),
    cluster_resource_writes: bucket("RunTask, StopTask and ExecuteCommand", 100, 40),
    task_definition_reads: bucket("DescribeTaskDefinition and ListTaskDefinitions", 50, 20),
    task_definition_writes: bucket("RegisterTaskDefinition and DeregisterTaskDefinition", 20, 1),
    tag_writes: bucket("TagResource", 20, 10),
    fargate_launches: bucket("tasks launched on Fargate", 100, 20),
    fargate_spot_launches: bucket("tasks launched on Fargate Spot", 100, 20),
    ec2_reads: bucket("EC2's DescribeNetworkInterfaces", 50, 10),
    sessions: bucket("calls about sessions of ECS Exec", 20, 5, modest),
    log_reads: bucket("CloudWatch Logs' FilterLogEvents", 10, 10, byRegion),
    metric_reads: bucket("CloudWatch's GetMetricData", 50, 50, tenth),
  },
  { example: { share: 0.5 } },
);

function bucket(calls: string, burst: number, perSecond: number, source = "as AWS publishes") {
  return optionalBlock(
    `The account's limit for ${calls}. When not set, it is ${burst} at once and ${perSecond} a second, ` +
      `${source}.`,
    {
      burst: whole("Calls of the kind that AWS allows at once, after a while without any.", {
        required: true,
        min: 1,
        max: most,
      }),
      per_second: number("Calls of the kind a second that AWS allows for longer.", {
        required: true,
        min: least,
        max: most,
      }),
    },
    { example: { burst: 2 * burst, per_second: 2 * perSecond } },
  );
}
