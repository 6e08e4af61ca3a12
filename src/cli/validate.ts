/** `validate`: all that is checked before a start, for the tasks of a job or for a task definition. */
import { within } from "../clock.ts";
import { EcsError } from "../aws/error.ts";
import { describeProblems } from "../config/decode.ts";
import { readTaskConfig } from "../config/mod.ts";
import type { PluginConfig } from "../config/plugin_config.ts";
import { clusterOf } from "../driver/searched_clusters.ts";
import type { Settings } from "../driver/settings.ts";
import { checkDefinition, type CheckedTask, LaunchError } from "../lifecycle/lifecycle.ts";
import { exitCodes } from "./exit_codes.ts";
import type { Host } from "./host.ts";
import { type JobTask, readJobFile } from "./job_file.ts";
import { type CommonOptions, readText, settingsOf } from "./options.ts";
import { type Session, withSession } from "./session.ts";
import { hasColours, painterOf, printable } from "./style.ts";

/** What was found of one task, or of a definition. */
export type Finding = {
  /** `<group>/<task>`, or the family. */
  readonly name: string;
  /** A line each: the path, and what is wrong there. */
  readonly problems: readonly string[];
  /** What the task's user would be told at the start, and what could not be checked. */
  readonly notes: readonly string[];
};

/** Milliseconds for the description of one task definition. */
const describeTime = 20_000;

/** Prints what is wrong with a file. Resolves to 1 where something is. */
export async function validate(
  host: Host,
  path: string,
  options: CommonOptions & { readonly aws?: boolean },
): Promise<number> {
  const settings = await settingsOf(host, options);
  const file = readJobFile(await readText(host.readFile, path), path);
  const findings = await withSession(host, settings, async (session) => {
    if (file.kind === "definition") {
      return [await findingOfDefinition(file.text, settings.config)];
    }
    const found: Finding[] = [];
    for (const task of file.tasks) {
      found.push(await findingOfTask(host, session, task, settings, options));
    }
    return found;
  });
  await host.stdout.write(
    options.json === true
      ? JSON.stringify({ file: path, findings }, undefined, 2) + "\n"
      : findings.map((finding) => textOf(host, finding)).join(""),
  );
  const isRight = findings.every(({ problems }) => problems.length === 0);
  return isRight ? exitCodes.ok : exitCodes.found;
}

async function findingOfTask(
  host: Host,
  { lifecycle }: Session,
  task: JobTask,
  { config: plugin }: Settings,
  { aws, config }: CommonOptions & { readonly aws?: boolean },
): Promise<Finding> {
  const { name, unknown, env, resources, hasVariables } = task;
  const notes = [
    ...(config === undefined
      ? ["checked without the defaults of a plugin block: see --config"]
      : []),
    ...(hasVariables
      ? ["it has ${...}, which a Nomad client fills in: values with it are not checked"]
      : []),
  ];
  const misspelled = unknown.map((at) => `${at} is no option of the driver`);
  const decoded = readTaskConfig(task.config, plugin);
  if (decoded.kind === "invalid") {
    const problems = linesOf(describeProblems(decoded.problems));
    return withoutVariables({ name, problems: [...misspelled, ...problems], notes });
  }
  const cluster = clusterOf({ ...decoded.value, profile: plugin.profile });
  const nowhere = cluster === undefined && config !== undefined
    ? ["config.task.cluster must be set, as the plugin block names no cluster"]
    : [];
  const asks = aws === true && cluster !== undefined ? "describes definitions" : "asks nobody";
  const target = decoded.value.task_definition ?? "";
  const late = () =>
    new EcsError("unavailable", `ECS DescribeTaskDefinition ${target}`, "no answer in time");
  const checked = await problemsOf(() =>
    within(
      { clock: host.clock, ms: describeTime, late, signal: host.signal },
      (signal) =>
        lifecycle.check(
          cluster ?? { name: "", region: plugin.region },
          { config: decoded.value, env, resources },
          asks,
          signal,
        ),
    )
  );
  return withoutVariables({
    name,
    problems: [...misspelled, ...nowhere, ...checked.problems],
    notes: [...notes, ...checked.task === undefined ? [] : notesOf(checked.task, target)],
  });
}

/** What is wrong with a value that a Nomad client has yet to fill in may be right once it has. */
function withoutVariables({ name, problems, notes }: Finding): Finding {
  const isOpen = (line: string) => line.includes("${");
  return {
    name,
    problems: problems.filter((line) => !isOpen(line)),
    notes: [...notes, ...problems.filter(isOpen).map((line) => `not checked: ${line}`)],
  };
}

function notesOf({ definition, notes }: CheckedTask, target: string): readonly string[] {
  switch (definition) {
    case "the jobspec's":
    case "described":
      return notes;
    case "not described":
      return [...notes, `it is not checked against task definition ${target}: see --aws`];
  }
}

/** Checks a definition alone. What runs it is not known, so the task around it asks for no launch type. */
async function findingOfDefinition(text: string, plugin: PluginConfig): Promise<Finding> {
  const task = (launchType: string) => ({
    task: { definition_json: text, launch_type: launchType },
  });
  const read = readTaskConfig(task("NONE"), plugin);
  const json = read.kind === "ok" ? read.value.definition_json : undefined;
  const name = typeof json?.["family"] === "string" ? json["family"] : "the definition";
  const isExternal = JSON.stringify(json?.["requiresCompatibilities"]) === '["EXTERNAL"]';
  const decoded = isExternal ? readTaskConfig(task("EXTERNAL"), plugin) : read;
  if (decoded.kind === "invalid") {
    return { name, problems: linesOf(describeProblems(decoded.problems)).map(inFile), notes: [] };
  }
  const resources = { cpu: 0, memory: 0 };
  const checked = await problemsOf(() => checkDefinition({ config: decoded.value, resources }));
  return {
    name,
    problems: checked.problems.map(inFile),
    notes: (checked.task ?? []).map(inFile),
  };
}

/** Runs a check. What ECS would refuse is its problems; any other error is the caller's. */
async function problemsOf<T>(
  check: () => Promise<T>,
): Promise<{ readonly problems: readonly string[]; readonly task: T | undefined }> {
  try {
    return { problems: [], task: await check() };
  } catch (error) {
    if (error instanceof LaunchError) {
      return { problems: linesOf(error.message), task: undefined };
    }
    throw error;
  }
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

/** A path as it stands in a file that is the definition itself. */
function inFile(line: string): string {
  return line.replaceAll("config.task.definition_json.", "")
    .replaceAll("config.task.definition_json", "the definition");
}

function textOf({ stdout, environment }: Host, { name, problems, notes }: Finding): string {
  const paint = painterOf(hasColours(stdout, environment));
  const verdict = problems.length === 0 ? paint("green", "ok") : paint("red", "wrong");
  return [
    `${verdict}  ${printable(name)}`,
    ...problems.map((line) => `  ${printable(line)}`),
    ...notes.map((line) => `  ${paint("dim", `note: ${printable(line)}`)}`),
  ].map((line) => `${line}\n`).join("");
}
