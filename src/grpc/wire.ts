import { boundedText, boundedTexts } from "../bounded_text.ts";
import { longestSleep } from "../clock.ts";
import type { DriverEvent, TaskIdentity, TaskRequest } from "../driver/driver.ts";
import type { Fingerprint } from "../driver/fingerprint.ts";
import type { TaskNetwork } from "../driver/network.ts";
import type { ExitResult, TaskPlace, TaskStatus } from "../driver/task_record.ts";
import { cpuPercent, type Usage } from "../stats/stats.ts";
import type { Duration } from "../gen/google/protobuf/duration.ts";
import {
  CPUUsage_Fields,
  type DriverTaskEvent,
  type ExitResult as WireExitResult,
  type FingerprintResponse,
  FingerprintResponse_HealthState,
  type InspectTaskResponse,
  MemoryUsage_Fields,
  type NetworkOverride,
  type TaskConfig,
  TaskState,
  type TaskStats,
  type WaitTaskResponse,
} from "../gen/hashicorp/nomad/plugins/drivers/proto/driver.ts";

/** Go's zero time, the first second of the year 1, which Nomad reads as "unknown". */
const unknownTime = new Date(-62_135_596_800_000);

/**
 * The run of a task that a wire task config is for. Nomad before 1.3.12, 1.4.7 and 1.5.2 has no job id, namespace and
 * node id on the wire. The environment that it makes for the task has the first two; the node id is then "".
 */
export function taskIdentity(task: TaskConfig): TaskIdentity {
  const { NOMAD_NAMESPACE: namespace = "", NOMAD_JOB_ID: jobId = task.jobName } = task.env;
  return {
    id: task.id,
    name: shared(task.name),
    allocId: task.allocId,
    namespace: shared(task.namespace === "" ? namespace : task.namespace),
    jobId: shared(task.jobId === "" ? jobId : task.jobId),
    group: shared(task.taskGroupName),
    nodeId: shared(task.nodeId),
  };
}

/** Recent names, each kept as one string that all its tasks share. */
const names = new Map<string, string>();
const mostNames = 1_000;

/** The shared copy of a name: thousands of tasks belong to a few jobs on one node. */
function shared(name: string): string {
  const known = names.get(name);
  if (known !== undefined) return known;
  if (names.size >= mostNames) names.clear();
  names.set(name, name);
  return name;
}

/** What Nomad asks for in a task's run. */
export function taskRequest(task: TaskConfig): TaskRequest {
  const { msgpackDriverConfig, env, resources } = task;
  const ports = (resources?.ports ?? []).map(({ label, value, to }) => ({ label, value, to }));
  const { cpu, memory } = resources?.allocatedResources ?? {};
  const cores = coreCount(resources?.linuxResources?.cpusetCpus ?? "");
  return {
    config: msgpackDriverConfig,
    env,
    ports,
    ...taskPlace(task),
    // With whole cores, Nomad's CPU shares are those of this client's cores in MHz.
    resources: {
      cpu: cores > 0 ? cores * 1_024 : Number(cpu?.cpuShares ?? 0),
      memory: Number(memory?.memoryMb ?? 0),
    },
  };
}

/** What this client has for a task's run. Where Nomad collects no logs, its paths are those of no FIFO. */
export function taskPlace({ allocDir, stdoutPath, stderrPath }: TaskConfig): TaskPlace {
  const isCollected = [stdoutPath, stderrPath].every((path) => path.endsWith(".fifo"));
  return {
    allocDir: allocDir === "" ? undefined : allocDir,
    fifos: isCollected ? { stdout: stdoutPath, stderr: stderrPath } : undefined,
  };
}

/** The number of cores in a list such as `0,2,4-6`. */
function coreCount(cpus: string): number {
  return cpus.split(",").map((part) => /^(\d+)(?:-(\d+))?$/.exec(part.trim()))
    .reduce(
      (count, range) =>
        range === null ? count : count + Number(range[2] ?? range[1]) - Number(range[1]) + 1,
      0,
    );
}

/**
 * A task's network on the wire. It is always advertised: the only other address that a service could
 * register is the client host's, which never belongs to the ECS task.
 */
export function wireNetwork(network: TaskNetwork | undefined): NetworkOverride | undefined {
  if (network === undefined) return undefined;
  const ports = Object.entries(network.ports).filter(([, port]) => isPort(port));
  return { addr: network.address, portMap: Object.fromEntries(ports), autoAdvertise: true };
}

/**
 * Milliseconds of a wire duration; 0 where there is none, or it is negative. A duration that no timer can
 * keep becomes the longest one: a stop must not fail because of its timeout.
 */
export function milliseconds(duration: Duration | undefined): number {
  if (duration === undefined) return 0;
  const millis = Number(duration.seconds) * 1_000 + duration.nanos / 1_000_000;
  return Math.min(Math.max(millis, 0), longestSleep);
}

