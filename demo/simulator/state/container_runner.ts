import { watchHealth } from "./health.ts";
import { type LocalProcess, startProcess } from "./local_process.ts";
import type { Usage } from "../insights/sample.ts";
import { usageBySession } from "./process_usage.ts";
import type { EcsTask, Health, HealthCheck, TaskContainer } from "./model.ts";

/** What a container has printed: the last `outputLimit` characters of each stream. */
export type Output = { stdout: string; stderr: string };

/** Characters kept of each stream of a container. */
const outputLimit = 64 * 1_024;

/** Runs the commands of containers as local processes. */
export type ContainerRunner = {
  start(task: EcsTask, container: TaskContainer): void;
  /** Sends SIGTERM, and SIGKILL after the container's `stopTimeout`. */
  terminate(task: EcsTask, container: TaskContainer): void;
  /** Sends a signal to a container's first process alone. */
  signal(container: TaskContainer, signal: Deno.Signal): void;
  /** Sends SIGKILL. */
  kill(container: TaskContainer): void;
  /** What containers have used since they were measured before, or since their start. */
  measure(containers: readonly TaskContainer[]): Usage[];
  /** The output of a task's containers, by name. */
  output(task: EcsTask): Record<string, Output>;
  /** Ends every process. Resolves when all are gone. */
  close(): Promise<void>;
};

/** What the runner reports of containers. */
export type ContainerEvents = {
  exited(task: EcsTask, container: string, exitCode: number): void;
  healthChanged(task: EcsTask, container: string, health: Health): void;
  printed(container: TaskContainer, output: "stdout" | "stderr", text: string): void;
};

type Running = {
  readonly process: LocalProcess | undefined;
  readonly output: Output;
  readonly done: Promise<unknown>;
  /** Aborts when the container has ended. */
  readonly ended: AbortController;
  /** Processor time of the container's processes, and when it was read, in milliseconds. */
  measured: { cpuMs: number; at: number };
};

/** What a container's process finds around it. */
export type Surroundings = {
  /**
   * The program of an image and its arguments. Undefined: the image has no program here, and a
   * container of it without a command only idles.
   */
  entrypoint(image: string): readonly string[] | undefined;
  /** Variables that ECS adds to a container's own. */
  variables(task: EcsTask, container: TaskContainer): Readonly<Record<string, string>>;
};

/**
 * Makes a runner. A container with a command runs as a process in a session of its own, so that a
 * signal reaches its children too. A container without a command stays up until it is told to stop,
 * as if the image had a server in it. `speed` divides the time between SIGTERM and SIGKILL, and
 * between two health checks.
 */
export function createContainerRunner(
  { exited, healthChanged, printed, speed, entrypoint, variables }:
    & ContainerEvents
    & Surroundings
    & { speed: () => number },
): ContainerRunner {
  const running = new Map<TaskContainer, Running>();

  const sleep = (seconds: number, ended: AbortSignal) =>
    new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        ended.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, seconds * 1_000 / speed());
      ended.addEventListener("abort", end);
      if (ended.aborted) end();
    });

  const environmentOf = (task: EcsTask, container: TaskContainer) => ({
    ...variables(task, container),
    ...container.definition.environment,
  });

  const run = (task: EcsTask, container: TaskContainer): Running => {
    const { name, image, command } = container.definition;
    const environment = environmentOf(task, container);
    const program = command.length === 0 ? entrypoint(image) : command;
    const output: Output = { stdout: "", stderr: "" };
    const ended = new AbortController();
    const measured = { cpuMs: 0, at: performance.now() };
    if (program === undefined) {
      return { process: undefined, output, done: Promise.resolve(), ended, measured };
    }
    let process: LocalProcess;
    try {
      process = startProcess(program, environment, "piped");
    } catch (error) {
      output.stderr = `cannot run ${program[0]}: ${error}`;
      ended.abort();
      // The exit code of a shell that does not find a command.
      exited(task, name, 127);
      return { process: undefined, output, done: Promise.resolve(), ended, measured };
    }
    const take = (stream: keyof Output, text: string) => {
      output[stream] = keep(output[stream] + text);
      printed(container, stream, text);
    };
    const done = Promise.all([
      process.exitCode,
      collect(process.child.stdout, (text) => take("stdout", text)),
      collect(process.child.stderr, (text) => take("stderr", text)),
    ]).then(([exitCode]) => {
      ended.abort();
      exited(task, name, exitCode);
    });
    return { process, output, done, ended, measured };
  };

  return {
    start: (task, container) => {
      const one = run(task, container);
      running.set(container, one);
      const { name, healthCheck } = container.definition;
      const probe = healthCheck?.probe;
      if (healthCheck === undefined || probe === undefined) return;
      watchHealth({
        check: healthCheck,
        // An image that only idles has nothing that a check could look at.
        probe: () =>
          one.process === undefined
            ? Promise.resolve(true)
            : passes(probe, environmentOf(task, container), healthCheck),
        report: (health) => healthChanged(task, name, health),
        sleep: (seconds) => sleep(seconds, one.ended.signal),
        ended: one.ended.signal,
      });
    },
    terminate: async (task, container) => {
      const { name, stopTimeout } = container.definition;
      const one = running.get(container);
      if (one?.process === undefined) {
        one?.ended.abort();
        exited(task, name, 143);
        return;
      }
      one.process.signal("SIGTERM");
      await sleep(stopTimeout, one.ended.signal);
      if (container.phase === "running") one.process.signal("SIGKILL");
    },
    signal: (container, signal) => running.get(container)?.process?.signalFirst(signal),
    kill: (container) => {
      const one = running.get(container);
      one?.ended.abort();
      one?.process?.signal("SIGKILL");
    },
    measure: (containers) => measureContainers(containers.map((one) => running.get(one))),
    output: (task) =>
      Object.fromEntries(
        task.containers.flatMap((container) => {
          const one = running.get(container);
          return one === undefined ? [] : [[container.definition.name, one.output]];
        }),
      ),
    close: async () => {
      for (const { process, ended } of running.values()) {
        ended.abort();
        process?.signal("SIGKILL");
      }
      await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
}

function measureContainers(containers: readonly (Running | undefined)[]): Usage[] {
  const sessions = usageBySession();
  const at = performance.now();
  return containers.map((one) => {
    const session = sessions.get(one?.process?.child.pid ?? 0);
    if (one === undefined || session === undefined) return { cpuUnits: 0, memoryMib: 0 };
    const { measured } = one;
    one.measured = { cpuMs: session.cpuMs, at };
    // 1,024 CPU units are one processor.
    const share = (session.cpuMs - measured.cpuMs) / Math.max(1, at - measured.at);
    return { cpuUnits: Math.max(0, share) * 1_024, memoryMib: session.memoryMib };
  });
}

/** Runs a health check once. Its timeout is real time, whatever the speed: so is the process. */
async function passes(
  probe: readonly string[],
  environment: Readonly<Record<string, string>>,
  { timeout }: HealthCheck,
): Promise<boolean> {
  const process = startProcess(probe, environment, "null");
  const timer = setTimeout(() => process.signal("SIGKILL"), timeout * 1_000);
  const exitCode = await process.exitCode;
  clearTimeout(timer);
  return exitCode === 0;
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
