/**
 * What the program does for a person who starts it: the command line, and one file for each command.
 * `main.ts` loads this room only where no Nomad agent started the program.
 *
 * @module
 */
import { Command, CommanderError } from "commander";
import { EcsError } from "../aws/error.ts";
import { features } from "../aws/permissions.ts";
import { NomadError } from "../nomad/error.ts";
import { errorInWords, regionFix } from "./advice.ts";
import { doctor } from "./doctor.ts";
import { exec } from "./exec.ts";
import { CliError, exitCodes } from "./exit_codes.ts";
import { Ended, type Host } from "./host.ts";
import { iamPolicy } from "./iam_policy.ts";
import { logs } from "./logs.ts";
import { commonOptions } from "./options.ts";
import { hasColours, printError } from "./style.ts";
import { stopOrphans } from "./stop_orphans.ts";
import { tasks } from "./tasks.ts";
import { validate } from "./validate.ts";

const name = "nomad-driver-ecs";
const withFeatures = [
  "--with <features...>",
  `more features; all are ${Object.keys(features).join(", ")}`,
] as const;
const withoutFeatures = ["--without <features...>", "features that no job uses"] as const;

/** Carries a command line out. Resolves to the exit status; see `exit_codes.ts`. */
export async function runCli(host: Host, args: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const pending: Promise<void>[] = [];
  const program = programOf(host, pending, (code) => exitCode = code);
  try {
    if (args.length === 0) program.help({ error: true });
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    exitCode = await exitCodeOf(host, program, error);
  }
  try {
    await Promise.all(pending);
  } catch (error) {
    exitCode = await exitCodeOf(host, program, error);
  }
  return exitCode;
}

/** Takes the exit status that a command has ended with. */
type Done = (exitCode: number) => void;

function programOf(
  host: Host,
  pending: Promise<void>[],
  done: Done,
): Command {
  const { stdout, stderr, environment, version } = host;
  const program = new Command(name)
    .description(
      "A Nomad task driver that runs tasks on Amazon ECS, and a tool to look after them.",
    )
    .version(`${name} ${version}`, "-v, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help for a command")
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => void pending.push(stdout.write(text)),
      writeErr: (text) => void pending.push(stderr.write(text)),
      getOutHasColors: () => hasColours(stdout, environment),
      getErrHasColors: () => hasColours(stderr, environment),
    })
    .addHelpText("after", `\n${aboutPlugin}`);

  addSurveys(program, host, done);
  addChecks(program, host, done);
  addTaskCommands(program, host, done);
  addPolicy(program, host, done);
  return program;
}

/** The commands about all ECS tasks of a cluster. */
function addSurveys(program: Command, host: Host, done: Done): void {
  command(
    program,
    "tasks",
    "list a cluster's ECS tasks: whose each is, and whether it is an orphan",
    [
      "tasks --cluster prod",
      "tasks --config plugin.json --watch",
      "tasks --cluster prod --json | jq '.tasks[] | select(.orphan == \"yes\")'",
    ],
  )
    .option("--watch", "look again every 5 seconds")
    .action(async (options) => done(await tasks(host, options)));

  command(
    program,
    "stop-orphans",
    "list the ECS tasks that nobody needs, and stop them with --yes",
    [
      "stop-orphans --config plugin.json",
      "stop-orphans --config plugin.json --yes",
    ],
  )
    .option("--yes", "stop them")
    .action(async (options) => done(await stopOrphans(host, options)));
}

/** The commands that check what the start of a task needs. */
function addChecks(program: Command, host: Host, done: Done): void {
  command(program, "doctor", "check each prerequisite of the driver, and say how to meet it", [
    "doctor --config plugin.json",
    "doctor --cluster prod --definition web --task 0123456789abcdef0123456789abcdef",
    "doctor --config plugin.json --json | jq '.checks[] | select(.status == \"fail\")'",
  ])
    .option("--task <id>", "ECS task that commands are to run in")
    .option("--definition <name>", "task definition that jobs run")
    .option("--namespace <name>", "Nomad namespace of the jobs", "default")
    .option(...withFeatures)
    .option(...withoutFeatures)
    .action(async (options) => done(await doctor(host, options)));

  command(
    program,
    "validate <file>",
    "check a job, or a task definition, against all that is checked before a start",
    [
      "validate job.json --config plugin.json",
      "validate task-definition.json",
    ],
    "nomad job run -output writes a jobspec as the JSON that is read here.",
  )
    .option("--aws", "describe the task definitions that tasks name, and check against them")
    .action(async (file, options) => done(await validate(host, file, options)));
}

