/**
 * `make hack`: leaves a Nomad running with the plugin, its tool and a simulated AWS, until Ctrl-C.
 *
 *     hack.ts --nomad /path/to/nomad [--job FILE]
 */
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { interruption, runApart, unless } from "./lib/process.ts";
import { createScreen, type Screen, standardOutput } from "./lib/screen.ts";
import { runLine } from "./lib/shell.ts";
import { type Stage, withStage } from "./lib/stage.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    nomad: { type: "string" },
    /** A jobspec that is run at once. */
    job: { type: "string" },
    /** Set for the run in a session of its own. */
    apart: { type: "boolean", default: false },
  },
});

if (values.nomad === undefined) refuse("usage: hack.ts --nomad /path/to/nomad [--job FILE]");
const job = values.job === undefined ? undefined : resolve(values.job);
if (job !== undefined && !await isFile(job)) {
  refuse(`JOB must be a jobspec's file; there is no ${job}`);
}
if (!values.apart) {
  Deno.exit(await runApart(import.meta.filename ?? "", [...Deno.args, "--apart"]));
}
const interrupted = interruption();
const screen = createScreen(standardOutput());

try {
  await withStage({ nomad: values.nomad, screen, interrupted }, async (stage) => {
    const variables = await writeVariables(stage);
    if (job !== undefined) await runJob(stage, screen, job);
    await tellWhatIsThere(stage, screen, variables);
    await unless(interrupted, new Promise<never>(() => {}));
  });
} catch (error) {
  if (error !== interrupted.reason) {
    screen.say(`Not all went as it should: ${error instanceof Error ? error.message : error}`);
    Deno.exit(1);
  }
  screen.say("Nothing is left.");
}
Deno.exit(0);

/** Runs a jobspec. Where Nomad refuses it, it can be mended and run again by hand. */
async function runJob({ shell }: Stage, screen: Screen, job: string): Promise<void> {
  const line = `nomad job run -detach ${quoted(job)}`;
  screen.chapter("Your job", job);
  screen.command(line);
  const { code, output } = await runLine(shell, line);
  screen.output(output.trimEnd());
  if (code !== 0) screen.say("Nomad does not take it. Mend the file, and run the command again.");
}

/** Says what runs, and how it is reached from another terminal. */
async function tellWhatIsThere(stage: Stage, screen: Screen, variables: string): Promise<void> {
  const { ecs, server, clients, shell } = stage;
  screen.chapter(
    "It is yours until Ctrl-C",
    "A real Nomad with two clients, and a simulated AWS. In another terminal:",
  );
  screen.command(`. ${variables}`);
  screen.command(`nomad job run ${job ?? `${shell.folder}/web.nomad.hcl`}`);
  screen.command("nomad-driver-ecs tasks --cluster nomad-remote-driver-demo --region us-east-1");
  screen.command(`curl ${ecs.endpoint}/_sim/tasks`);
  for (const client of clients) screen.command(`tail -f ${client.folder}/agent.log`);
  if (await hasUi(server.address)) screen.say(`Nomad's UI: ${server.address}/ui/`);
  else screen.say("This nomad was built without its UI. NOMAD=/path/to/nomad names another.");
}

/** Writes what a shell needs to reach all of it, and answers where. It goes with the stage. */
async function writeVariables({ server, shell }: Stage): Promise<string> {
  const path = `${dirname(server.folder)}/variables.sh`;
  const lines = Object.entries(shell.env).map(([name, value]) =>
    `export ${name}=${quoted(value)}\n`
  );
  await Deno.writeTextFile(path, lines.join(""), { mode: 0o600 });
  return path;
}

/** Whether a Nomad server has the web UI: builds without it answer with a text that says so. */
async function hasUi(address: string): Promise<boolean> {
  const text = await (await fetch(`${address}/ui/`)).text();
  return text.includes("ember") || text.includes("<script");
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function refuse(text: string): never {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
  Deno.exit(2);
}
