import type { Section, Trouble } from "./trouble.ts";

/** Something that others than the driver say. */
type Foreign = Omit<Trouble, "texts">;

/** What the agent's log has of the plugin and of Nomad itself, and what AWS says in the driver's events. */
export const outside: readonly Section[] = [
  {
    title: "The plugin itself",
    where: "the agent's log.",
    troubles: [
      {
        seen: "a call failed: rpc=… error=…",
        texts: [],
        cause:
          "The driver has refused, or could not do, what the agent asked for in the call `rpc`.",
        fix: "Look for the text of `error` on this page.",
      },
      {
        seen: "the host speaks plugin protocol versions …; this plugin speaks …",
        texts: ["the host speaks plugin protocol versions"],
        cause: "The agent is not a Nomad that this driver knows.",
        fix: "Use Nomad 1.1 or newer.",
      },
      {
        seen:
          "no port from … to … can be bound; PLUGIN_MIN_PORT=… and PLUGIN_MAX_PORT=… are no range",
        texts: ["can be bound: …", "are no range of ports"],
        cause: "The range of ports that the agent's environment gives to plugins is wrong or full.",
        fix: "Correct `PLUGIN_MIN_PORT` and `PLUGIN_MAX_PORT`.",
      },
      {
        seen: "…: no folder for the socket can be made there: …",
        texts: [
          "no folder for the socket can be made there",
          "PLUGIN_UNIX_SOCKET_GROUP=…",
          "/etc/group has no such group",
          "a group's id must be from",
        ],
        cause: "The plugin cannot make its socket where the agent's environment says.",
        fix: "Correct `TMPDIR`, `PLUGIN_UNIX_SOCKET_DIR` or `PLUGIN_UNIX_SOCKET_GROUP`.",
      },
      {
        seen: "PLUGIN_CLIENT_CERT holds no certificate in PEM",
        texts: ["PLUGIN_CLIENT_CERT holds no certificate"],
        cause: "Something else than a Nomad agent started the plugin.",
        fix: "Let the agent start it.",
      },
      {
        seen: "the plugin's configuration is wrong",
        texts: ["the plugin's configuration is wrong"],
        cause: "An option of the plugin block is not as it must be; it is named.",
        fix: "Correct it: the [reference](reference.md#the-plugin-block) has the bounds.",
      },
      {
        seen: "new connections are not accepted; the runtime has given up accepting",
        texts: ["new connections are", "the runtime has given up accepting"],
        cause: "The process has too many open files.",
        fix: "Raise the agent's `LimitNOFILE`. The agent starts the plugin anew.",
      },
      {
        seen: "lines of the log were dropped because nobody read them",
        texts: ["lines of the log were dropped"],
        cause: "The agent reads the plugin's log slowly.",
        fix: "Nothing, or a lower `log_level`.",
      },
      {
        seen: "looking for orphans failed",
        texts: [
          "looking for orphans failed",
          "looking for forsaken tasks failed",
          "looking for a second ECS task failed",
          "Nomad has not told all earlier allocations of a task: it is asked again",
        ],
        cause: "A search for orphans had no usable answer of AWS or Nomad.",
        fix: "Nothing: the next search comes within five minutes.",
      },
      {
        seen: "the search for orphans ended",
        texts: [
          "the search for orphans ended",
          "the search for forsaken tasks ended",
          "the search for second ECS tasks ended",
        ],
        cause: "A fault of the driver: no more orphans are looked for on this client.",
        fix: "Restart the agent, and report the line.",
      },
      {
        seen: "a failed start may have left an ECS task behind",
        texts: ["a failed start may have left an ECS task behind"],
        cause: "A start failed, and ECS could not be searched for what it may have started.",
        fix: "The search for orphans finds such a task. `nomad-driver-ecs tasks` shows it.",
      },
      {
        seen: "stopping an ECS task failed; it is tried again",
        texts: ["stopping an ECS task failed; it is tried again", "ECS does not know the task yet"],
        cause: "StopTask had no usable answer, or ECS does not list a new task yet.",
        fix: "Nothing: the driver asks until ECS acknowledges. The fields of the line say why.",
      },
      {
        seen: "stopping the ECS task of a start that failed",
        texts: [
          "stopping the ECS task of a start that failed",
          "stopping the ECS task of an earlier allocation",
          "stopping a second ECS task",
        ],
        cause: "An ECS task runs that no allocation needs any more.",
        fix: "Nothing: the driver stops it.",
      },
      {
        seen: "an ECS task was not stopped: another node has taken it over",
        texts: [
          "was not stopped",
          "is not stopped",
          "an allocation has it after all",
          "its tags are not those that a search has read",
        ],
        cause:
          "The ECS task belongs to somebody else, an allocation has it after all, or the search read a wrong answer of ECS.",
        fix: "Nothing.",
      },
      {
        seen: "an earlier revision was not deregistered",
        texts: [
          "an earlier revision was not deregistered",
          "a second revision of one content was left",
        ],
        cause: "AWS did not let a revision of a task definition be deregistered.",
        fix:
          "Nothing has to be done: a revision costs nothing. Allow `ecs:DeregisterTaskDefinition`.",
      },
      {
        seen: "the task definition of … is not known",
        texts: ["the task definition of"],
        cause: "ECS would not describe the task definition of an ECS task.",
        fix: "Allow `ecs:DescribeTaskDefinition`. The task goes on.",
      },
      {
        seen: "ECS would not describe a task",
        texts: ["ECS would not describe a task"],
        cause: "DescribeTasks answered a failure for one task; its reason is in the line.",
        fix: "Nothing: the task counts as running, and ECS is asked again.",
      },
      {
        seen: "… came without …; the ecs driver does not support …; task not found for given id",
        texts: ["came without", "the ecs driver does not support", "task not found for given id"],
        cause:
          "The agent asked for something that this driver has not: another version, or a call by hand.",
        fix: "Report it, with the agent's version, where a Nomad agent does it.",
      },
    ],
  },
];