/** The commands about one ECS task. */
function addTaskCommands(program: Command, host: Host, done: Done): void {
  command(
    program,
    "logs <task>",
    "print what the containers of an ECS task print, by ARN or id",
    [
      "logs --cluster prod 0123456789abcdef0123456789abcdef --follow --tail 20",
      "logs --cluster prod 0123456789abcdef0123456789abcdef --definition web:7",
    ],
    "Lines come from CloudWatch Logs, container after container; with --tail in the order of their times.",
  )
    .option("--container <name>", "of this container only")
    .option("-f, --follow", "go on until the task has ended")
    .option("-n, --tail <lines>", "begin with the newest lines")
    .option("--since <duration>", "begin this long ago, as 30s, 5m or 1h30m")
    .option("--definition <name>", "task definition of a task that ECS does not know any more")
    .action(async (task, options) => done(await logs(host, task, options)));

  command(
    program,
    "exec <task> <command...>",
    "run a command in a container of an ECS task, by ARN or id",
    [
      "exec --cluster prod 0123456789abcdef0123456789abcdef sh",
      "exec --json arn:aws:ecs:us-east-1:123456789012:task/prod/0123… -- ps -ef",
    ],
    "The exit status is the command's own.",
  )
    .option("--container <name>", "container (else the main one of the task definition)")
    .option("-t, --tty", "use a terminal (else where standard input and output are one)")
    .option("-T, --no-tty", "use none")
    .passThroughOptions()
    .action(async (task, words, options) => done(await exec(host, task, words, options)));
}

/** The command that prints what AWS must allow. */
function addPolicy(program: Command, host: Host, done: Done): void {
  command(program, "iam-policy", "print the least IAM policy for the features in use", [
    "iam-policy --config plugin.json --account 123456789012 --family 'web-*'",
    "iam-policy --cluster prod --without definitions public-address",
  ])
    .option("--account <id>", "AWS account (else that of the cluster's ARN, or *)")
    .option("--partition <name>", "AWS partition (else that of the cluster or the region)")
    .option("--family <globs...>", "families of task definitions that jobs may run (else *)")
    .option("--pass-role <arns...>", "task and execution roles of those (else *)")
    .option("--assumable-role <arns...>", "roles that jobspecs name as assume_role")
    .option("--kms-key <arns...>", "keys that the cluster encrypts sessions with")
    .option("--log-group <names...>", "log groups of containers (else log_group, or *)")
    .option(...withFeatures)
    .option(...withoutFeatures)
    .action(async (options) => done(await iamPolicy(host, options)));
}

function command(
  program: Command,
  usage: string,
  text: string,
  examples: readonly string[],
  more = "",
): Command {
  const made = program.command(usage).description(text);
  for (const [flags, meaning] of commonOptions) made.option(flags, meaning);
  const lines = examples.map((example) => `  ${name} ${example}\n`).join("");
  return made.addHelpText("after", `\n${more === "" ? "" : `${more}\n\n`}Examples:\n${lines}`);
}

/** Tells the person what went wrong, and answers the exit status of it. */
async function exitCodeOf(host: Host, program: Command, error: unknown): Promise<number> {
  const { aborted, reason } = host.signal;
  if (aborted) return reason instanceof Ended ? reason.exitCode : exitCodes.interrupted;
  // Commander has printed its own errors; help and version are such an "error" too, with code 0.
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
  const wantsJson = program.commands.some((command) => command.opts()["json"] === true);
  const { text, exitCode, stack } = told(error);
  await printError(host, { text, exitStatus: exitCode, as: wantsJson ? "JSON" : "text" });
  // A fault of the program's own: its place helps whoever mends it.
  if (stack !== undefined) await host.stderr.write(`${stack}\n`);
  return exitCode;
}

/** What is told of an error. */
type Told = { readonly text: string; readonly exitCode: number; readonly stack?: string };

function told(error: unknown): Told {
  if (error instanceof CliError) return { text: error.message, exitCode: error.exitCode };
  if (error instanceof EcsError && error.kind === "no_region") {
    return { text: `no region: ${regionFix}`, exitCode: exitCodes.usage };
  }
  if (error instanceof EcsError || error instanceof NomadError) {
    return { text: errorInWords(error), exitCode: exitCodes.unanswered };
  }
  const { message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  return { text: message, exitCode: exitCodes.unanswered, stack };
}

const aboutPlugin =
  `As a plugin this file is started by a Nomad agent. Put it into the agent's plugin_dir
and name it in the agent's configuration:

  plugin "${name}" {
    config {
      enabled = true
      cluster = "my-cluster"
      region  = "us-east-1"
    }
  }

Exit status: 0 done, 1 something is wrong, 2 the command line is wrong, 3 no usable answer of AWS or
Nomad, 130 interrupted, 129 and 143 ended by SIGHUP and SIGTERM.
`;
