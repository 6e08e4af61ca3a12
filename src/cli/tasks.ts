/** `tasks`: the ECS tasks of a cluster that our drivers have started, and whose they are. */
import type { ClusterRef } from "../aws/cluster_ref.ts";
import { count } from "../config/show.ts";
import type { SurveyedTask } from "../lifecycle/lifecycle.ts";
import { exitCodes } from "./exit_codes.ts";
import type { Host } from "./host.ts";
import { lookAgain } from "./looks.ts";
import { type CommonOptions, requiredCluster, settingsOf } from "./options.ts";
import { type Session, withSession } from "./session.ts";
import { type Cell, type Colour, hasColours, painterOf, spanOf, tableOf } from "./style.ts";
import { type NomadView, type Verdict, verdictsOn, viewOf } from "./verdict.ts";

/** One ECS task, as `--json` prints it. */
export type TaskRow = {
  readonly arn: string;
  readonly namespace: string;
  readonly job: string;
  readonly group: string;
  readonly task: string;
  readonly allocation: string;
  readonly node: string;
  /** Status of the node in Nomad; null where Nomad was not asked or does not know the node. */
  readonly nodeStatus: string | null;
  /** Whole seconds since ECS made the task; null where ECS does not tell. */
  readonly age: number | null;
  readonly status: string;
  readonly taskDefinition: string;
  readonly keeper: string | null;
  readonly orphan: Verdict["orphan"];
  readonly why: string;
};

/** A row, and the task as it was found. */
export type Surveyed = { readonly row: TaskRow; readonly task: SurveyedTask };

/** Milliseconds between two looks of `--watch`. */
const watchInterval = 5_000;

/** Prints the tasks of a cluster once, or with `--watch` until the person ends it. */
export async function tasks(
  host: Host,
  options: CommonOptions & { readonly watch?: boolean },
): Promise<number> {
  const settings = await settingsOf(host, options);
  const cluster = requiredCluster(settings.config);
  return await withSession(host, settings, async (session) => {
    const clears = options.watch === true && options.json !== true && host.stdout.isTerminal;
    const look = async () => {
      const { surveyed, view } = await survey(host, session, cluster, host.signal);
      const rows = surveyed.map(({ row }) => row);
      const text = options.json === true
        ? jsonOf(cluster, rows, options.watch === true ? "in one line" : "indented")
        : textOf(host, cluster, rows);
      // Moves to the corner, writes over what is there, and clears the rest (ECMA-48).
      await host.stdout.write(clears ? `\x1b[H${text.replaceAll("\n", "\x1b[K\n")}\x1b[J` : text);
      return view;
    };
    const view = await look();
    if (options.watch !== true) {
      // The tasks are told all the same, but not what was asked of Nomad.
      if (view.kind === "failed") throw view.error;
      return exitCodes.ok;
    }
    for (;;) {
      await host.clock.sleep(watchInterval, host.signal);
      host.signal.throwIfAborted();
      await lookAgain(host, async () => void await look());
    }
  });
}

/** What was found at one look. */
export type Survey = {
  /** Sorted by job, group, task and allocation. */
  readonly surveyed: readonly Surveyed[];
  readonly view: NomadView;
};

/** The tasks with what Nomad says of them. Rejects with an `EcsError`, or with the signal's reason. */
export async function survey(
  { clock }: Pick<Host, "clock">,
  { lifecycle, nomad }: Session,
  cluster: ClusterRef,
  signal: AbortSignal,
): Promise<Survey> {
  const [found, view] = await Promise.all([
    lifecycle.survey(cluster, signal),
    viewOf(nomad, signal),
  ]);
  const now = clock.now();
  const verdicts = await verdictsOn(found, view, signal);
  const surveyed = found.flatMap((task, at) => {
    const verdict = verdicts[at];
    return verdict === undefined ? [] : [{ row: rowOf(task, verdict, view, now), task }];
  }).toSorted(({ row: one }, { row: other }) => keyOf(one) < keyOf(other) ? -1 : 1);
  return { surveyed, view };
}

function keyOf({ namespace, job, group, task, allocation, arn }: TaskRow): string {
  return [namespace, job, group, task, allocation, arn].join("\0");
}

function rowOf(
  { described, tagged }: SurveyedTask,
  { orphan, why, keeper }: Verdict,
  view: NomadView,
  now: number,
): TaskRow {
  const { taskArn: arn, lastStatus = "", createdAt, taskDefinitionArn = "" } = described;
  const owner = tagged?.owner;
  const node = owner?.nodeId ?? "";
  return {
    arn,
    namespace: owner?.namespace ?? "",
    job: owner?.jobId ?? "",
    group: owner?.group ?? "",
    task: owner?.name ?? "",
    allocation: owner?.allocId ?? "",
    node,
    nodeStatus: (view.kind === "answers" ? view.nodes.get(node)?.status : undefined) ?? null,
    age: createdAt === undefined ? null : Math.floor((now - createdAt.getTime()) / 1_000),
    status: lastStatus,
    taskDefinition: taskDefinitionArn.split("/").at(-1) ?? "",
    keeper: keeper ?? null,
    orphan,
    why,
  };
}

function jsonOf(
  cluster: ClusterRef,
  rows: readonly TaskRow[],
  form: "in one line" | "indented",
): string {
  const document = { cluster: cluster.name, region: cluster.region ?? null, tasks: rows };
  return JSON.stringify(document, undefined, form === "indented" ? 2 : undefined) + "\n";
}

/** The rows as a table, with a line that counts them. */
export function textOf(
  { stdout, environment }: Pick<Host, "stdout" | "environment">,
  cluster: ClusterRef,
  rows: readonly TaskRow[],
): string {
  const those = (orphan: TaskRow["orphan"]) => rows.filter((row) => row.orphan === orphan).length;
  const sum = `${count(rows.length, "ECS task", "ECS tasks")} in cluster ${cluster.name}: ` +
    `${count(those("yes"), "orphan", "orphans")}, ${those("unknown")} unknown\n`;
  if (rows.length === 0) return sum;
  const paint = painterOf(hasColours(stdout, environment));
  return tableOf(titles, rows.map(cellsOf), paint) + sum;
}

const titles = [
  "JOB",
  "TASK",
  "ALLOC",
  "NODE",
  "AGE",
  "STATUS",
  "ECS TASK",
  "KEEPER",
  "ORPHAN",
  "WHY",
];

const colours: { readonly [O in TaskRow["orphan"]]: Colour } = {
  yes: "red",
  no: "green",
  unknown: "yellow",
};

function cellsOf(row: TaskRow): Cell[] {
  const job = row.namespace === "default" || row.namespace === ""
    ? row.job
    : `${row.job} (${row.namespace})`;
  return [
    job || "-",
    row.group === "" ? row.task || "-" : `${row.group}/${row.task}`,
    row.allocation.slice(0, 8) || "-",
    [row.node.slice(0, 8) || "-", row.nodeStatus].filter((part) => part !== null).join(" "),
    row.age === null ? "-" : spanOf(row.age * 1_000),
    row.status,
    row.arn.split("/").at(-1) ?? "",
    row.keeper ?? "-",
    { text: row.orphan, colour: colours[row.orphan] },
    row.why,
  ];
}
