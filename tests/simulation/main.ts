/** `make simulate`: runs seeds of the simulation; a seed that fails is printed with its trace. */
import { parseArgs } from "node:util";
import { wholeNumber } from "../harness/options.ts";
import { simulate } from "./simulation.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    seeds: { type: "string", default: "2000" },
    from: { type: "string", default: "1" },
    trace: { type: "boolean", default: false },
    "fail-fast": { type: "boolean", default: false },
  },
});
const print = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
const from = wholeNumber("--from", values.from, 0);
const count = wholeNumber("--seeds", values.seeds, 1);
let failed = 0;
let steps = 0;
let ecsTasks = 0;
for (let seed = from; seed < from + count; seed++) {
  const result = await simulate(seed, values.trace ? "traced" : "quiet");
  steps += result.steps;
  ecsTasks += result.ecsTasks;
  if (values.trace) { for (const line of result.trace) print(line); }
  if (result.violations.length > 0) {
    failed += 1;
    print(`seed ${seed}: ${result.violations.join("; ")}`);
    if (values["fail-fast"]) Deno.exit(1);
    print(`  replay: make simulate FROM=${seed} SEEDS=1 TRACE=1`);
  }
  if ((seed - from + 1) % 500 === 0) print(`${seed - from + 1} seeds, ${failed} failed`);
}
print(`${steps} steps, ${ecsTasks} ECS tasks`);
print(`${count - failed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);
