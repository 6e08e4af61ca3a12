/**
 * The command line that ECS Exec runs in the container. Session Manager gives a command a terminal and
 * nothing else: one stream, no exit status, no end of input. A shell in the container makes up for
 * that: it prints the exit status as a mark at the end, and without a terminal on the caller's side it
 * carries standard input, output and error as lines of base64.
 */

/** How the caller runs a command. */
export type ExecMode =
  /** On a terminal: bytes as they are. */
  | "terminal"
  /** Without: three streams of clean bytes. */
  | "pipes";

/** What surrounds a mark. A control character that no base64 and hardly a program prints. */
export const markSign = "\x1e";
/** The line that ends standard input. No base64 has it. */
export const endOfInput = ".";

/** Programs that the container needs for commands without a terminal, besides `sh`. */
export const neededPrograms = ["stty", "dd", "base64", "sed"] as const;

/**
 * The text for ExecuteCommand, which splits it as a shell does but runs no shell (google/shlex).
 * `command` has at least the program.
 */
export function commandLine(command: readonly string[], mode: ExecMode): string {
  const script = mode === "terminal" ? terminalScript : pipesScript;
  return ["sh", "-c", script, "sh", ...command].map(quoted).join(" ");
}

/** A word that google/shlex, and a shell, read as it is. */
export function quoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Runs the command where it is, then tells its status. */
const terminalScript = `"$@"; printf '\\036x%s\\036' "$?"`;

/*
 * Marks: `m` programs that are missing, `r` ready for input, `x` the exit status. Lines of output begin
 * with `o` or `e` for its stream. base64 wraps its lines at 76 characters, so that each is one write to
 * the terminal, which another stream's line cannot split. dd reads what is there, without waiting for
 * more. Descriptor 3 is the command's standard error, 4 takes its status past the pipes, 5 is the
 * terminal's output and 6 its input.
 */
const pipesScript = [
  `m=`,
  `for p in ${neededPrograms.join(" ")}`,
  `do command -v "$p" >/dev/null 2>&1 || m="$m $p"`,
  `done`,
  `if [ -n "$m" ]; then printf '\\036m%s\\036' "$m"; exit 127; fi`,
  `stty raw -echo 2>/dev/null`,
  `exec 5>&1 6<&0`,
  `printf '\\036r\\036' >&5`,
  `input() { while IFS= read -r l && [ "$l" != ${endOfInput} ]; do printf %s "$l" | base64 -d; done; }`,
  `output() { while c=$(dd bs=49152 count=1 2>/dev/null | base64) && [ -n "$c" ]`,
  `do printf '%s\\n' "$c" | sed "s/^/$1/"`,
  `done; }`,
  `input <&6 | {`,
  `s=$({ { { "$@" 4>&- 5>&- 6<&-; echo "$?" >&4; } 2>&3 | output o >&5; } 3>&1 | output e >&5; } 4>&1)`,
  `printf '\\036x%s\\036' "$s" >&5`,
  `}`,
].join("\n");
