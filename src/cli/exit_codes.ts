/** The exit statuses of all commands. `docs/tool.md` has the same table. */
export const exitCodes = {
  /** The command did what it was asked to, and found nothing wrong. */
  ok: 0,
  /** The command found something wrong: a check that fails, a problem in a file, a task left running. */
  found: 1,
  /** The command line or a file that it names cannot be used. Nothing was done. */
  usage: 2,
  /** AWS or Nomad gave no usable answer. */
  unanswered: 3,
  /** The person ended the command: 128 and the signal's number, as a shell has it. */
  interrupted: 130,
  hungUp: 129,
  terminated: 143,
} as const;

/** A command that cannot go on, with the exit status that says why. */
export class CliError extends Error {
  override readonly name = "CliError";
  constructor(
    message: string,
    readonly exitCode: number = exitCodes.usage,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
