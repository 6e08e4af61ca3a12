import type { Section } from "./trouble.ts";

/** What keeps the driver, or a task, from starting. */
export const starts: readonly Section[] = [
  {
    title: "The driver is not healthy",
    where: "`nomad node status -verbose <node>`, in the table of drivers. No task is placed there.",
    troubles: [
      {
        seen: "disabled: the plugin block's config has no enabled = true",
        texts: [
          "disabled: the plugin block's config has no enabled",
          "the driver is disabled: set enabled",
        ],
        cause: "The plugin is there, and its block does not turn it on.",
        fix: "Set `enabled = true` in the plugin block, and restart the agent.",
      },
      {
        seen: "no cluster: set cluster in the plugin block's config to an ECS cluster",
        texts: ["no cluster: set cluster in the plugin block's config"],
        cause: "Neither the plugin block nor the task names a cluster.",
        fix: "Set `cluster` in the plugin block, by name or ARN.",
      },
      {
        seen:
          "ECS … is INACTIVE; it must be ACTIVE; check cluster and region in the plugin block's config …",
        texts: ["it must be ACTIVE", "check cluster and region in the plugin block"],
        cause: "The cluster was deleted, or is not there in this region and account.",
        fix: "Check `cluster`, `region` and the account: `aws sts get-caller-identity`.",
      },
      {
        seen: "ECS has not answered yet",
        texts: ["ECS has not answered yet"],
        cause: "The driver has just started.",
        fix: "Wait some seconds. Where it stays, the client does not reach ECS's endpoint.",
      },
      {
        seen: "…; check the AWS credentials of this Nomad client",
        texts: ["; check the AWS credentials of this Nomad client", "without usable credentials"],
        cause: "AWS refuses the credentials, or there are none.",
        fix:
          "`nomad-driver-ecs doctor`, as the agent's user, says what it finds. New credentials are taken without a restart.",
      },
      {
        seen: "…; check the clock of this Nomad client",
        texts: ["; check the clock of this Nomad client"],
        cause: "The client's clock is more than 5 minutes off, so AWS refuses what it signs.",
        fix: "Let a time service set the clock (chrony). The driver goes on by itself.",
      },
      {
        seen: "…; check the IAM policy of this Nomad client's AWS identity",
        texts: ["; check the IAM policy of this Nomad client's AWS identity"],
        cause: "The identity may not make this call.",
        fix:
          "Allow the action that the text names; `nomad-driver-ecs iam-policy --cluster my-cluster` prints all.",
      },
      {
        seen: "…; set region in the plugin block's config, or AWS_REGION in its environment",
        texts: [
          "; set region in the plugin block's config, or AWS_REGION",
          "the driver does not know the region",
        ],
        cause: "Nothing says in which region the cluster is.",
        fix: "Set `region`, or name the cluster by its ARN.",
      },
      {
        seen: "…; check the cluster's name, region and account",
        texts: ["; check the cluster's name, region and account"],
        cause: "ECS has no such cluster for this identity.",
        fix: "Correct the name, the region, or `assume_role`.",
      },
      {
        seen: "…; it is tried again",
        texts: [
          "; it is tried again",
          "ECS is asked again: …",
          "EC2 is asked again for the public",
        ],
        cause: "A call had no usable answer: an outage, a network fault, or AWS's rate limit.",
        fix:
          "Nothing: the driver tries again. Where it says *at a lower rate* for long, see [operations](operations.md#what-aws-allows).",
      },
      {
        seen: "tasks in … cannot be watched: …",
        texts: ["tasks in … cannot be watched"],
        cause: "DescribeTasks has had no usable answer for `unhealthy_after`.",
        fix: "What follows the colon says why. Tasks go on meanwhile.",
      },
      {
        seen: "…: no answer within … s",
        texts: ["no answer within … s", "no answers within … s", "no answer within … ms"],
        cause: "A call was begun and nothing came back.",
        fix:
          "Look for a proxy or firewall between the client and the endpoint. The driver tries again.",
      },
    ],
  },
  {
    title: "A job is refused",
    where: "an event of the task, before ECS is asked to run it.",
    troubles: [
      {
        seen: "config.task.… must be …; got …",
        texts: [
          /^ ?(must|be|have|not have) /,
          / ?= (true|"HEALTHY"|"…"|"awsfirelens") (is for|needs) /,
          /^(a number|a whole number|from …)/,
          /^config\.task\.…/,
          "config.task.pass_env = …: …",
          "; leave it out where there is no role",
          'network mode "…", which',
          "the definition has no other",
          "letters, digits, spaces and",
          "has no size of Fargate",
        ],
        cause:
          "An option, or a member of a task definition, has a value that it may not have. Up to twenty are named at a time.",
        fix:
          "The text says what is allowed; the [reference](reference.md) has each option's bounds.",
      },
      {
        seen: "config.task.… must match allowed.… of this client's plugin block",
        texts: ["match allowed.… of this client's plugin block"],
        cause:
          "The client's operator does not let jobs name this cluster, region, role or definition.",
        fix: "Name one that is allowed, or have `allowed` widened ([security](security.md)).",
      },
      {
        seen: "config.task.task_definition = … is not one that ECS knows here",
        texts: ["is not one that ECS knows here"],
        cause:
          "There is no such family or revision in this account and region, or it is deregistered.",
        fix: "`aws ecs describe-task-definition --task-definition <name>` with the same identity.",
      },
      {
        seen: "config.task.definition (family …) is not one that ECS takes: …",
        texts: ["is not one that ECS takes: …"],
        cause:
          "RegisterTaskDefinition refused the definition for a reason that the driver does not check.",
        fix: "AWS's own words follow the colon.",
      },
      {
        seen:
          "the definition has no execution role, with which ECS writes logs; set one in the definition",
        texts: [
          "the definition has no execution role, with which ECS writes logs",
          "The plugin's log_group is not used for containers without a log configuration",
          "logs to CloudWatch from Fargate",
          "has an image from a private re",
          "has secret … to be read",
        ],
        cause: "ECS pulls private images, reads secrets and writes logs with the execution role.",
        fix: "Set `execution_role_arn` in the definition.",
      },
      {
        seen:
          "which container would get the task's environment is not known …; set config.task.container",
        texts: ["which container would get the task's environment is not known"],
        cause: "AWS does not let this client describe the task definition.",
        fix: "Set `container`, or allow `ecs:DescribeTaskDefinition`.",
      },
      {
        seen:
          "config.task.overrides, with the environment that is passed on, must be at most … characters",
        texts: ["config.task.overrides, with the environment that is passed on"],
        cause: "ECS takes 8,192 characters of overrides.",
        fix: "Pass fewer variables by `pass_env`, or put them into a file (`environment_files`).",
      },
      {
        seen: "config.task.pass_env must have fewer or shorter globs …",
        texts: ["config.task.pass_env must have fewer or shorter globs"],
        cause: "Matching these globs with these names would take too long.",
        fix: "Write fewer globs, or names without `*`.",
      },
      {
        seen: "network namespaces: an ECS task has its own network",
        texts: ["network namespaces: an ECS task has its own network"],
        cause: "The group's `network` block asks for a mode that Nomad makes on the client.",
        fix: "Leave `mode` out: the task's network is the definition's network mode.",
      },
      {
        seen: "No environment is passed on: …",
        texts: ["No environment is passed on: …"],
        cause: "The driver does not know which container to give it to.",
        fix: "Set `container`, or `pass_env = []` where none is wanted.",
      },
    ],
  },
  {
    title: "A task does not start",
    where:
      "events of the task. A start that may succeed later is tried again, as the job's `restart` block says. After any other Nomad says `Error was unrecoverable`, and the job's `reschedule` block decides",
    troubles: [
      {
        seen: "Still waiting for the ECS task to be … after … s: …",
        texts: ["Still waiting for the ECS task to be …"],
        cause:
          "ECS has not come that far. PENDING for long is an image that is pulled slowly or a registry that is not reached; PROVISIONING is an interface or capacity that is missing.",
        fix:
          "What follows the colon is ECS's own reason. Check the subnet's way to the registry, its free addresses and the image. `start_timeout` is how long it may take.",
      },
      {
        seen: "the ECS task was not … within start_timeout (… s)",
        texts: ["the ECS task was not … within start_timeout"],
        cause:
          "As above, for too long. The driver stops the ECS task. Where no reason follows `(… s)`, ECS had not answered with a task: the start waited for its turn in AWS's rate, or for that answer.",
        fix: "As above; raise `start_timeout` where the image is large.",
      },
      {
        seen: "it could not place the task: …",
        texts: ["it could not place the task: …"],
        cause:
          "ECS has no room: RESOURCE:CPU, RESOURCE:MEMORY, RESOURCE:ENI, AGENT, or no capacity of Fargate.",
        fix:
          "On EC2 add instances or ask for less. On Fargate allow more zones, or use `capacity_provider_strategy`.",
      },
      {
        seen:
          "…; check network_configuration.aws_vpc_configuration in config.task, or in the plugin block's config",
        texts: ["; check network_configuration.aws_vpc_configuration in config.task"],
        cause:
          "ECS refuses the task's subnets or security groups: they are not there in this region and account, or not of one VPC.",
        fix:
          "Correct `subnets` and `security_groups`. A task that names none has those of the plugin block.",
      },
      {
        seen: "the ECS task was stopped before it ran",
        texts: ["the ECS task was stopped before it ran"],
        cause: "ECS or somebody else ended it first. The reason is in the event before.",
        fix: "See [what ECS says](#what-ecs-says).",
      },
      {
        seen: "task … could not be started as … in …: …",
        texts: ["could not be started as … in …"],
        cause: "The start has failed; the reason follows the last colon.",
        fix: "Look for that reason on this page.",
      },
      {
        seen: "its task definition was deregistered twice while it started",
        texts: ["its task definition was deregistered twice while it started"],
        cause: "Another job or tool deregisters revisions of the same family.",
        fix: "Give each job a family of its own, or leave out `deregister`.",
      },
      {
        seen: "ECS names ECS task … for the client token, and …",
        texts: [
          "ECS names ECS task … for the client token",
          "and does not describe that task yet",
          "and that task belongs to allocation",
          "and that task was not started for this Nomad task",
        ],
        cause:
          "ECS has accepted this start before, with other parameters, and does not show yet that the task which it names is this allocation's. AWS shows that within seconds; what stands between may answer with a task of others.",
        fix:
          "Nothing at first: the driver asks again until `start_timeout`, and starts no second task. Where it lasts, look for a proxy, and at `endpoint`.",
      },
      {
        seen: "its answer names no task of ours",
        texts: [
          "its answer names no task of ours",
          "it answered neither a task nor a failure",
          "its answer has no …",
          "that cannot be read",
          "the answer is longer than … MB",
          "the answer is none of …'s",
          "its pages do not end",
          "it does not describe a task",
          "it does not tell",
        ],
        cause: "The answer is not AWS's, or not whole: a proxy or an endpoint of another kind.",
        fix:
          "Check `endpoint` and the proxy. The driver tries again and takes nothing for granted.",
      },
      {
        seen: "Waiting for ECS to acknowledge the stop of an earlier ECS task",
        texts: [
          "Waiting for ECS to acknowledge the stop of an earlier ECS task",
          "Waiting until ECS is sure to list",
        ],
        cause: "An earlier ECS task of this allocation, or of the one before, may still run.",
        fix: "Nothing: two would run otherwise. It takes up to half a minute.",
      },
      {
        seen: "the driver is shutting down",
        texts: [
          "the driver is shutting down",
          "the agent that asked for the start has gone",
          "another configuration has come",
        ],
        cause: "The agent is being stopped or has a new configuration.",
        fix: "Nothing: Nomad starts the task again, and the same ECS task is taken up.",
      },
      {
        seen: "the start of a task cannot be recorded",
        texts: [
          "the start of a task cannot be recorded",
          "the record of a task's start cannot be read",
        ],
        cause:
          "The driver cannot use the allocation's directory: full or broken disk, or permissions.",
        fix:
          "Make room, or let the agent's user write below `data_dir`. Without its record a start goes " +
          "on. It looks through ECS first, and waits for that up to half a minute after a restart of the plugin.",
      },
      {
        seen: "this process has given up the power to write there",
        texts: [
          "this process has given up the power to write there",
          "stop the Nomad agent, end this plugin's process",
        ],
        cause:
          "`alloc_dir`, or the socket of Nomad's API, has changed since the plugin's first allocation. " +
          "Records and logs of tasks there cannot be written.",
        fix:
          "Stop the Nomad agent, end the plugin's process, and start the agent. ECS tasks go on.",
      },
    ],
  },
];
