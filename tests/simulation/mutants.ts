/**
 * `make mutants`: breaks the driver on purpose in 46 places, one at a time, and shows that the
 * simulations notice each, and nothing where nothing is broken. By `make simulate`:
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
 * 17. A start is put on record only once ECS has been asked for its task, and a missing record is no reason to wait.
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
 * 31. A cluster that does not exist in another account than the task's is gone.
 * 32. A cluster that does not exist any more is asked for for ever.
 * 33. A drain that has ended is none for what it stops last.
 * 34. What is stopped right after a drain counts as stopped by it.
 * 35. A foreign task is tagged as left.
 * 36. A task is left although AWS does not take the tags.
 * 37. A task is left to an allocation of another version of the job.
 * 38. The chain of predecessors has one link, and the rest is not looked for by its name.
 * 39. A task of another Nomad counts as forgotten by this one, without a proof that it was this one's.
 * 40. An allocation that was placed late replaces none.
 *
 * By `make starts`:
 *
 * 41. A run that an earlier start left open is forgotten for a predecessor's task.
 * 42. A task counts as met by a start that was given up while it read the record.
 * 43. A start that was given up before it knew of earlier ones puts on record that no run is open.
 * 44. A failed start's record is cleared before the stop of its ECS task is acknowledged.
 * 45. A failed start's record is cleared at the plugin's end, which ends the asking for that stop.
 * 46. A directory counts as new where the wall clock was behind when the plugin began.
 */
import { dirname } from "node:path";
import { refuse, wholeNumber } from "../harness/options.ts";
import { type Mutant, mutants } from "./mutant_table.ts";
import { startsMutants } from "./starts/mutant_table.ts";
import { fileURLToPath } from "node:url";

/** The driver as it is, which the simulation must find nothing wrong with. */
const control: Mutant = { name: "nothing is broken", file: "main.ts", edits: [] };

/** The simulations, each with the mutants that it must notice. */
const hunts = [
  { simulation: "tests/simulation/main.ts", mutants },
  { simulation: "tests/simulation/starts/main.ts", mutants: startsMutants },
];

const [seeds = "4000", only = ""] = Deno.args;
wholeNumber("the number of seeds", seeds, 1);
const chosen = hunts
  .map((hunt) => ({ ...hunt, mutants: hunt.mutants.filter(({ name }) => name.includes(only)) }))
  .filter((hunt) => hunt.mutants.length > 0);
if (chosen.length === 0) refuse(`no mutant has "${only}" in its name`);
const root = fileURLToPath(new URL("../../", import.meta.url));
const print = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
let passed = 0;
let survivors = 0;
for (const { simulation, mutants } of chosen) {
  const unbroken = await noticed(control, simulation);
  if (unbroken === undefined) passed += 1;
  else survivors += 1;
  print(`${simulation}: ${control.name}: ${unbroken ?? "no seed noticed"}`);
  for (const mutant of mutants) {
    const found = await noticed(mutant, simulation);
    if (found === undefined) survivors += 1;
    else passed += 1;
    print(`${found === undefined ? "NOT CAUGHT" : "caught"}: ${mutant.name}: ${found ?? ""}`);
  }
}
print(`${passed} passed, ${survivors} failed`);
Deno.exit(survivors === 0 ? 0 : 1);

/** The first violation that a simulation of a mutant shows, if any. */
async function noticed(mutant: Mutant, simulation: string): Promise<string | undefined> {
  const folder = await Deno.makeTempDir();
  try {
    await apply(mutant, folder);
    await checkNames(mutant, folder);
    const args = ["run", "--no-check", "-A", simulation, "--fail-fast"];
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

/** Rejects where a mutant uses a name that is not there: it would fail, and not break what it is to break. */
async function checkNames({ file, name }: Mutant, folder: string): Promise<void> {
  const { stderr } = await new Deno.Command(Deno.execPath(), { args: ["check", file], cwd: folder })
    .output();
  const text = new TextDecoder().decode(stderr);
  // Other errors are what a mutant is about, such as a comparison that never holds.
  if (text.includes("TS2304")) throw new Error(`mutant "${name}" uses an unknown name: ${text}`);
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
