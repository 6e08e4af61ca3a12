/** `make soak`: storms of failing calls against plugin processes, and what became of their tasks. */
import { parseArgs } from "node:util";
import { faultModes } from "../../demo/simulator/state/faults.ts";
import { numberWithin, wholeNumber } from "../harness/options.ts";
import { measureStorms, type StormResult } from "./fault_storm.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    tasks: { type: "string", default: "1000" },
    seconds: { type: "string", default: "60" },
    parallel: { type: "string", default: "4" },
    rates: { type: "string", default: "0.05,0.2,0.5,1" },
  },
});
const print = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
const began = performance.now();
const parallel = wholeNumber("--parallel", values.parallel, 1);
const tasks = wholeNumber("--tasks", values.tasks, 1);
const seconds = wholeNumber("--seconds", values.seconds, 1);
const rates = values.rates.split(",").map((rate) => numberWithin("--rates", rate, 0, 1));
const storms = Array.from({ length: parallel }, (_, worker) => ({
  tasks,
  modes: faultModes.filter((_, at) => at % parallel === worker),
  seconds,
  rates,
  onResult: (result: StormResult) => {
    const { mode, rate, tasks, reportedDead, leftAfterStop, doubled } = result;
    print(
      `${mode.padEnd(20)}${String(rate * 100).padStart(4)}%  ${tasks} tasks: ` +
        `${reportedDead} reported dead, ${leftAfterStop} left, ${doubled} doubled`,
    );
  },
}));
const results = (await Promise.all(storms.map(measureStorms))).flat();
print(`${results.length} storms in ${Math.round((performance.now() - began) / 60_000)} min`);
const bad = results.filter(({ reportedDead, leftAfterStop, doubled }) =>
  reportedDead + leftAfterStop + doubled > 0
);
print(`${results.length - bad.length} passed, ${bad.length} failed`);
Deno.exit(bad.length === 0 ? 0 : 1);