/** A fingerprint on the wire. */
export function wireFingerprint(
  { health, description, attributes }: Fingerprint,
): FingerprintResponse {
  const states = {
    undetected: FingerprintResponse_HealthState.UNDETECTED,
    unhealthy: FingerprintResponse_HealthState.UNHEALTHY,
    healthy: FingerprintResponse_HealthState.HEALTHY,
  };
  return {
    health: states[health],
    healthDescription: boundedText(description),
    attributes: Object.fromEntries(
      Object.entries(attributes).map(([key, value]) => [key, {
        value: typeof value === "boolean"
          ? { $case: "boolVal" as const, value }
          : { $case: "stringVal" as const, value: boundedText(value) },
        unit: "",
      }]),
    ),
    err: "",
  };
}

/** An exit result on the wire. Nomad reads it unchecked, so a running task has one too. */
function wireExitResult(result: ExitResult | undefined): WireExitResult {
  return {
    exitCode: result === undefined ? 0 : wireExitCode(result.exitCode) ?? unknownExitCode,
    signal: 0,
    oomKilled: result?.oomKilled ?? false,
  };
}

/** The exit code of a task whose own is not known. */
const unknownExitCode = -1;

/** How a task ended, on the wire. */
export function wireExit(result: ExitResult): WaitTaskResponse {
  const err = result.error ?? exitCodeText(result.exitCode) ?? "";
  return { result: wireExitResult(result), err: boundedText(err) };
}

/**
 * An exit code in the wire's 32 bits with a sign; undefined for a number that no process ends with.
 * Windows' are unsigned in ECS's answers or signed, and the same to the last bit.
 */
function wireExitCode(exitCode: number): number | undefined {
  const isWord = Number.isInteger(exitCode) && exitCode >= -(2 ** 31) && exitCode < 2 ** 32;
  return isWord ? exitCode | 0 : undefined;
}

/** What an exit code does not say by itself: an NTSTATUS as Windows' documentation writes it. */
function exitCodeText(exitCode: number): string | undefined {
  const code = wireExitCode(exitCode);
  if (code === undefined) return `ECS tells of exit code ${exitCode}, which no process ends with`;
  const isError = code >>> 0 >= 0xC0000000 && code !== unknownExitCode;
  return isError ? `exit code 0x${(code >>> 0).toString(16).toUpperCase()}` : undefined;
}

/** The state of a task on the wire. */
export function wireTaskStatus(
  { task, state, startedAt, completedAt, result, network, attributes }: TaskStatus,
): InspectTaskResponse {
  return {
    task: {
      id: task.id,
      name: task.name,
      state: state === "running" ? TaskState.RUNNING : TaskState.EXITED,
      startedAt: time(startedAt),
      completedAt: time(completedAt),
      result: wireExitResult(result),
    },
    driver: { attributes: boundedTexts(attributes) },
    networkOverride: wireNetwork(network),
  };
}

/** An event on the wire. Its texts were bounded when it was published. */
export function wireEvent({ task, at, message, annotations }: DriverEvent): DriverTaskEvent {
  return {
    taskId: task.id,
    allocId: task.allocId,
    taskName: task.name,
    timestamp: time(at),
    message,
    annotations,
  };
}

/**
 * What a task uses, on the wire. CPU units stand for MHz, as they do in the task's `resources`. Memory is
 * told as usage: Nomad's UI and command line show it where there is no resident set size.
 */
export function wireStats(id: string, { at, cpuUnits, memoryBytes }: Usage): TaskStats {
  return {
    id,
    timestamp: time(at),
    aggResourceUsage: {
      cpu: {
        systemMode: 0,
        userMode: 0,
        totalTicks: cpuUnits ?? 0,
        throttledPeriods: 0n,
        throttledTime: 0n,
        percent: cpuPercent(cpuUnits ?? 0),
        // `nomad alloc status -stats` has a column for each, and no figure for ticks.
        measuredFields: cpuUnits === undefined ? [] : [CPUUsage_Fields.PERCENT],
      },
      memory: {
        rss: 0n,
        cache: 0n,
        maxUsage: 0n,
        kernelUsage: 0n,
        kernelMaxUsage: 0n,
        usage: BigInt(memoryBytes ?? 0),
        swap: 0n,
        measuredFields: memoryBytes === undefined ? [] : [MemoryUsage_Fields.USAGE],
      },
    },
    resourceUsageByPid: {},
  };
}

/** The end of the year 9999, the last that a wire timestamp has, in milliseconds. */
const lastTime = 253_402_300_799_999;

function time(millis: number | undefined): Date {
  const isKnown = millis !== undefined && millis >= 0 && millis <= lastTime;
  return isKnown ? new Date(millis) : unknownTime;
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 0 && port <= 65_535;
}
