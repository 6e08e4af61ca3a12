/** The program's answer to a person: a text, the stream it goes to, and the exit status. */
export type CliResult = { output: string; stream: "stdout" | "stderr"; exitCode: number };

/** Answers the command line. Without arguments the help is an error: nothing was done. */
export function cli(args: readonly string[], version: string): CliResult {
  const [first, ...rest] = args;
  if (rest.length === 0 && (first === "--version" || first === "-v")) {
    return { output: `nomad-driver-ecs ${version}\n`, stream: "stdout", exitCode: 0 };
  }
  if (rest.length === 0 && (first === "--help" || first === "-h")) {
    return { output: help(version), stream: "stdout", exitCode: 0 };
  }
  if (first === undefined) return { output: help(version), stream: "stderr", exitCode: 1 };
  const complaint = `nomad-driver-ecs: unknown arguments: ${args.join(" ")}\n\n`;
  return { output: complaint + help(version), stream: "stderr", exitCode: 2 };
}

function help(version: string): string {
  return `nomad-driver-ecs ${version}: a Nomad task driver that runs tasks on Amazon ECS

This is a plugin: a Nomad agent starts it. Put the file into the agent's plugin_dir
and name it in the agent's configuration:

  plugin "nomad-driver-ecs" {
    config {
      enabled = true
      cluster = "my-cluster"
      region  = "us-east-1"
    }
  }

  --version  print the version
  --help     print this
`;
}
