/**
 * `make fuzz`: gives a real plugin process inputs that nobody means to send, of each kind the fixed
 * ones first, and looks after each at what must hold whatever comes in: the plugin lives, no task of
 * others is reported ended, none is doubled or left, and no secret leaves the plugin.
 */
import { parseArgs } from "node:util";
import { oneOf, wholeNumber } from "../harness/options.ts";
import { answers } from "./answers.ts";
import { configurations } from "./configurations.ts";
import { handles } from "./handles.ts";
import type { Kind } from "./kind.ts";
import { rawFrames } from "./raw_frames.ts";
import { rpcSequences } from "./rpc_sequences.ts";
import { openSite, type Site } from "./site.ts";

const kinds: readonly Kind[] = [configurations, handles, rpcSequences, rawFrames, answers];

const { values } = parseArgs({
  args: Deno.args,
  options: {
    /** Of which kind alone; all without. */
    kind: { type: "string" },
    /** How many times the inputs of a quick run. */
    times: { type: "string", default: "1" },
    /** How many inputs of each kind, in place of those. */
    runs: { type: "string" },
    /** The first seed. */
    from: { type: "string", default: "1" },
    /** Leaves out the fixed inputs. */
    "seeds-only": { type: "boolean", default: false },
  },
});
const print = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
const from = wholeNumber("--from", values.from, 0);
const times = wholeNumber("--times", values.times, 1);
const runsOfEach = values.runs === undefined ? undefined : wholeNumber("--runs", values.runs, 0);
const names = kinds.map(({ name }) => name);
const only = values.kind === undefined ? undefined : oneOf("--kind", values.kind, names);
const counts: string[] = [];
let passed = 0;
let failed = 0;

for (const kind of kinds) {
  if (only !== undefined && only !== kind.name) continue;
  const runs = runsOfEach ?? kind.quick * times;
  const fixed = values["seeds-only"] ? [] : kind.fixed;
  let site = await openSite();
  const tell = async (input: string, replay: string, run: (site: Site) => Promise<void>) => {
    await run(site).catch((error) => site.wrong(`the fuzzer failed: ${error.stack}`));
    const wrong = await site.violations();
    if (wrong.length === 0) {
      passed += 1;
      return;
    }
    failed += 1;
    print(`${kind.name}, ${input}:`);
    for (const text of new Set(wrong)) print(`  ${text.slice(0, 600)}`);
    print(`  replay: make fuzz ARGS="--kind ${kind.name} ${replay}"`);
    await site.close();
    site = await openSite();
  };
  const began = performance.now();
  for (const { name, run } of fixed) await tell(name, "--runs 0", run);
  for (let seed = from; seed < from + runs; seed++) {
    await tell(
      `seed ${seed}${kind.describe === undefined ? "" : ` (${kind.describe(seed)})`}`,
      `--seeds-only --runs 1 --from ${seed}`,
      (site) => kind.run(site, seed),
    );
  }
  for (const text of await kind.afterwards?.(site) ?? []) {
    failed += 1;
    print(`${kind.name}, afterwards: ${text}`);
  }
  const rssMb = await site.memory().catch(() => NaN);
  await site.close();
  const seconds = ((performance.now() - began) / 1_000).toFixed(0);
  counts.push(
    `${fixed.length + runs} of ${kind.name} (${fixed.length} fixed, ${seconds} s, the plugin at ` +
      `${rssMb.toFixed(0)} MB)`,
  );
}
print(`inputs: ${counts.join(", ")}`);
print(`${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);
