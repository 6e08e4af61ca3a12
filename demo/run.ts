/**
 * `make demo`: what the driver does, in chapters, on a real Nomad and a simulated AWS.
 *
 *     run.ts --nomad /path/to/nomad [--chapter NAME]... [--list] [--record FILE]
 */
import { parseArgs } from "node:util";
import { type Chapter, chapters } from "./chapters/mod.ts";
import { interruption, runApart } from "./lib/process.ts";
import { createScreen, standardOutput } from "./lib/screen.ts";
import { speed, withStage } from "./lib/stage.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    nomad: { type: "string" },
    chapter: { type: "string", multiple: true, default: [] },
    list: { type: "boolean", default: false },
    /** A file that takes what is written to a terminal of 88 columns, with its times. */
    record: { type: "string" },
    /** Set for the run in a session of its own. */
    apart: { type: "boolean", default: false },
  },
});

/** Columns of the terminal that a recording is made for. */
const recordedColumns = 88;

if (values.list) {
  for (const { name, title, about, apart } of chapters) {
    const alone = apart === undefined ? "" : ` (Not in the whole run: ${apart}.)`;
    print(`${name.padEnd(8)} ${title}. ${about}${alone}`);
  }
  Deno.exit(0);
}
const chosen = choose(values.chapter.flatMap((names) => names.split(/[ ,]+/)).filter(Boolean));
if (values.nomad === undefined) throw new Error("usage: run.ts --nomad /path/to/nomad");
if (!values.apart) {
  Deno.exit(await runApart(import.meta.filename ?? "", [...Deno.args, "--apart"]));
}
Deno.exit(await tell(values.nomad, chosen));

/** The chapters of these names, in the order of the demo; without names, those of the whole run. */
function choose(names: readonly string[]): readonly Chapter[] {
  for (const name of names) {
    if (chapters.some((chapter) => chapter.name === name)) continue;
    const known = chapters.map((chapter) => chapter.name).join(", ");
    print(`CHAPTER must be one or more of ${known}; got "${name}"`);
    Deno.exit(2);
  }
  return chapters.filter(({ name, apart }) =>
    names.length === 0 ? apart === undefined : names.includes(name)
  );
}

/** Plays chapters. Answers the exit code. */
async function tell(nomad: string, chosen: readonly Chapter[]): Promise<number> {
  const interrupted = interruption();
  const { record } = values;
  const screen = createScreen(
    standardOutput(
      record === undefined ? {} : {
        columns: recordedColumns,
        record: (at, text) =>
          Deno.writeTextFileSync(record, JSON.stringify([at, text]) + "\n", { append: true }),
      },
    ),
  );
  const started = performance.now();
  screen.say(
    `Nomad is real. AWS is simulated, ${speed} times as fast, and its containers are processes of ` +
      "this machine. Every command below is run as it stands.",
  );
  try {
    await withStage({ nomad, screen, interrupted }, async (stage) => {
      screen.command(`export NOMAD_ADDR=${stage.server.address}; cd demo/nomad`);
      for (const { title, about, play } of chosen) {
        interrupted.throwIfAborted();
        screen.chapter(title, about);
        await play(stage);
      }
    });
    const seconds = Math.round((performance.now() - started) / 1_000);
    const held = chosen.length === 1 ? "The chapter holds" : `All ${chosen.length} chapters hold`;
    screen.found(`${held}, in ${seconds} s.`);
    screen.say(
      "To try it yourself: make hack leaves all of this running. docs/getting-started.md goes on.",
    );
    return 0;
  } catch (error) {
    if (error === interrupted.reason) {
      screen.say("Interrupted. Nothing is left.");
      return 130;
    }
    screen.say(`Not all went as it should: ${error instanceof Error ? error.message : error}`);
    return 1;
  }
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
}