/** What Nomad itself logs where this driver is used. */
export const whatNomadSays: readonly Foreign[] = [
  {
    seen: "failed to fingerprint plugin: … exec format error",
    cause:
      "The file in `plugin_dir` is none for this machine's system and processor. The agent does not start.",
    fix:
      "Put the executable for this machine there: `make build` makes all ([building](building.md)).",
  },
  {
    seen: "failed to fingerprint plugin: … Unrecognized remote plugin message: …",
    cause:
      "The agent starts each executable file in `plugin_dir`, and one is no plugin. Or it is a launcher ([building](building.md)) away from its clone. The agent does not start.",
    fix: "The line names the file: take it out, or put the executable in its place.",
  },
  {
    seen: "logmon.nomad: timed out waiting for read-side of process output pipe to close",
    cause:
      "Nomad's `logmon` has had no output of the task: its start failed, or the driver shows no log of it. One line is for standard output, one for standard error.",
    fix:
      "Nothing. No line is lost, and `logmon` ends four seconds later. With `logs = false` in the plugin block there is no `logmon` (Nomad 1.6 and later).",
  },
  {
    seen: "logmon: plugin failed to exit gracefully",
    cause: "A task has ended that ran already when the agent was restarted.",
    fix: "Nothing: Nomad ends `logmon` itself two seconds later.",
  },
];

/** What ECS itself says. The driver shows it as it is. */
export const whatEcsSays: readonly Foreign[] = [
  {
    seen: "CannotPullContainerError: …",
    cause:
      "The image is not there, the registry is not reached, or the execution role may not pull.",
    fix:
      "Check the image's name. Without a public address the subnet needs a NAT gateway or VPC endpoints of ECR and S3.",
  },
  {
    seen: "CannotPullContainerError: … does not contain descriptor matching platform …",
    cause: "The image is not built for the task's processor.",
    fix:
      "Build it for both, or set `cpu_architecture` of `runtime_platform` ([arm64 example](examples/arm64.nomad.hcl)).",
  },
  {
    seen: "CannotStartContainerError: … executable file not found in $PATH",
    cause: "`command` or `entry_point` of the container names what its image has not.",
    fix: 'Name a program of the image. A line for a shell needs `["sh", "-c", "…"]`.',
  },
  {
    seen: "ECS was unable to assume the role '…' that was provided for this task",
    cause:
      "The role does not exist, is new, or does not trust `ecs-tasks.amazonaws.com`. The driver tries again until `start_timeout`.",
    fix: "Correct `task_role_arn` or `execution_role_arn`, or the role's trust policy.",
  },
  {
    seen: "… is not authorized to perform: iam:PassRole on resource: …",
    cause: "The client's identity may not give this role to a task.",
    fix:
      "Allow `iam:PassRole` on the role: statement `PassRoles` of `nomad-driver-ecs iam-policy --cluster my-cluster`.",
  },
  {
    seen: "Timeout waiting for network interface provisioning to complete.",
    cause: "AWS did not give the task a network interface in time.",
    fix: "Nothing where it passes. Else look for free addresses in the subnet.",
  },
  {
    seen: "ResourceInitializationError: unable to pull secrets or registry auth: …",
    cause: "The execution role may not read a secret, or its endpoint is not reached.",
    fix:
      "Allow `secretsmanager:GetSecretValue` or `ssm:GetParameters`, and the key's `kms:Decrypt`.",
  },
  {
    seen: "ResourceInitializationError: failed to validate logger args: … log group does not exist",
    cause: "The log group is missing.",
    fix: "Create it, or set `awslogs-create-group` and allow `logs:CreateLogGroup`.",
  },
  {
    seen: "OutOfMemoryError: Container killed due to memory usage",
    cause: "The container used more than its memory. Nomad is told so, as an OOM kill.",
    fix: "Raise `memory` of the task or the container.",
  },
  {
    seen: "Essential container in task exited",
    cause: "A container with `essential` ended, and with it the task.",
    fix: "The event names each container's exit code.",
  },
  {
    seen: "Your Spot Task was interrupted.",
    cause: "AWS has taken the capacity back.",
    fix:
      "Nothing: the job's `restart` block starts another ([spot example](examples/spot.nomad.hcl)).",
  },
  {
    seen: "Capacity is unavailable at this time",
    cause: "Fargate has no room in these zones now.",
    fix: "Allow more subnets in other zones. The start is tried again.",
  },
  {
    seen: "You've reached the limit on the number of vCPUs you can run concurrently",
    cause: "The account's quota of Fargate.",
    fix: "Have it raised ([operations](operations.md#what-to-ask-aws-to-raise)).",
  },
];
