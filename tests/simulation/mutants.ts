/**
 * `make mutants`: breaks the driver on purpose in thirty places, one at a time, and shows that the
 * simulation notices each, and nothing where nothing is broken:
 *
 *  1. RunTask carries no client token, so a retry is a second task.
 *  2. A start does not look for the ECS task that a lost handle left.
 *  3. One MISSING answer ends a task.
 *  4. A failed DescribeTasks counts as MISSING.
 *  5. A stop that fails is not tried again.
 *  6. A stop is answered as done before ECS has acknowledged it.
 *  7. A task that is on its way down counts as ended.
 *  8. A start does not wait for the stop of an earlier ECS task.
 *  9. The ownership tags do not move with a task that is handed over.
 * 10. Orphans are not stopped.
 * 11. An empty answer is believed.
 * 12. A call may take for ever.
 * 13. A stop does not ask whose the ECS task is by now.
 * 14. A task counts as the agent's once a start was answered.
 * 15. An exit code is that of a container that was killed.
 * 16. A start does not wait for the stop of its allocation's ECS task that counted as an orphan.
 * 17. A start is put on record only once ECS has been asked for its task.
 * 18. A start counts as the first where no record of another can be found.
 * 19. A run that is on record is not resumed.
 * 20. A task that was left counts as unclaimed by its own node at once.
 * 21. A start takes over the task of another version of the job.
 * 22. A take-over does not move the ownership tags.
 * 23. A task is left to a node that takes nothing over.
 * 24. `nomad alloc stop` counts as a drain.
 * 25. Forsaken tasks are not stopped.
 * 26. A disconnected node counts as down.
 * 27. A task is forsaken though Nomad wants its allocation.
 * 28. The chain of predecessors ends at one that is still being stopped.
 * 29. What ListTasks names for an allocation is taken for the allocation's.
 * 30. A stop does not ask who started the ECS task.
 */
import { dirname } from "node:path";

type Mutant = { name: string; file: string; edits: [string, string][] };

const mutants: Mutant[] = [
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
    file: "src/lifecycle/lasting.ts",
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
    file: "src/lifecycle/task/stop.ts",
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
    file: "src/lifecycle/ownership/books.ts",
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
    file: "src/lifecycle/task/stop.ts",
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
    edits: [[
      "    await write(context, start, owner.id);\n",
      "    context.clock.sleep(1_000).then(() => write(context, start, owner.id)).catch(() => {});\n",
    ]],
  },
  {
    name: "a record that is missing is trusted",
    file: "src/lifecycle/start/start_record.ts",
    edits: [["    if (!await isNew(context, allocDir)) return untold;\n", ""]],
  },
  {
    name: "a recorded run is not resumed",
    file: "src/lifecycle/start/start_record.ts",
    edits: [["openRun: run,", "openRun: undefined,"]],
  },
  {
    name: "what was left is unclaimed at once",
    file: "src/lifecycle/ownership/ledger.ts",
    edits: [["handOverTime = 3_600_000", "handOverTime = 0"]],
  },
  {
    name: "another version is taken over",
    file: "src/lifecycle/ownership/adopt.ts",
    edits: [['return predecessor.runs === "same" && (', "return ("]],
  },
  {
    name: "a take-over leaves the tags",
    file: "src/lifecycle/start/launch.ts",
    edits: [["  await moveTags(context, take, owner, asking);\n", ""]],
  },
  {
    name: "a task is left to any node",
    file: "src/driver/hand_over.ts",
    edits: [['taker === "unknown" || !taker.takesOver', 'taker === "unknown"']],
  },
  {
    name: "alloc stop is a drain",
    file: "src/nomad/stop_cause.ts",
    edits: [['  if (!node.draining) return { kind: "alloc stop" };\n', ""]],
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
    file: "src/driver/forsaken.ts",
    edits: [["  if (!isOver) return false;\n", ""]],
  },
  {
    name: "the chain ends early",
    file: "src/driver/hand_over.ts",
    edits: [[
      'return desiredStatus === "run" && !isOver',
      "return desiredStatus !== null && !isOver",
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
    file: "src/lifecycle/task/stop.ts",
    edits: [['const isForeign = found === "foreign";', "const isForeign = found === null;"]],
  },
];
/** The driver as it is, which the simulation must find nothing wrong with. */
const control: Mutant = { name: "nothing is broken", file: "main.ts", edits: [] };

const [seeds = "4000", only = ""] = Deno.args;
const chosen = mutants.filter(({ name }) => name.includes(only));
const root = new URL("../../", import.meta.url).pathname;
const print = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
const unbroken = await noticed(control);
print(`${control.name}: ${unbroken ?? "no seed noticed"}`);
let survivors = unbroken === undefined ? 0 : 1;
for (const mutant of chosen) {
  const found = await noticed(mutant);
  if (found === undefined) survivors += 1;
  print(`${found === undefined ? "NOT CAUGHT" : "caught"}: ${mutant.name}: ${found ?? ""}`);
}
print(`${chosen.length + 1 - survivors} passed, ${survivors} failed`);
Deno.exit(survivors === 0 ? 0 : 1);

/** The first violation that the simulation of a mutant shows, if any. */
async function noticed(mutant: Mutant): Promise<string | undefined> {
  const folder = await Deno.makeTempDir();
  try {
    await apply(mutant, folder);
    const args = ["run", "--no-check", "-A", "tests/simulation/main.ts", "--fail-fast"];
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...args, "--seeds", seeds],
      cwd: folder,
    }).output();
    const found = new TextDecoder().decode(stdout).split("\n").find((line) => /^seed/.test(line));
    if (code === 0 || found !== undefined) return found;
    throw new Error(
      `the simulation of "${mutant.name}" crashed: ${new TextDecoder().decode(stderr)}`,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function apply({ file, edits, name }: Mutant, folder: string): Promise<void> {
  for (const part of ["src", "demo/simulator", "tests", "main.ts", "deno.json", "deno.lock"]) {
    await Deno.mkdir(dirname(`${folder}/${part}`), { recursive: true });
    const copied = await new Deno.Command("cp", {
      args: ["-r", `${root}${part}`, `${folder}/${part}`],
    })
      .output();
    if (!copied.success) throw new Error(`cannot copy ${part}`);
  }
  let text = await Deno.readTextFile(`${folder}/${file}`);
  for (const [from, to] of edits) {
    if (!text.includes(from)) throw new Error(`mutant "${name}": ${file} has no ${from}`);
    text = text.replace(from, to);
  }
  await Deno.writeTextFile(`${folder}/${file}`, text);
}
