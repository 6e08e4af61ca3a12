import { freePort } from "../../demo/lib/free_port.ts";
import { systemClock } from "../../src/clock.ts";
import { percentile } from "./handshake.ts";
import { measureLoad } from "./load.ts";

/** What the same load costs, by the medians of its rounds. */
export type LoadCost = {
  /** Share of one core while all tasks were at rest. */
  readonly restingCpu: number;
  readonly rssMb: number;
  /** Milliseconds from a start to its answer. */
  readonly startP50: number;
  /** Milliseconds from exec to handshake. */
  readonly handshake: number;
  /** Calls to AWS that the plugin's own metrics told of in a round; 0 where it served none. */
  readonly metered: number;
};

/** A load with metrics off and on, in turns in one run, so that both find the same machine. */
export type TelemetryCost = {
  readonly tasks: number;
  readonly seconds: number;
  readonly off: LoadCost;
  readonly on: LoadCost;
};

/** Milliseconds between two looks at the metrics: Prometheus's usual interval. */
const scrapeInterval = 15_000;

/** Runs the load in turns with metrics off and on. */
export async function measureTelemetry(
  { tasks, seconds, rounds }: { tasks: number; seconds: number; rounds: number },
): Promise<TelemetryCost> {
  const costs: { readonly off: LoadCost[]; readonly on: LoadCost[] } = { off: [], on: [] };
  for (let round = 0; round < rounds; round++) {
    // The first of two finds a colder machine: each is first as often as the other.
    for (const kind of round % 2 === 0 ? ["off", "on"] as const : ["on", "off"] as const) {
      costs[kind].push(await measureRound(kind, { tasks, seconds }));
    }
  }
  return { tasks, seconds, off: medianOf(costs.off), on: medianOf(costs.on) };
}

async function measureRound(
  metrics: "off" | "on",
  { tasks, seconds }: { tasks: number; seconds: number },
): Promise<LoadCost> {
  const port = freePort();
  const over = new AbortController();
  const scraped = scrape(port, over.signal);
  const load = await measureLoad({
    tasks,
    watchSeconds: seconds,
    readsPerSecond: 20,
    exits: 0,
    block: metrics === "off" ? {} : { telemetry: { prometheus_port: port } },
  }).finally(() => over.abort());
  const { restingCpu, rssMb, startP50, handshake } = load;
  return { restingCpu, rssMb, startP50, handshake, metered: await scraped };
}

/** Reads the metrics as Prometheus does until the signal aborts. Resolves to the calls that they told of last. */
async function scrape(port: number, signal: AbortSignal): Promise<number> {
  let metered = 0;
  while (!signal.aborted) {
    const text = await fetch(`http://127.0.0.1:${port}/metrics`, { signal })
      .then((response) => response.text())
      .catch(() => "");
    const counts = [...text.matchAll(/^nomad_driver_ecs_aws_calls_total\{[^}]*\} (\d+)$/gm)];
    metered = counts.reduce((sum, [, count]) => sum + Number(count), 0) || metered;
    await systemClock.sleep(scrapeInterval, signal);
  }
  return metered;
}

function medianOf(rounds: readonly LoadCost[]): LoadCost {
  const median = (pick: (cost: LoadCost) => number) => percentile(rounds.map(pick), 50);
  return {
    restingCpu: median(({ restingCpu }) => restingCpu),
    rssMb: median(({ rssMb }) => rssMb),
    startP50: median(({ startP50 }) => startP50),
    handshake: median(({ handshake }) => handshake),
    metered: median(({ metered }) => metered),
  };
}

/** The costs as lines of text, those with metrics off as multiples of those with metrics on. */
export function describeTelemetry({ tasks, seconds, off, on }: TelemetryCost): string {
  const rows: [string, (cost: LoadCost) => number, number][] = [
    ["CPU at rest, % of a core", ({ restingCpu }) => restingCpu * 100, 2],
    ["RSS, MB", ({ rssMb }) => rssMb, 0],
    ["start p50, ms", ({ startP50 }) => startP50, 0],
    ["handshake, ms", ({ handshake }) => handshake, 0],
  ];
  const lines = rows.map(([what, pick, digits]) =>
    `${what.padEnd(36)}${pick(off).toFixed(digits)}  |  ${pick(on).toFixed(digits)}  |  ` +
    (pick(off) / pick(on)).toFixed(2)
  );
  return [`${tasks} tasks, ${seconds} s at rest: metrics off  |  on  |  off / on`, ...lines]
    .join("\n");
}
