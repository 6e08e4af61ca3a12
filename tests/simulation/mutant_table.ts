/** One way to break the driver: texts of a file, each with what stands in its place. */
export type Mutant = { name: string; file: string; edits: [string, string][] };

/** Those that `make mutants` runs, in the order of its list. */
export const mutants: readonly Mutant[] = [
  {
    name: "no client token",
    file: "src/lifecycle/start/run_task_input.ts",
    edits: [["    clientToken: clientToken(owner.id),\n", ""]],
  },
  {
    name: "no look for a live ECS task",
    file: "src/lifecycle/start/launch.ts",
    edits: [["if (live?.taskArn === undefined)", "if (live?.taskArn !== null)"]],
  },
  {
    name: "one MISSING answer is an end",
    file: "src/lifecycle/patience.ts",
    edits: [["patience = 60_000", "patience = 0"], ["leastTimes = 3", "leastTimes = 1"]],
  },
  {
    name: "a failed DescribeTasks is MISSING",
    file: "src/lifecycle/watch/describe_batch.ts",
    edits: [[
      "for (const entry of rotated([...batch.open], context.random)) postpone(context.list, entry);",
      "for (const entry of batch.open) {\n" +
      '      for (const one of entry.observers) one.onObservation({ kind: "missing" });\n' +
      "      postpone(context.list, entry);\n    }",
    ]],
  },
  {
    name: "a failed stop is not tried again",
    file: "src/lifecycle/task/ask_for_stop.ts",
    edits: [['return askingAgain("stop")(error);', 'return "give up" as const;']],
  },
  {
    name: "a stop is answered too early",
    file: "src/lifecycle/task/watched_task.ts",
    edits: [["return request.acknowledged\n", "return !request.acknowledged || true\n"]],
  },
  {
    name: "on its way down is ended",
    file: "src/lifecycle/task/tracking.ts",
    edits: [['snapshot.lastStatus === "STOPPED"', 'snapshot.desiredStatus === "STOPPED"']],
  },
  {
    name: "a start does not wait for a stop",
    file: "src/lifecycle/ownership/ledger_holds.ts",
    edits: [[
      "if (!stopping.has(index)) return undefined;",
      "if (index !== null) return undefined;",
    ]],
  },
  {
    name: "the tags stay behind",
    file: "src/lifecycle/ownership/claim.ts",
    edits: [["  if (!agree) {", "  if (agree === null) {"]],
  },
  {
    name: "orphans are left",
    file: "src/lifecycle/lifecycle.ts",
    edits: [['if (policy === "stop") remoteTasks', 'if (policy === "never") remoteTasks']],
  },
  {
    name: "an empty answer is believed",
    file: "src/aws/caller.ts",
    edits: [["return usable(name, answer, input, attempted);", "return answer;"]],
  },
  {
    name: "a call may take for ever",
    file: "src/aws/caller.ts",
    edits: [["          expiry(clock, attempt, attempted),\n", ""]],
  },
  {
    name: "a stop does not ask whose it is",
    file: "src/lifecycle/task/ask_for_stop.ts",
    edits: [["if (nodeId !== undefined) {", "if (nodeId === null) {"]],
  },
  {
    name: "an answered start is a claimed task",
    file: "src/driver/start.ts",
    edits: [[
      "  return await pending.started;\n",
      `  const answer = await pending.started;
  context.records.get(task.id)?.confirm();
  return answer;
`,
    ]],
  },
  {
    name: "every exit is a kill",
    file: "src/lifecycle/task/ending.ts",
    edits: [["exitCode: container?.exitCode ?? unknownExitCode", "exitCode: 137"]],
  },
  {
    name: "an orphan belongs to no allocation",
    file: "src/lifecycle/remote_tasks.ts",
    edits: [["watch({ ...task, how:", 'watch({ ...task, index: "", how:']],
  },
  {
    name: "a start is recorded once ECS has been asked",
    file: "src/lifecycle/start/start_record.ts",
    // A process that has just begun would wait where there is no record.
    edits: [[
      'return await recordRun(context, start, owner.id) ? { kind: "none" } : untold;',
      "context.clock.sleep(1_000).then(() => recordRun(context, start, owner.id)).catch(() => {});\n" +
      '  return { kind: "none" };',
    ], ["isOlder(context, created) ? maybeUnrecorded : untold", "untold"]],
  },
  {
    name: "a record that is missing is trusted",
    file: "src/lifecycle/start/start_record.ts",
    edits: [[
      "    if (!isNew(context, created)) return isOlder(context, created) ? maybeUnrecorded : untold;\n",
      "",
    ]],
  },
  {
    name: "a recorded run is not resumed",
    file: "src/lifecycle/start/start_record.ts",
    edits: [["openRun: run,", "openRun: undefined,"]],
  },
  {
    name: "what was left is unclaimed at once",
    file: "src/lifecycle/ownership/hand_over_time.ts",
    edits: [["handOverTime = 3_600_000", "handOverTime = 0"]],
  },
  {
    name: "another version is taken over",
    file: "src/lifecycle/ownership/adopt.ts",
    edits: [['if (predecessor.runs !== "same" || !isFree)', "if (!isFree)"]],
  },
  {
    name: "a take-over leaves the tags",
    file: "src/lifecycle/start/from_predecessor.ts",
    edits: [["    await moveTags(context, take, owner, asking);\n", ""]],
  },
  {
    name: "a task is left to any node",
    file: "src/driver/hand_over.ts",
    edits: [['taker === "unknown" || !taker.takesOver', 'taker === "unknown"']],
  },
  {
    name: "alloc stop is a drain",
    file: "src/nomad/stop_cause.ts",
    edits: [
      ['  if (!node.draining && !node.drained) return { kind: "alloc stop" };\n', ""],
      ['kind: node.draining ? "drain" : "drained", next', 'kind: "drain", next'],
    ],
  },
  {
    name: "forsaken tasks are left",
    file: "src/driver/forsaken.ts",
    edits: [["if (stops) lifecycle.stopForsaken", "if (stops === null) lifecycle.stopForsaken"]],
  },
  {
    name: "a disconnected node is down",
    file: "src/driver/forsaken.ts",
    edits: [['status !== "down"', 'status === "ready"']],
  },
  {
    name: "a wanted task is forsaken",
    file: "src/driver/need.ts",
    edits: [[
      '  if (isWanted(allocation)) return needed("Nomad wants its allocation to run");\n',
      "",
    ]],
  },
  {
    name: "the chain ends early",
    file: "src/nomad/documents.ts",
    edits: [[
      'return allocation.desiredStatus === "run" && !isOver',
      "return allocation.desiredStatus !== null && !isOver",
    ]],
  },
  {
    name: "ListTasks is trusted",
    file: "src/lifecycle/start/find_live.ts",
    edits: [['whose !== "foreign" && task.startedBy === index', "task !== whose"], [
      'whose === "own" && ',
      "",
    ]],
  },
  {
    name: "a stop does not ask who started it",
    file: "src/lifecycle/task/ask_for_stop.ts",
    edits: [['const isForeign = found === "foreign";', "const isForeign = found === null;"]],
  },
  {
    name: "a cluster that another account has not is gone",
    file: "src/lifecycle/watch/describe_batch.ts",
    edits: [["if (own !== account) {", "if (own === null) {"]],
  },
  {
    name: "a cluster that is gone is asked for for ever",
    file: "src/lifecycle/watch/describe_batch.ts",
    edits: [[
      '    deliver(list, entry, { kind: "no cluster" }, looks);',
      "    postpone(list, entry);",
    ]],
  },
  {
    name: "a drain is over before its last stops",
    file: "src/nomad/stop_cause.ts",
    edits: [["if (!node.draining && !node.drained)", "if (!node.draining)"]],
  },
  {
    name: "what stops right after a drain stops by it",
    file: "src/driver/hand_over.ts",
    edits: [['if (cause.kind !== "drain" && !await', 'if (cause.kind === "alloc stop" && !await']],
  },
  {
    name: "a foreign task is left",
    file: "src/driver/leave.ts",
    edits: [["!record.isLive() || !remote.isOwn()", "!record.isLive()"]],
  },
  {
    name: "a task is left though AWS does not take the tags",
    file: "src/driver/leave.ts",
    edits: [[
      '    return "to be stopped";\n  }\n  log.info("leaving',
      '  }\n  log.info("leaving',
    ]],
  },
  {
    name: "a task is left to another version",
    file: "src/driver/hand_over.ts",
    edits: [["!isToRun(next) || !runsTheSame(next, allocation)", "!isToRun(next)"]],
  },
  {
    name: "the chain has one link",
    file: "src/driver/predecessors.ts",
    // The rest of a chain would be found by its name.
    edits: [
      [
        "  while (id !== undefined && chain.length < longestChain) {",
        "  if (id !== undefined) {",
      ],
      [
        "  if (id !== undefined) return await chainAndNamesakes(api, own, chain, signal);\n",
        "  if (id !== undefined) return { chain, complete: true, certain: true };\n",
      ],
    ],
  },
  {
    name: "another Nomad's task is forgotten",
    file: "src/driver/need.ts",
    // A node that is known proves nothing by itself.
    edits: [
      ["if (!known.has(nodeId)) return", "if (known.size < 0) return"],
      ["if (ours.has(arn)) return true;", "if (ours.size >= 0) return true;"],
    ],
  },
  {
    name: "what was placed late replaces nothing",
    file: "src/driver/predecessors.ts",
    edits: [["chain.concat(found)", "[...chain]"]],
  },
];
