import type { EcsTask, TaskContainer } from "./model.ts";

/** What a container has printed: the last `outputLimit` characters of each stream. */
export type Output = { stdout: string; stderr: string };

/** Characters kept of each stream of a container. */
const outputLimit = 64 * 1_024;
const signals: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/** Runs the commands of containers as local processes. */
export type ContainerRunner = {
  start(task: EcsTask): void;
  terminate(task: EcsTask): void;
  output(task: EcsTask): Record<string, Output>;
  /** Ends every process; resolves when all are gone. */
  close(): Promise<void>;
};

/**
 * Makes a runner. A container with a command runs as a process in a session of its own, so that a
 * signal reaches its children too. A container without a command stays up until it is told to stop,
 * as if the image had a server in it. `speed` divides the time between SIGTERM and SIGKILL.
 */
export function createContainerRunner(
  { exited, speed }: {
    exited: (task: EcsTask, container: string, exitCode: number) => void;
    speed: () => number;
  },
): ContainerRunner {
  type Running = { process: Deno.ChildProcess | undefined; output: Output; done: Promise<void> };
  const running = new Map<string, Map<string, Running>>();
  const timers = new Set<ReturnType<typeof setTimeout>>();

  const startOne = (task: EcsTask, { definition }: TaskContainer): Running => {
    const output: Output = { stdout: "", stderr: "" };
    const [command, ...args] = definition.command;
    if (command === undefined) return { process: undefined, output, done: Promise.resolve() };
    let process: Deno.ChildProcess;
    try {
      process = new Deno.Command("setsid", {
        args: ["--wait", command, ...args],
        clearEnv: true,
        env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: "/", ...definition.environment },
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
    } catch (error) {
      output.stderr = `cannot run ${command}: ${error}`;
      // The exit code of a shell that does not find a command.
      exited(task, definition.name, 127);
      return { process: undefined, output, done: Promise.resolve() };
    }
    const done = Promise.all([
      process.status,
      collect(process.stdout, (text) => output.stdout = keep(output.stdout + text)),
      collect(process.stderr, (text) => output.stderr = keep(output.stderr + text)),
    ]).then(([status]) => {
      const signal = status.signal === null ? 0 : 128 + (signals[status.signal] ?? 0);
      exited(task, definition.name, signal === 0 ? status.code : signal);
    });
    return { process, output, done };
  };

  const signalGroup = ({ process }: Running, signal: Deno.Signal) => {
    if (process === undefined) return;
    // After setsid the process leads a group. A negative id names the group.
    for (const pid of [-process.pid, process.pid]) {
      try {
        Deno.kill(pid, signal);
        return;
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound) && !(error instanceof TypeError)) throw error;
      }
    }
  };

  return {
    start: (task) => {
      const containers = new Map<string, Running>();
      running.set(task.arn, containers);
      for (const container of task.containers) {
        containers.set(container.definition.name, startOne(task, container));
      }
    },
    terminate: (task) => {
      for (const container of task.containers) {
        const { name, stopTimeout } = container.definition;
        const one = running.get(task.arn)?.get(name);
        if (container.exitCode !== undefined) continue;
        if (one?.process === undefined) {
          exited(task, name, 143);
          continue;
        }
        signalGroup(one, "SIGTERM");
        const timer = setTimeout(() => {
          timers.delete(timer);
          if (container.exitCode === undefined) signalGroup(one, "SIGKILL");
        }, stopTimeout * 1_000 / speed());
        timers.add(timer);
      }
    },
    output: (task) =>
      Object.fromEntries(
        [...running.get(task.arn) ?? []].map(([name, { output }]) => [name, output]),
      ),
    close: async () => {
      for (const timer of timers) clearTimeout(timer);
      const all = [...running.values()].flatMap((containers) => [...containers.values()]);
      for (const one of all) signalGroup(one, "SIGKILL");
      await Promise.all(all.map(({ done }) => done));
    },
  };
}

async function collect(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (text: string) => void,
): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) take(text);
}

function keep(text: string): string {
  return text.length > outputLimit ? text.slice(-outputLimit) : text;
}
