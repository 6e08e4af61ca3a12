import type { Section } from "./trouble.ts";

/** What is said of tasks that run or end. */
export const runs: readonly Section[] = [
  {
    title: "While a task runs",
    where: "events of the task.",
    troubles: [
      {
        seen: "Asking ECS to run … in …; Started ECS task …",
        texts: ["Asking ECS to run … in …"],
        cause: "A start goes its way.",
        fix: "Nothing.",
      },
      {
        seen: "The task's size on Fargate: cpu = …, memory = …",
        texts: ["The task's size on Fargate", "from resources, which ask for …"],
        cause: "The definition names no size, so it comes from `resources`, rounded up.",
        fix: "Name `cpu` and `memory` in the definition where that is not wanted.",
      },
      {
        seen: "Container … is the task's main container.",
        texts: [
          "is the task's main container.",
          "is taken for the task's main container",
          "It gets the environment, its ports are advertised",
        ],
        cause: "It is said which container's exit code counts, and why.",
        fix: "`container` names another.",
      },
      {
        seen: "Container … gets …. Whoever may call DescribeTasks can read the values",
        texts: [
          "Whoever may call DescribeTasks can read the values",
          "from its definition's secrets, and not",
        ],
        cause: "Variables of the job are passed to the container.",
        fix: "Give secrets by ARN, or leave variables out by `pass_env`.",
      },
      {
        seen: "Took over ECS task …",
        texts: ["Took over ECS task …", "taking over the ECS task of an earlier start"],
        cause: "An ECS task ran already for this allocation, or for the one that it replaces.",
        fix: "Nothing: no second one was started. See [hand-over](hand-over.md).",
      },
      {
        seen: "… is … with address …",
        texts: [
          "goes on without a container",
          "container … exited with code …",
          "stopped without an exit code",
        ],
        cause: "ECS tells a new status, or a container that ended while its task goes on.",
        fix: "Nothing, unless the container matters: make it `essential`.",
      },
      {
        seen: "ECS tells no private address of its network interface …",
        texts: ["ECS tells no private address of its network interface"],
        cause: "The subnet has no IPv4 and no IPv6 address that ECS tells.",
        fix: "Use another subnet for tasks with services.",
      },
      {
        seen: "The task's services get no address: …",
        texts: [
          "The task's services get no address: …",
          'config.task.advertise = "public"',
          "the ECS task has no network interface of its own",
          "it has no public address yet",
        ],
        cause:
          'There is no interface, or no public address where `advertise = "public"` asks for one.',
        fix:
          "Use network mode `awsvpc`; set `assign_public_ip` and a subnet with an internet gateway.",
      },
      {
        seen: "In the group's network block, port … has no `to`",
        texts: ["In the group's network block, port … has no"],
        cause: "Nomad registers services that name such a label under port 0.",
        fix: 'Write `port "http" { to = 8080 }`, or the number in the service.',
      },
      {
        seen:
          "ECS has given no usable answer for … s; the task counts as running until ECS says otherwise",
        texts: [
          "ECS has given no usable answer for … s",
          "ECS gives no usable answer",
          "ECS refuses to describe a task; it counts as running",
        ],
        cause: "AWS is away, refuses calls, or the credentials have expired.",
        fix: "Nothing for the task. The reason follows; see [day by day](day-by-day.md).",
      },
      {
        seen: "ECS answers again",
        texts: [],
        cause: "The outage is over.",
        fix: "Nothing.",
      },
      {
        seen: "The ECS task cannot be tagged as this allocation's; …",
        texts: [
          "The ECS task cannot be tagged as this allocation's",
          "moving the ownership tags of an ECS task failed",
        ],
        cause:
          "TagResource was refused. While the tags name another node, only that node stops the task.",
        fix: "Allow `ecs:TagResource` on tasks (statement `TagTasks`).",
      },
    ],
  },
  {
    title: "The end of a task",
    where: "the event `Terminated`, and the driver's event before it.",
    troubles: [
      {
        seen: "ECS no longer knows the task (MISSING), so how it ended is not known",
        texts: ["ECS no longer knows the task (MISSING)", "ECS no longer tells of the task"],
        cause: "ECS forgets a stopped task after about an hour, and no client looked meanwhile.",
        fix: "The container's log may tell how it ended. The task counts as failed.",
      },
      {
        seen:
          "the task's cluster does not exist (ClusterNotFoundException) …; how it ended is not known",
        texts: [
          "the task's cluster does not exist",
          "it does not say in which account the cluster does not exist",
          "and DescribeTasks did not find it",
        ],
        cause: "The cluster was deleted, and with it what ran there.",
        fix: "Make the cluster again, or name another. Nothing runs there.",
      },
      {
        seen: "the credentials are those of AWS account …, and the tasks are in account …",
        texts: ["the credentials are those of AWS account"],
        cause: "The client's identity is of another account than when the task was started.",
        fix:
          "Give the client its old identity back, or the role by `assume_role`. Tasks count as running.",
      },
      {
        seen: "…, and ECS gives no reason",
        texts: [", and ECS gives no reason", "it has been … for … s"],
        cause: "ECS stopped the task without a word.",
        fix: "Look at the service events and at AWS's health page.",
      },
      {
        seen: "the ECS task runs on under Nomad node …, which has taken it over",
        texts: [
          "the ECS task runs on under Nomad node …",
          "its ECS task … runs on under allocation … of Nomad node …",
          "has taken it over",
        ],
        cause: "This allocation's ECS task belongs to another allocation by now.",
        fix: "Nothing. See [hand-over](hand-over.md).",
      },
      {
        seen: "ECS task … runs another version of the job for allocation …",
        texts: ["runs another version of the job for allocation"],
        cause: "Nomad gave this allocation the handle of an ECS task of another version.",
        fix: "Nothing: this allocation runs a task of its own.",
      },
      {
        seen: "ECS task … was not started for this Nomad task: its startedBy is …",
        texts: [
          "was not started for this Nomad task",
          "the task's startedBy names this allocation",
        ],
        cause: "The handle or an ARN leads to an ECS task that somebody else started.",
        fix: "It is neither tagged nor stopped. Look who started it: `aws ecs describe-tasks`.",
      },
      {
        seen: "the task's handle cannot be recovered from: …",
        texts: [
          "the task's handle cannot be recovered from",
          "its version is … and this driver knows up to …",
          "bytes are not a msgpack map",
          "it names no ECS task (no ARN)",
          "is not an ECS task's",
          "neither it nor its ARN names a cluster",
          "it is another value",
          "bytes end within a value",
          "it declares … values",
          "values; at most … are read",
          "it is nested deeper than … levels",
        ],
        cause: "What Nomad kept for the task is of a newer driver, or broken.",
        fix: "Run the driver version that wrote it. `nomad-driver-ecs tasks` finds the ECS task.",
      },
    ],
  },
  {
    title: "Stops, drains and hand-over",
    where: "events of the task, the agent's log, and the node attribute `driver.ecs.handover`.",
    troubles: [
      {
        seen: "ECS has not acknowledged the stop of … within … ms; the driver keeps asking",
        texts: ["ECS has not acknowledged the stop of …"],
        cause: "AWS refuses or does not answer StopTask.",
        fix: "Nothing: it is asked for until ECS acknowledges. The last answer follows.",
      },
      {
        seen: "cannot destroy task …: its ECS task runs; stop it first",
        texts: ["cannot destroy task …"],
        cause: "Nomad wants to forget a task that runs.",
        fix: "Nothing: Nomad stops it first.",
      },
      {
        seen: "Nomad stopped task … of allocation …; Nomad: …",
        texts: [
          "Nomad stopped task … of allocation …",
          /^Nomad: /,
          "Nomad replaced the allocation by …",
          "Stopping ECS task … of an earlier allocation",
        ],
        cause:
          "The reason that the driver gives ECS with StopTask; ECS shows it as `stoppedReason`.",
        fix: "Nothing.",
      },
      {
        seen: "Nomad drains this node: ECS task … runs on for allocation …",
        texts: [
          "Nomad drains this node: ECS task …",
          "leaving a task to its successor",
          "leaving a task to run on",
        ],
        cause: "The ECS task is left to another client.",
        fix: "Nothing.",
      },
      {
        seen: "The ECS task cannot be left to allocation …, and is stopped: …",
        texts: [
          "The ECS task cannot be left to allocation …",
          "AWS's limits have left it no turn within … minutes",
        ],
        cause: "The hand-over could not be written to the ECS task's tags.",
        fix:
          "Allow `ecs:TagResource`. Where AWS's limits left it no turn, other programs of the account use up " +
          "its tag writes: have that limit raised. The next allocation runs another ECS task.",
      },
      {
        seen: "off: Nomad's API has not answered yet",
        texts: [
          "off: Nomad's API has not answered yet",
          "Nomad's API gives no answer",
          "Nomad's API answers again",
          "the plugin block's config has no nomad block",
          "the agent has no list of nodes",
          "the agent does not know itself",
          "it answered no list",
          "it answered no document",
          "it does not show the allocation that is being started",
          "an answer of more than … bytes",
          "the connection was cut",
        ],
        cause: "The driver cannot ask Nomad, so nothing is handed over.",
        fix:
          "Check the `nomad` block: address, certificate, token ([hand-over](hand-over.md#turn-it-on)).",
      },
      {
        seen: "…; check that a Nomad agent listens at nomad.address of the plugin block's config …",
        texts: [
          "; check that a Nomad agent listens at nomad.address",
          "; check that nomad.address of the plugin block's config",
          "a URL with more than that",
          "http://host:port, https://host:port",
          "NOMAD_ADDR of the Nomad agent's environment must be",
        ],
        cause: "The address is none of a Nomad agent, or no agent is there.",
        fix: "Set `address` to the API of the agent on the same machine.",
      },
      {
        seen:
          "…; check ca_file, tls_server_name, cert_file and key_file of the plugin's nomad block …",
        texts: ["; check ca_file, tls_server_name", "the driver cannot read …, which … names"],
        cause:
          "The agent's certificate is not trusted, the client's is refused, or a file cannot be read.",
        fix: "Name files that the agent's user may read.",
      },
      {
        seen: "…; check the token of the plugin's nomad block …",
        texts: ["; check the token of the plugin's nomad block", "the token may not read"],
        cause: "The token is missing, has expired, or its policy does not suffice.",
        fix: "Give it the policy on [hand-over](hand-over.md#turn-it-on), for each namespace.",
      },
      {
        seen: "an ECS task of this node belongs to no allocation",
        texts: [
          "an ECS task of this node belongs to no allocation",
          "an ECS task's Nomad client is gone",
        ],
        cause: "An orphan was found: its allocation is forgotten, or its client is gone.",
        fix: "It is stopped after `orphan_grace`, or reported only, as `orphans` says.",
      },
      {
        seen: "this Nomad does not know its node …",
        texts: [
          "this Nomad does not know its node",
          "Nomad has removed its allocation",
          "Nomad has its allocation on node …",
          "Nomad wants its allocation to run",
          "its allocation is over",
          "has not taken it over",
          "was to take it over and did not",
          "waits to take it over",
          "has not told its end",
          "nothing looks after it",
          "looked after",
        ],
        cause: "`nomad-driver-ecs tasks` says why an ECS task is, or is not, an orphan.",
        fix: "See [the tool](tool.md#orphans).",
      },
    ],
  },
  {
    title: "Commands and signals",
    where: "`nomad alloc exec`, `nomad alloc signal`, script checks.",
    troubles: [
      {
        seen: "commands and signals are off: the plugin block of this client has exec = false",
        texts: ["commands and signals are off"],
        cause: "The client's operator has turned them off.",
        fix: "Set `exec = true` on that client.",
      },
      {
        seen: "set enable_execute_command = true in config.task …, and start the task anew",
        texts: ["set enable_execute_command = true in config.task"],
        cause: "ECS Exec was not enabled when the ECS task was started.",
        fix: "As it says: ECS takes it at the start only.",
      },
      {
        seen: "the agent of ECS Exec in the container is not connected …",
        texts: ["the agent of ECS Exec in the container is not connected"],
        cause:
          "The task role lacks the four `ssmmessages` actions, or the container has no way to that endpoint.",
        fix:
          "Give them to the task role ([security](security.md)), and the subnet a way out or a VPC endpoint.",
      },
      {
        seen: "the IAM policy of this Nomad client's AWS identity needs ecs:ExecuteCommand",
        texts: ["needs ecs:ExecuteCommand on the cluster and the task"],
        cause: "The driver may not open sessions.",
        fix: "Add the statements `ExecuteCommand` and `Sessions` ([security](security.md)).",
      },
      {
        seen: "…; run the command again once AWS answers",
        texts: ["run the command again once AWS answers", "run the command again in a while"],
        cause: "A call for the session had no usable answer, or met AWS's rate limit.",
        fix: "Run it again: the driver does not.",
      },
      {
        seen: "… has no …, which a command without a terminal needs in the image",
        texts: ["which a command without a terminal needs in the image", "has no sh in its image"],
        cause:
          "ECS Exec has a terminal only. Without one the driver needs a shell and some programs in the image.",
        fix: "Use `nomad alloc exec -t`, or add them to the image.",
      },
      {
        seen: "the session with … was cut, and how … ended is not known",
        texts: [
          "the session with … was cut",
          "the session with … was closed before",
          "the connection to Session Manager was closed",
          "the session has ended",
          "the session was given up",
          "the container's agent acknowledges nothing any more",
          "a session could not be terminated",
          "input was not taken",
          "the command is over",
          "it took too long",
          "the caller of exec has gone",
        ],
        cause: "The connection to Session Manager ended. The command may go on in the container.",
        fix: "Look in the container, and run it again. AWS ends an idle session after 20 minutes.",
      },
      {
        seen: "ECS named … as the session's host, which is not Session Manager's",
        texts: [
          "which is not Session Manager's",
          "ExecuteCommand … answered no session",
          "this client does not support …",
          "the agent's handshake cannot be read",
          "the agent's handshake asks for two keys",
          "the container's agent shakes hands twice",
          "the agent's encryption challenge cannot be answered",
          "bytes are no header",
          "bytes of payload where",
          "the payload's digest is another",
          "bytes are no encrypted payload",
          "a data key has … bytes",
          "KMS made no data key with",
          "ECS tells no runtime id of",
        ],
        cause: "What came is not Session Manager's protocol, or its key is not usable.",
        fix: "Check proxies and endpoints; with a KMS key, the statement `SessionKeys`.",
      },
      {
        seen: "the signal must be a Linux signal such as SIGHUP; got …",
        texts: ["the signal must be a Linux signal", "ABRT ALRM BUS"],
        cause: "There is no such signal.",
        fix: "Use a name of `kill -l`.",
      },
      {
        seen: "SIG… was not sent …",
        texts: ["SIG… was not sent", "kill_signal … was not sent", "the time is up"],
        cause: "The command that sends it failed or took too long.",
        fix: "What follows says why. For `kill_signal`, ECS sends SIGTERM in any case.",
      },
      {
        seen: "the ECS task of … does not run",
        texts: ["the ECS task of … does not run"],
        cause: "It is starting or has ended.",
        fix: "Wait for RUNNING.",
      },
      {
        seen: "the command did not end within its timeout of … s",
        texts: ["the command did not end within its timeout"],
        cause: "A script check or a command took longer than it may.",
        fix: "Raise the check's `timeout`.",
      },
    ],
  },
  {
    title: "Logs",
    where: "events of the task, `nomad alloc logs` itself, and the agent's log.",
    troubles: [
      {
        seen:
          "nomad alloc logs shows nothing of container …: its definition has no log configuration.",
        texts: [
          "its definition has no log configuration",
          "whose output AWS does not show",
          "its log driver has no awslogs-group",
          "without awslogs-stream-prefix, the name of its stream",
        ],
        cause:
          "The driver reads what the log driver `awslogs` writes, and needs its group and prefix.",
        fix:
          "Set `log_configuration` in the definition, or `log_group` in the plugin block ([logs](logs-exec-stats.md)).",
      },
      {
        seen: "nomad alloc logs shows nothing: the driver may not describe the task definition",
        texts: ["the driver may not describe the task definition, which names the log group"],
        cause: "The definition says where the log is.",
        fix: "Allow `ecs:DescribeTaskDefinition`.",
      },
      {
        seen: "nomad alloc logs shows nothing of …: log group … in … has no stream …",
        texts: ["nomad alloc logs shows nothing of …", "has no stream …"],
        cause:
          "The container has printed nothing yet, or its log driver could not make the stream.",
        fix: "Allow the execution role `logs:CreateLogStream` and `logs:PutLogEvents`.",
      },
      {
        seen: "…. The driver needs logs:FilterLogEvents for log group … in …",
        texts: ["The driver needs logs:FilterLogEvents"],
        cause: "The driver's identity may not read the group.",
        fix: "Add the statement `Logs` ([security](security.md)).",
      },
      {
        seen: "nomad alloc logs is behind: …",
        texts: ["nomad alloc logs is behind: …", "logs could not be read"],
        cause: "CloudWatch Logs does not answer, or refuses calls for their rate.",
        fix: "Nothing: the lines come later. See `api_limits` for the rate.",
      },
      {
        seen: 'nomad alloc logs is behind: …. awslogs-region in the log configuration of … is "…"',
        texts: [/awslogs-region in the log configuration of … is "…", and the ECS task is in/],
        cause:
          "The container's log is in another region than the ECS task, and nobody answers there.",
        fix: "Set `awslogs-region` to a region that exists and has the log group.",
      },
      {
        seen: "nomad alloc logs is paused: Nomad takes no lines of the task's …",
        texts: ["nomad alloc logs is paused: Nomad takes no lines of the task's"],
        cause:
          "Nomad's `logmon` does not read, or the driver cannot write to it: then the agent's log has `a log " +
          "cannot be written` and why.",
        fix: "Restart the Nomad agent, which starts `logmon` anew. ECS tasks go on.",
      },
      {
        seen: "The log configuration of container … sets no mode, …: the log driver drops lines",
        texts: ["The log configuration of container …", "sets no mode, for which ECS's default"],
        cause: "A non-blocking log driver drops lines that come faster than it sends them.",
        fix: 'Set `mode = "blocking"` among the options where each line matters.',
      },
      {
        seen: "[nomad-driver-ecs] The end of the log was not read …",
        texts: [
          "[nomad-driver-ecs] The end of the log was not read: …",
          "[nomad-driver-ecs] The end of the log was not read in time",
        ],
        cause:
          "CloudWatch Logs did not answer, or answered too few calls, in the seconds after the end.",
        fix: "Read them there: `aws logs tail`.",
      },
      {
        seen: "[nomad-driver-ecs] The driver was restarted, and log files … have been removed",
        texts: ["[nomad-driver-ecs] The driver was restarted, and log files"],
        cause: "Nomad rotated its log files while no driver ran.",
        fix: "Nothing: lines may stand twice. Raise `max_files` in the task's `logs` block.",
      },
      {
        seen: "… is no named pipe: something else was put in the place of Nomad's own",
        texts: [/… is no …: something else was put in the place of Nomad's own/],
        cause:
          "A file or link stands where Nomad makes the pipe, the file or the folder of the log.",
        fix:
          "Find who writes below the allocation's folder on this client, and start the task anew.",
      },
      {
        seen: "… was not used: a task of the allocation makes or renames files in … all the time",
        texts: ["was not used: a task of the allocation makes or renames files in"],
        cause:
          "Each second, another task of the allocation makes or renames a file at the top of its `alloc/`. " +
          "The driver cannot tell whether `alloc/logs` is still Nomad's.",
        fix: "Have that task use `alloc/data` or `alloc/tmp`.",
      },
      {
        seen: "the logs of a task cannot be shown; a log cannot be written; …",
        texts: [
          "the logs of a recovered task are not shown",
          "a fault of the logs of a task",
          "the logs of a task cannot be shown",
          "the rest of a log was not read",
          "Nomad's log files cannot be read",
          "a log's checkpoint cannot be written",
          "a log cannot be written",
          "the checkpoints of logs ended",
          "the reading of logs ended",
          "the writing of logs ended",
        ],
        cause: "Reading or writing failed; the line's fields say where. The task is not affected.",
        fix: "Make room below `data_dir`, and let the agent's user write there.",
      },
    ],
  },
  {
    title: "Stats",
    where: "the node attribute `driver.ecs.stats` and the agent's log.",
    troubles: [
      {
        seen: "containerInsights of cluster … is …; set it to enabled or enhanced",
        texts: [
          "containerInsights of cluster",
          'set it to "enabled" or "enhanced"',
          'stats = "metrics" needs "enhanced"',
        ],
        cause: "The cluster measures nothing.",
        fix:
          "Turn Container Insights on, which AWS bills ([stats](logs-exec-stats.md#what-tasks-use)).",
      },
      {
        seen: "there is no log group …",
        texts: ["there is no log group …"],
        cause: "Container Insights has made no measurement yet.",
        fix: "Wait some minutes.",
      },
      {
        seen: "the stats of tasks are not read; the stats of tasks could not be read",
        texts: ["the stats of tasks"],
        cause: "A permission is missing, or AWS does not answer.",
        fix: "Statement `Stats` or `StatsMetrics` ([security](security.md)). Tasks go on.",
      },
      {
        seen: "reading stats ended",
        texts: [],
        cause: "A fault of the driver in reading stats.",
        fix: "Report the line. Tasks go on.",
      },
    ],
  },
  {
    title: "Metrics of the driver",
    where: "the agent's log. Tasks go on in each case.",
    troubles: [
      {
        seen: "the telemetry block cannot be carried out",
        texts: ["the telemetry block cannot be carried out"],
        cause: "The port of `prometheus_port` is taken, or the exporter cannot be made.",
        fix: "Change the `telemetry` block, and restart the Nomad agent.",
      },
      {
        seen: "metrics could not be sent",
        texts: ["metrics could not be sent", "metrics were not sent", "metrics are sent again"],
        cause: "The collector at `otlp_endpoint` does not answer, or refuses.",
        fix:
          "Check the endpoint and its headers. The driver sends on, and says when it works again.",
      },
    ],
  },
];
