import { describeProblems } from "../../config/decode.ts";
import { matches } from "../../config/glob.ts";
import { shorten } from "../../config/show.ts";
import type { TaskConfig } from "../../config/task_config.ts";
import { problemsWith } from "./definition_fit.ts";
import type { DefinitionFacts } from "../definition/facts.ts";
import { choiceOfMain, mainContainer } from "../definition/main_container.ts";
import { LaunchError } from "../launch_error.ts";
import { type ContainerEnvironment, overridesOf } from "./run_task_input.ts";

type Env = Readonly<Record<string, string>>;

/** The variables that a task's container gets, and texts for the task's user. */
export type Preparation = {
  readonly environment: ContainerEnvironment | undefined;
  readonly notes: readonly string[];
};

/**
 * Checks a task against its definition, and chooses the container and the variables that it gets. Where
 * AWS does not let the driver describe the definition, ECS alone checks the task against it. Throws a
 * `LaunchError` for what ECS would refuse.
 */
export function prepare(
  config: TaskConfig,
  env: Env,
  definition: DefinitionFacts | undefined,
): Preparation {
  const problems = definition === undefined ? [] : problemsWith(config, definition, "config.task");
  if (problems.length > 0) throw new LaunchError(describeProblems(problems), false);
  const choice = config.container !== undefined || definition === undefined
    ? undefined
    : choiceOfMain(definition);
  const passed = passOn(config, env, definition);
  checkSize(config, passed.environment);
  return {
    environment: passed.environment,
    notes: choice === undefined ? passed.notes : [choice, ...passed.notes],
  };
}

/** Chooses the container and the variables that it gets. */
function passOn(
  config: TaskConfig,
  env: Env,
  definition: DefinitionFacts | undefined,
): Preparation {
  checkPatterns(config.pass_env, env);
  const passed = passedEnv(env, config.pass_env, lookedAtLimit);
  if (Object.keys(passed).length === 0) return { environment: undefined, notes: [] };
  const name = config.container ??
    (definition === undefined ? undefined : mainContainer(definition)?.container.name);
  if (name === undefined) {
    const why = "which container would get the task's environment is not known, as AWS does not " +
      "let this client describe the task definition; set config.task.container";
    if (config.pass_env !== undefined && config.pass_env.length > 0) {
      throw new LaunchError(
        `config.task.pass_env = ${shorten(JSON.stringify(config.pass_env), 200)}: ${why}`,
        false,
      );
    }
    return { environment: undefined, notes: [`No environment is passed on: ${why}`] };
  }
  checkLength(passed);
  // ECS refuses a variable that has the name of a secret. The definition's secret goes first.
  const secrets = new Set(
    definition?.containers.find((container) => container.name === name)?.secrets,
  );
  const values = Object.fromEntries(
    Object.entries(passed).filter(([variable]) => !secrets.has(variable)),
  );
  const hidden = Object.keys(passed).filter((variable) => secrets.has(variable));
  const own = Object.keys(values).filter(isJobs);
  return {
    environment: { container: name, values },
    notes: [
      ...(own.length === 0 ? [] : [
        `Container ${name} gets ${
          listed(own)
        }. Whoever may call DescribeTasks can read the values: ` +
        `give secrets to the container by ARN, with the task definition's secrets`,
      ]),
      ...(hidden.length === 0 ? [] : [
        `Container ${name} gets ${
          listed(hidden)
        } from its definition's secrets, and not from the ` +
        `task's environment`,
      ]),
    ],
  };
}

/** Most characters of variables' names in a note, and of one name in an error. */
const namesLimit = 2_000;
const nameLimit = 64;

function listed(names: readonly string[]): string {
  return shorten([...names].sort().join(", "), namesLimit);
}

/** Most characters that ECS takes of overrides as JSON. */
const overridesLimit = 8_192;
/** Variables that a refusal names. */
const namedVariables = 5;

/** A part of the overrides, and its characters. */
type Part = { readonly name: string; readonly length: number };

/**
 * Most characters of variables that are looked at one by one. It is far past what ECS takes, as some may
 * be left out for a secret of their name.
 */
const lookedAtLimit = 16 * overridesLimit;

/** Refuses variables of which there are too many to look at each: one thread serves all tasks. */
function checkLength(variables: Env): void {
  const parts = Object.entries(variables)
    .map(([name, value]) => ({ name, length: name.length + value.length }));
  if (parts.reduce((sum, { length }) => sum + length, 0) <= lookedAtLimit) return;
  throw tooLarge(`over ${lookedAtLimit}`, largestOf(parts));
}

