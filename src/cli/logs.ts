/** `logs`: what the containers of an ECS task print, as `nomad alloc logs` shows it. */
import type { EcsCaller } from "../aws/caller.ts";
import { parseTaskArn, type TaskRef } from "../aws/cluster_ref.ts";
import { EcsError } from "../aws/error.ts";
import { attemptOf, type Output } from "../aws/operations.ts";
import { readPages } from "../aws/pages.ts";
import { parseDuration } from "../config/duration.ts";
import { mainContainer } from "../lifecycle/lifecycle.ts";
import {
  advance,
  isFresh,
  type LogSource,
  logSourcesOf,
  missingPart,
  noteEvent,
  type Position,
  positionAt,
} from "../logs/logs.ts";
import { CliError, exitCodes } from "./exit_codes.ts";
import type { Host } from "./host.ts";
import { lookAgain } from "./looks.ts";
import { type CommonOptions, settingsOf } from "./options.ts";
import { type Session, withSession } from "./session.ts";
import { hasColours, painterOf, printable } from "./style.ts";
import { taskRefOf } from "./task_ref.ts";

/** What `logs` may be told, besides the common options. */
export type LogsOptions = CommonOptions & {
  readonly container?: string;
  readonly follow?: boolean;
  /** Number of the newest lines to begin with. */
  readonly tail?: string;
  /** Span of time before now to begin at. */
  readonly since?: string;
  /** The task definition of a task that ECS does not know any more. */
  readonly definition?: string;
};

type Event = NonNullable<Output<"filterLogEvents">["events"]>[number];

/** A stream that is read, and how far it was. */
type Stream = {
  readonly source: LogSource;
  readonly container: string;
  readonly caller: EcsCaller;
  readonly position: Position;
};

/** A line of one container. */
type Line = { readonly stream: Stream; readonly event: Event };

/** Milliseconds between two reads of `--follow`. */
const followInterval = 2_000;
/**
 * Pages in a row without an event after which a stream counts as endless. CloudWatch Logs gives such pages by
 * the ten for old streams. Pages with events may be as many as there are.
 */
const mostIdlePages = 1_000;
/**
 * Milliseconds after the task's end for which CloudWatch Logs may still get lines of it, and after which a read that
 * fails ends the command.
 */
const settleTime = { usual: 15_000, longest: 60_000 };

/** Prints the logs; with `--follow` until the task has ended, or the person ends it. */
export async function logs(host: Host, task: string, options: LogsOptions): Promise<number> {
  const settings = await settingsOf(host, options);
  const from = beginOf(host, options);
  const tail = tailOf(options);
  return await withSession(host, settings, async (session) => {
    const ref = await taskRefOf(session.caller, task, settings.config, host.signal);
    const streams = await streamsOf(host, session, ref, options, from);
    const newest: Line[] = [];
    const print = (line: Line) => host.stdout.write(textOf(line, options));
    for (const stream of streams) {
      await readStream(host, stream, async (event) => {
        if (tail === undefined) return await print({ stream, event });
        newest.push({ stream, event });
        if (newest.length > 2 * tail) keepNewest(newest, tail);
      });
    }
    if (tail !== undefined) keepNewest(newest, tail);
    for (const line of newest) await print(line);
    if (options.follow === true) await follow(host, session, ref, streams, print);
    return exitCodes.ok;
  });
}

/**
 * Reads on for 15 s after the task's end, and until a read after that is answered. Rejects with an `EcsError`
 * where none is answered for a minute.
 */
async function follow(
  host: Host,
  session: Session,
  ref: TaskRef,
  streams: readonly Stream[],
  print: (line: Line) => Promise<void>,
): Promise<void> {
  const { clock, signal } = host;
  let endedAt: number | undefined;
  const sinceEnd = () => endedAt === undefined ? 0 : clock.monotonic() - endedAt;
  const look = async () => {
    if (endedAt === undefined && await isOver(session, ref, signal)) endedAt = clock.monotonic();
    for (const stream of streams) {
      await readStream(host, stream, (event) => print({ stream, event }));
    }
  };
  for (;;) {
    await clock.sleep(followInterval, signal);
    signal.throwIfAborted();
    if (sinceEnd() >= settleTime.longest) return await look();
    const isAnswered = await lookAgain(host, look);
    if (isAnswered && sinceEnd() >= settleTime.usual) return;
  }
}

async function isOver(
  { caller }: Session,
  { arn, cluster }: TaskRef,
  signal: AbortSignal,
): Promise<boolean> {
  const { tasks } = await caller.call("describeTasks", { cluster: cluster.name, tasks: [arn] }, {
    target: arn,
    priority: "watch",
    signal,
  });
  return tasks?.[0] === undefined || tasks[0].lastStatus === "STOPPED";
}

