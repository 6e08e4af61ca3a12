/** Runs a simulated ECS as a process of its own. Prints its address as a JSON line, then serves. */
import { parseArgs } from "node:util";
import { demoPreset } from "./preset.ts";
import { noQuotas, readQuotas } from "./state/quotas.ts";
import { fargatePace } from "./state/pace.ts";
import { startSimulator } from "./start.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    port: { type: "string", default: "0" },
    speed: { type: "string", default: "1" },
    seed: { type: "string", default: "1" },
    quotas: { type: "string", default: "aws" },
    images: { type: "string" },
    missing: { type: "string" },
  },
});
const port = Number(values.port);
if (!/^[0-9]+$/.test(values.port) || port > 65_535) {
  refuse(`--port must be a whole number from 0 to 65535; got "${values.port}"`);
}
const speed = Number(values.speed);
if (!(speed > 0)) refuse(`--speed must be a number above 0; got "${values.speed}"`);
const seed = Number(values.seed);
if (!Number.isSafeInteger(seed)) refuse(`--seed must be a whole number; got "${values.seed}"`);
const missing = Number(values.missing ?? fargatePace.consistency);
if (values.missing === "" || !(missing >= 0)) {
  refuse(`--missing must be a number of milliseconds, 0 or more; got "${values.missing}"`);
}
if (values.quotas !== "aws" && values.quotas !== "none") {
  refuse(`--quotas must be aws or none; got "${values.quotas}"`);
}

const { endpoint, stop } = await startSimulator({
  port,
  speed,
  seed,
  quotas: readQuotas(values.quotas, noQuotas),
  presets: [demoPreset],
  pace: { consistency: missing },
  ...(values.images === undefined ? {} : { images: values.images }),
});
const end = async () => {
  await stop();
  Deno.exit(0);
};
Deno.addSignalListener("SIGTERM", end);
Deno.addSignalListener("SIGINT", end);
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify({ endpoint }) + "\n"));

function refuse(text: string): never {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
  Deno.exit(2);
}