/** Refuses overrides that are larger than ECS takes, and names the largest parts. */
function checkSize(config: TaskConfig, environment: ContainerEnvironment | undefined): void {
  const overrides = overridesOf(config, environment);
  const size = JSON.stringify(overrides).length;
  if (size <= overridesLimit) return;
  const parts = (overrides.containerOverrides ?? [])
    .flatMap(({ environment = [], command = [] }) => [
      ...environment.map(({ name = "", value = "" }) => ({
        name,
        length: name.length + value.length,
      })),
      { name: "command", length: command.join("").length },
    ]);
  throw tooLarge(String(size), largestOf(parts));
}

function largestOf(parts: readonly Part[]): Part[] {
  return parts.toSorted((a, b) => b.length - a.length).slice(0, namedVariables);
}

function tooLarge(size: string, largest: readonly Part[]): LaunchError {
  const named = largest.filter(({ length }) => length > 0)
    .map(({ name, length }) => `${shorten(name, nameLimit)} (${length})`)
    .join(", ");
  return new LaunchError(
    `config.task.overrides, with the environment that is passed on, must be at most ` +
      `${overridesLimit} characters of JSON; got ${size}. The largest parts are ${named}: pass ` +
      `fewer variables (config.task.pass_env), or put them in a file ` +
      `(config.task.overrides.container.environment_files)`,
    false,
  );
}

/**
 * The default of `pass_env`: the job's own variables, and those of Nomad's that tell which task this
 * is. Tokens and addresses for services of the client's host are not passed on.
 */
const defaultPassEnv: readonly string[] = [
  "*",
  "!NOMAD_*",
  "!VAULT_*",
  "!CONSUL_*",
  "NOMAD_ALLOC_ID",
  "NOMAD_ALLOC_NAME",
  "NOMAD_ALLOC_INDEX",
  "NOMAD_TASK_NAME",
  "NOMAD_GROUP_NAME",
  "NOMAD_JOB_ID",
  "NOMAD_JOB_NAME",
  "NOMAD_JOB_PARENT_ID",
  "NOMAD_NAMESPACE",
  "NOMAD_REGION",
  "NOMAD_DC",
];

/** Variables that name paths, sockets and groups of the client's host, which no container can reach. */
const local = new Set([
  "NOMAD_ALLOC_DIR",
  "NOMAD_TASK_DIR",
  "NOMAD_SECRETS_DIR",
  "NOMAD_UNIX_ADDR",
  "NOMAD_PARENT_CGROUP",
]);

/**
 * Most characters of patterns, multiplied by the characters of all variables' names. One thread serves
 * all tasks, and matching this much takes it about 50 ms at worst.
 */
const matchLimit = 10_000_000;

/** Refuses patterns that would take too long to match. Both sides come from jobspecs. */
function checkPatterns(globs: readonly string[] = defaultPassEnv, env: Env): void {
  const patterns = lengthOf(globs.filter(isPattern));
  const names = lengthOf(Object.keys(env));
  if (patterns * names <= matchLimit) return;
  throw new LaunchError(
    `config.task.pass_env must have fewer or shorter globs with * or ?: theirs are ${patterns} ` +
      `characters, for variables whose names are ${names}, and the product must be at most ` +
      `${matchLimit}`,
    false,
  );
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0);
}

function isPattern(glob: string): boolean {
  return /[*?]/.test(glob);
}

/**
 * The variables that a container gets. Of the globs that match a name, the last one decides. A glob
 * that begins with `!` excludes. Once they have more than `limit` characters, the rest are left out.
 */
export function passedEnv(
  env: Env,
  globs: readonly string[] = defaultPassEnv,
  limit = Infinity,
): Env {
  /** For each name that is written without * and ?, the index of its last glob. */
  const exact = new Map<string, number>();
  const patterns: { readonly glob: string; readonly index: number }[] = [];
  globs.forEach((text, index) => {
    const glob = text.replace(/^!/, "");
    if (isPattern(glob)) patterns.push({ glob, index });
    else exact.set(glob, index);
  });
  const isPassed = (name: string) => {
    const own = exact.get(name) ?? -1;
    const pattern = patterns.findLast(({ glob, index }) => index > own && matches(glob, name));
    const last = globs[pattern?.index ?? own];
    return last !== undefined && !last.startsWith("!");
  };
  const passed: Record<string, string> = {};
  let length = 0;
  // Most of them may be left out, so that a list of all entries would be made in vain.
  for (const name of Object.keys(env)) {
    const value = env[name];
    if (value === undefined || local.has(name) || !isPassed(name)) continue;
    passed[name] = value;
    length += name.length + value.length;
    if (length > limit) break;
  }
  return passed;
}

/** Whether a variable comes from the job, and not from Nomad. */
function isJobs(name: string): boolean {
  return !name.startsWith("NOMAD_");
}
