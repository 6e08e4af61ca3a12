/** The beginning of docs/troubleshooting.md: what a reader sees, and where to look. */
export const symptoms = `## By symptom

\`nomad alloc status <alloc>\` shows the events of a task. Most causes are named there, in words that this page explains.

**A job has no allocation.** \`nomad job status <job>\` and \`nomad eval status <eval>\` say why Nomad finds no node.

| Nomad says | cause |
|---|---|
| \`Constraint "missing drivers"\` | On no eligible client is the driver there and [healthy](#the-driver-is-not-healthy). |
| no nodes were eligible, or none are available | The clients are drained or ineligible, or the job does not name their \`node_pool\` or \`datacenters\`. |
| \`Dimension "memory" exhausted\`, \`"cpu"\` or \`"disk"\` | Nomad counts \`resources\` against the client's machine ([a client for ECS alone](operations.md#a-client-for-ecs-alone)). |

**An allocation hangs in pending.** Nomad shows it so until the driver answers the start, and the driver answers when ECS
says RUNNING (\`wait_for\` says otherwise). Nomad's "pending" is the allocation's state; PENDING in an event is the ECS task's.
A start that is not RUNNING after \`start_timeout\`, 5 minutes by default, is given up: the driver stops the ECS task.
**To end a start now**, type \`nomad job stop <job>\`, and then \`aws ecs stop-task --cluster <cluster> --task <arn>\`. Nomad
cannot call a start off: without the second command the stop comes when the start has ended.

| last event | where to look |
|---|---|
| none of the driver | The allocation waits for an earlier one to end, or for a template, a volume or a \`prestart\` task. |
| \`Asking ECS to run …\` | ECS has not answered RunTask yet: AWS's rate of starts, or an endpoint that is not reached. See [what AWS allows](operations.md#what-aws-allows); \`nomad-driver-ecs doctor\` tries the endpoint. [Metrics](telemetry.md) tell which rate: \`aws.budget.wait\` high and \`aws.throttles\` low is this client's own limit, \`aws.throttles\` high means other callers of the account. |
| \`Waiting for ECS to acknowledge …\`, \`Waiting until ECS is sure …\` | An earlier ECS task of this allocation must be stopped or listed first. It takes up to half a minute; longer where AWS does not answer. |
| PROVISIONING, PENDING, \`Still waiting for …\` | [a task does not start](#a-task-does-not-start) |
| \`ECS gives no usable answer\`, or a refusal of AWS | [while a task runs](#while-a-task-runs), \`nomad-driver-ecs doctor\` |

**\`nomad alloc logs\` is empty.** Look for an event of the task first: [logs](#logs).

| cause | what to do |
|---|---|
| The container has no log configuration, or another log driver than \`awslogs\`. | Set \`log_group\` in the plugin block, or \`log_configuration\` ([logs](logs-exec-stats.md#logs)). |
| \`logs = false\` in the plugin block or the task. | Take it out. |
| The job has \`logs { disabled = true }\`. | Take it out. |
| The output is that of another container than the main one. | \`nomad alloc logs -stderr <alloc>\`; \`sidecar_logs\` must not be \`none\`. |
| The lines are on their way: the log driver sends every 5 s. | Wait some seconds. |
| The allocation is over, and the client has removed it (\`gc_max_allocs\`, 50 by default). | \`nomad-driver-ecs logs <task>\` reads CloudWatch Logs. An hour after the task's end it also needs [\`--definition\`](tool.md#logs-of-a-task). |

**The end of a task comes late.** ECS says STOPPED, and Nomad tells the end 10 to 15 s later: the driver waits for the last
lines of the log. Where CloudWatch Logs refuses or fails some of its calls, it waits up to 30 s. \`logs = false\` in the task
spares the wait ([logs](logs-exec-stats.md#logs)).

**\`nomad alloc exec\` fails.** The error says what is missing: [commands and signals](#commands-and-signals).
\`nomad-driver-ecs doctor --task <arn>\` checks the ECS task and the driver's permissions, but not
\`ssmmessages:OpenDataChannel\` of either identity, nor what the network lets through. Where it finds nothing, look at these
two: [security](security.md#the-drivers-identity) has policies to paste, and
[networking](networking.md#what-must-be-reachable) what both sides must reach.

**An ECS task runs that nobody looks after.** \`nomad-driver-ecs tasks\` says whether it is an orphan and why.
\`nomad-driver-ecs stop-orphans --yes\` ends those that are. One that is \`unknown\`, and that you know to be unneeded, is
ended by \`aws ecs stop-task\`. The [runbook](runbook.md#after-a-client-was-lost) shows each with its output.

**AWS bills too much.** The [runbook](runbook.md#aws-bills-too-much) has the commands, and what their answers mean.

**Two ECS tasks run for one Nomad task.** A client was lost, and no \`nomad\` block let the next one take over
([hand-over](hand-over.md#what-happens-on-each-nomad)), or the group's \`disconnect\` block has a second one run meanwhile
(\`replace\`, on by default). One of the two ends when the client comes back. Where it never does and no client has a
\`nomad\` block, the first runs until \`nomad-driver-ecs stop-orphans --yes\` ends it.
\`nomad-driver-ecs tasks\` shows the node of each.

**Nomad reports that a stop failed.** ECS had not acknowledged it within \`kill_timeout\`, which is 5 s by default, and which
the client's \`max_kill_timeout\` (30 s by default) cuts. A stop that only waits for AWS's rate has 2 minutes more. One
that may be a hand-over has some seconds more. The driver goes on asking ECS ([stops](#stops-drains-and-hand-over)).
`;
