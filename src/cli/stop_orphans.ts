/** `stop-orphans`: the ECS tasks of a cluster that nobody needs, as Nomad proves it, and their stop. */
import { EcsError } from "../aws/error.ts";
import { count } from "../config/show.ts";
import type { OthersTask, StopOutcome } from "../lifecycle/lifecycle.ts";
import { errorInWords } from "./advice.ts";
import { CliError, exitCodes } from "./exit_codes.ts";
import type { Host } from "./host.ts";
import { type CommonOptions, requiredCluster, settingsOf } from "./options.ts";
import { type Session, withSession } from "./session.ts";
import { hasColours, painterOf, printable } from "./style.ts";
import { survey, type TaskRow, textOf } from "./tasks.ts";
import { verdictOn, viewOf } from "./verdict.ts";

/** What became of one orphan. */
type Stopped =
  | StopOutcome
  /** ECS refused the stop, or did not answer. */
  | { readonly kind: "failed"; readonly why: string };

/** An orphan, as `--json` prints it. */
type OrphanRow = TaskRow & {
  /** `found` without `--yes`. */
  readonly outcome: "found" | "asked" | "not asked" | "failed";
  readonly outcomeWhy: string | null;
};

/** Stops orphans with `--yes`, and lists them without it. Resolves to 1 where one was left running. */
export async function stopOrphans(
  host: Host,
  options: CommonOptions & { readonly yes?: boolean },
): Promise<number> {
  const settings = await settingsOf(host, options);
  const cluster = requiredCluster(settings.config);
  return await withSession(host, settings, async (session) => {
    if (session.nomad === undefined) {
      throw new CliError(
        "only Nomad can prove an orphan: use --nomad-address, NOMAD_ADDR, or a nomad block in --config",
      );
    }
    const { surveyed, view } = await survey(host, session, cluster, host.signal);
    if (view.kind === "failed") throw view.error;
    const orphans = surveyed.filter(({ row }) => row.orphan === "yes");
    const unknown = surveyed.filter(({ row }) => row.orphan === "unknown").length;
    const rows: OrphanRow[] = [];
    for (const { row, task: { tagged } } of orphans) {
      const stopped = options.yes === true && tagged !== undefined
        ? await stopOne(host, session, tagged)
        : undefined;
      rows.push({
        ...row,
        outcome: stopped?.kind ?? "found",
        outcomeWhy: stopped === undefined || stopped.kind === "asked" ? null : stopped.why,
      });
    }
    await host.stdout.write(
      options.json === true
        ? JSON.stringify({ cluster: cluster.name, orphans: rows, unknown }, undefined, 2) + "\n"
        : textOf(host, cluster, rows) + outcomesOf(host, rows, unknown),
    );
    const failed = rows.some(({ outcome }) => outcome === "failed");
    return failed ? exitCodes.found : exitCodes.ok;
  });
}

/** Asks Nomad again, as a look at thousands of tasks takes a while, and then ECS. */
async function stopOne(
  { signal }: Host,
  { lifecycle, nomad }: Session,
  task: OthersTask,
): Promise<Stopped> {
  const view = await viewOf(nomad, signal);
  const verdict = await verdictOn(task, view, signal);
  if (verdict.orphan !== "yes") return { kind: "not asked", why: verdict.why };
  try {
    return await lifecycle.stopUnchanged(task, `Nomad: ${verdict.why}`, signal);
  } catch (error) {
    if (error instanceof EcsError) return { kind: "failed", why: errorInWords(error) };
    throw error;
  }
}

function outcomesOf(
  { stdout, environment }: Host,
  rows: readonly OrphanRow[],
  unknown: number,
): string {
  const paint = painterOf(hasColours(stdout, environment));
  const those = (outcome: OrphanRow["outcome"]) =>
    rows.filter((row) => row.outcome === outcome).length;
  const lines = rows.flatMap(({ arn, outcome, outcomeWhy }) =>
    outcomeWhy === null ? [] : [`${printable(arn)} was ${outcome}: ${printable(outcomeWhy)}`]
  );
  if (those("found") > 0) lines.push(paint("bold", "Nothing was stopped. --yes stops these."));
  if (those("asked") > 0) lines.push(`ECS stops ${those("asked")} of them.`);
  if (unknown > 0) {
    const left = count(unknown, "task is", "tasks are");
    lines.push(`${left} left alone, as nobody can prove whether they are needed: see tasks.`);
  }
  return lines.map((line) => `${line}\n`).join("");
}