/**
 * Hands on the events of a stream that were not read yet. A stream that there is not has none. Rejects with an
 * `EcsError` for pages that do not end: a token that came before, or 1,000 pages in a row without an event.
 */
async function readStream(
  { signal }: Pick<Host, "signal">,
  { source: { group, stream }, caller, position }: Stream,
  take: (event: Event) => Promise<void>,
): Promise<void> {
  const startTime = position.from;
  const options = { target: `${stream} of ${group}`, priority: "act", signal } as const;
  const attempted = attemptOf("filterLogEvents", options.target);
  const limits = { mostPages: Infinity, mostIdlePages };
  await readPages(attempted, limits, async (nextToken) => {
    const { events = [], ...page } = await caller.call("filterLogEvents", {
      logGroupName: group,
      logStreamNames: [stream],
      startTime,
      nextToken,
    }, options).catch((error) => {
      // A container that has not printed yet has no stream. A group that is missing is another matter.
      const isMissing = error instanceof EcsError && missingPart(error) === "stream";
      if (isMissing) return { events: [], nextToken: undefined };
      throw error;
    });
    for (const event of events) {
      if (!isFresh(position, event)) continue;
      noteEvent(position, event);
      await take(event);
    }
    advance(position);
    return { nextToken: page.nextToken, isIdle: events.length === 0 };
  });
}

/** The streams of the containers that are asked for. Rejects with a `CliError` where there are none. */
async function streamsOf(
  { stderr, environment }: Host,
  { lifecycle }: Session,
  ref: TaskRef,
  { container, definition: named, json }: LogsOptions,
  from: number,
): Promise<Stream[]> {
  const definition = named === undefined
    ? await lifecycle.definitionOf(ref)
    : await lifecycle.describe(ref.cluster, named);
  if (definition === undefined) {
    throw new CliError(
      `ECS does not know the task ${ref.arn} any more: name its task definition with --definition`,
      exitCodes.found,
    );
  }
  const parts = parseTaskArn(ref.arn);
  const { sources, notes } = logSourcesOf({
    containers: definition.containers,
    main: container ?? mainContainer(definition)?.container.name ?? "",
    sidecars: "stdout",
    taskId: parts?.id ?? "",
    region: ref.cluster.region ?? parts?.region ?? "",
  });
  const streams = sources.map((source): Stream => ({
    source,
    container: source.stream.split("/").at(-2) ?? "",
    caller: lifecycle.callerOf({ ...ref.cluster, region: source.region }),
    position: positionAt(from),
  })).filter((stream) => container === undefined || stream.container === container);
  if (streams.length === 0) {
    const names = definition.containers.map(({ name }) => name).join(", ");
    const none = container === undefined || definition.containers.some(({ name }) =>
        name === container
      )
      ? notes.join("\n")
      : `the task has no container ${container}; it has ${names}`;
    throw new CliError(
      none === "" ? "no container of the task logs to CloudWatch" : none,
      exitCodes.found,
    );
  }
  if (json !== true) {
    const paint = painterOf(hasColours(stderr, environment));
    for (const note of notes) await stderr.write(`${paint("dim", `note: ${printable(note)}`)}\n`);
  }
  return streams;
}

function beginOf({ clock }: Host, { since }: LogsOptions): number {
  if (since === undefined) return 0;
  const span = parseDuration(since);
  if (span === undefined) {
    throw new CliError(`--since must be a duration such as 30s, 5m or 1h30m; got ${since}`);
  }
  return clock.now() - span;
}

function tailOf({ tail }: LogsOptions): number | undefined {
  if (tail === undefined) return undefined;
  if (/^[0-9]{1,6}$/.test(tail)) return Number(tail);
  throw new CliError(`--tail must be a number of lines from 0 to 999999; got ${tail}`);
}

/** Leaves the newest lines, in the order of their times. */
function keepNewest(lines: Line[], count: number): void {
  lines.sort((one, other) => (one.event.timestamp ?? 0) - (other.event.timestamp ?? 0));
  lines.splice(0, Math.max(0, lines.length - count));
}

function textOf({ stream: { container, source }, event }: Line, { json }: LogsOptions): string {
  const { timestamp, message = "" } = event;
  if (json === true) {
    const time = timestamp === undefined ? null : new Date(timestamp).toISOString();
    return JSON.stringify({ time, container, message }) + "\n";
  }
  return source.label === undefined ? `${message}\n` : `${source.label}: ${message}\n`;
}
