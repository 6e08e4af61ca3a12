/** Runs a simulated ECS as a process of its own. Prints its address as a JSON line, then serves. */
import { parseArgs } from "node:util";
import { demoPreset } from "./preset.ts";
import { noQuotas, readQuotas } from "./state/quotas.ts";
import { startSimulator } from "./start.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    port: { type: "string", default: "0" },
    speed: { type: "string", default: "1" },
    seed: { type: "string", default: "1" },
    quotas: { type: "string", default: "aws" },
    images: { type: "string" },
  },
});
const { endpoint, stop } = await startSimulator({
  port: Number(values.port),
  speed: Number(values.speed),
  seed: Number(values.seed),
  quotas: readQuotas(values.quotas, noQuotas),
  presets: [demoPreset],
  ...(values.images === undefined ? {} : { images: values.images }),
});
const end = async () => {
  await stop();
  Deno.exit(0);
};
Deno.addSignalListener("SIGTERM", end);
Deno.addSignalListener("SIGINT", end);
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify({ endpoint }) + "\n"));
