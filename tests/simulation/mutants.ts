/**
 * `make mutants`: breaks the driver on purpose in ten places, one at a time, and shows that the
 * simulation notices each:
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
 */
import { dirname } from "node:path";

type Mutant = { name: string; file: string; edits: [string, string][] };

const mutants: Mutant[] = [
  {
    name: "no client token",
    file: "src/lifecycle/run_task_input.ts",
    edits: [["    clientToken: clientToken(owner.taskId),\n", ""]],
  },
  {
    name: "no look for a live ECS task",
    file: "src/lifecycle/start.ts",
    edits: [["if (live?.taskArn !== undefined)", "if (live?.taskArn === null)"]],
  },
  {
    name: "one MISSING answer is an end",
    file: "src/lifecycle/tracking.ts",
    edits: [["missingGrace = 60_000", "missingGrace = 0"], [
      "missingTimes = 3",
      "missingTimes = 1",
    ]],
  },
  {
    name: "a failed DescribeTasks is MISSING",
    file: "src/lifecycle/watcher.ts",
    edits: [[
      "postpone(entry, quickInterval);\n      }\n    }",
      "postpone(entry, quickInterval);\n" +
      '        for (const tell of entry.listeners) tell({ kind: "missing" });\n      }\n    }',
    ]],
  },
  {
    name: "a failed stop is not tried again",
    file: "src/lifecycle/remote_task.ts",
    edits: [['      return "retry" as const;', '      return "give up" as const;']],
  },
  {
    name: "a stop is answered too early",
    file: "src/lifecycle/remote_task.ts",
    edits: [["return request.acknowledged\n", "return !request.acknowledged || true\n"]],
  },
  {
    name: "on its way down is ended",
    file: "src/lifecycle/tracking.ts",
    edits: [['snapshot.lastStatus !== "STOPPED"', 'snapshot.desiredStatus !== "STOPPED"']],
  },
  {
    name: "a start does not wait for a stop",
    file: "src/lifecycle/start.ts",
    edits: [["if (pending === undefined) return;", "if (pending !== null) return;"]],
  },
  {
    name: "the tags stay behind",
    file: "src/lifecycle/remote_task.ts",
    edits: [["    if (!agree) {", "    if (agree === null) {"]],
  },
  {
    name: "orphans are left",
    file: "src/driver/orphans.ts",
    edits: [["if (stops) lifecycle.stopOrphan(ref, nodeId);", ""]],
  },
];

const seeds = Deno.args[0] ?? "1500";
const root = new URL("../../", import.meta.url).pathname;
const print = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
let survivors = 0;
for (const mutant of mutants) {
  const folder = await Deno.makeTempDir();
  try {
    await apply(mutant, folder);
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-check",
        "-A",
        "tests/simulation/main.ts",
        "--seeds",
        seeds,
        "--fail-fast",
      ],
      cwd: folder,
      stderr: "null",
    }).output();
    const found = new TextDecoder().decode(stdout).split("\n").find((line) => /^seed/.test(line));
    if (code === 0 || found === undefined) survivors += 1;
    print(`${code === 0 ? "NOT CAUGHT" : "caught"}: ${mutant.name}: ${found ?? "no seed noticed"}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
print(`${mutants.length - survivors} passed, ${survivors} failed`);
Deno.exit(survivors === 0 ? 0 : 1);

async function apply({ file, edits, name }: Mutant, folder: string): Promise<void> {
  for (const part of ["src", "demo/ecs", "tests", "deno.json", "deno.lock"]) {
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
