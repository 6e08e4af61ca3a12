import process from "node:process";
import { hostileTasks, refusalOf } from "../harness/hostile_tasks.ts";

/*
 * How long each hostile task keeps the one thread that serves all tasks: CPU time from Nomad's msgpack
 * to the refusal, the second time that it is met, and the length of the refusal.
 */

/** Most milliseconds of CPU that one task may take. */
const aim = 100;

const print = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
let worst = 0;
for (const [name, hostile] of Object.entries(hostileTasks)) {
  const { task, env } = hostile();
  await refusalOf(task, env);
  const before = cpuMillis();
  const refusal = await refusalOf(task, env);
  const spent = cpuMillis() - before;
  worst = Math.max(worst, spent);
  print(
    `${spent.toFixed(0).padStart(6)} ms ${String(refusal.length).padStart(6)} characters  ${name}`,
  );
}
print(`worst: ${worst.toFixed(0)} ms of CPU; aim: ${aim} ms`);
Deno.exit(worst > aim ? 1 : 0);

function cpuMillis(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
