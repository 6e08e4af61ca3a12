import { AwsError } from "../../demo/simulator/request/aws_error.ts";
import type { LogHabits } from "../../demo/simulator/logs/store.ts";
import type { EcsCaller } from "../../src/aws/caller.ts";
import type { EcsErrorKind } from "../../src/aws/error.ts";
import { EcsError } from "../../src/aws/error.ts";
import type { Input, Output } from "../../src/aws/operations.ts";
import type { Clock } from "../../src/clock.ts";
import { createLogs, type LogRequest, type Logs, type LogSource } from "../../src/logs/logs.ts";
import { positionAt } from "../../src/logs/position.ts";
import { type FollowedStream, followedStream, type Trouble } from "../../src/logs/stream.ts";
import { createVirtualTime, type VirtualTime } from "../simulation/virtual_time.ts";
import { createFakeDisk, type FakeDisk } from "./log_disk.ts";
import { createLogsModel, type LogsModel } from "./simulator_logs.ts";
import { silent } from "./world.ts";

/** When the world begins, in milliseconds since the Unix epoch. */
export const epoch = Date.UTC(2026, 0, 1);

/** CloudWatch Logs in virtual time with one group `g`, and a disk for what is read. */
export type LogsWorld = {
  readonly time: VirtualTime;
  readonly clock: Clock;
  readonly caller: EcsCaller;
  readonly disk: FakeDisk;
  /** What FilterLogEvents was asked for, in order, and when. */
  readonly asked: { readonly at: number; readonly input: Input<"filterLogEvents"> }[];
  /** Decides which calls fail; undefined for none. */
  fault: ((input: Input<"filterLogEvents">) => EcsErrorKind | undefined) | undefined;
  /** Puts events that are read from now on; times are milliseconds since the world's beginning. */
  put(stream: string, ...events: [time: number, message: string][]): void;
  /** Has a stream without events. */
  addStream(stream: string): void;
  /** See `LogsModel`. */
  draw(...numbers: number[]): void;
  /** Logs of a process of its own on this disk, and what ends it as SIGKILL does. */
  launch(): { readonly logs: Logs; kill(): void };
  pass(ms: number): Promise<void>;
};

/** Makes it. `habits` are how CloudWatch Logs cuts its pages; without them in no way. */
export function createLogsWorld(habits: Partial<LogHabits> = {}): LogsWorld {
  const time = createVirtualTime(epoch);
  const clock = time.clock({ alive: true });
  const model: LogsModel = createLogsModel(habits);
  const disk = createFakeDisk();
  const streams = new Set<string>();
  const callerOf = (clock: Clock): EcsCaller => ({
    rate: () => 10,
    reserve: () => Promise.reject(new Error("not used")),
    call: async (_name, input, { signal }) => {
      await clock.sleep(50, signal);
      signal?.throwIfAborted();
      const asked = input as Input<"filterLogEvents">;
      world.asked.push({ at: time.now(), input: asked });
      const kind = world.fault?.(asked);
      if (kind !== undefined) throw new EcsError(kind, "FilterLogEvents", `a fault: ${kind}`);
      model.at(epoch + time.now());
      return answerOf(model, asked) as Output<typeof _name>;
    },
  });
  const world: LogsWorld = {
    time,
    clock,
    caller: callerOf(clock),
    disk,
    asked: [],
    fault: undefined,
    put: (stream, ...events) => {
      model.at(epoch + time.now());
      world.addStream(stream);
      const logEvents = events.map(([at, message]) => ({ timestamp: epoch + at, message }));
      model.call("PutLogEvents", { logGroupName: "g", logStreamName: stream, logEvents });
    },
    addStream: (logStreamName) => {
      if (!streams.has(logStreamName)) {
        model.call("CreateLogStream", { logGroupName: "g", logStreamName });
      }
      streams.add(logStreamName);
    },
    draw: model.draw,
    launch: () => {
      const process = { alive: true };
      const own = time.clock(process);
      const caller = callerOf(own);
      const logs = createLogs({ callerOf: () => caller, disk, clock: own, log: silent });
      return {
        logs,
        kill: () => {
          process.alive = false;
          disk.killWriter();
        },
      };
    },
    pass: time.pass,
  };
  return world;
}

function answerOf(model: LogsModel, input: Input<"filterLogEvents">): unknown {
  try {
    return model.call("FilterLogEvents", { ...input });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const kind = error.type === "ResourceNotFoundException" ? "no_resource" : "rejected";
    throw new EcsError(kind, "FilterLogEvents", error.message);
  }
}

/** A source of the group `g`, whose lines go to standard output as they are. */
export function sourceOf(stream: string, changes: Partial<LogSource> = {}): LogSource {
  const source = { region: "us-east-1", group: "g", stream, output: "stdout", label: undefined };
  return { ...source, output: "stdout", ...changes };
}

/** A stream that is followed from the world's beginning on, and what comes of it. */
export function followed(stream: string, now = 0) {
  const messages: string[] = [];
  const troubles: Trouble[] = [];
  const sink = { full: false, reads: 0 };
  const made: FollowedStream = followedStream({
    source: sourceOf(stream),
    position: positionAt(epoch),
    now,
    sink: {
      accept: (_stream, message) => {
        if (sink.full) return "full";
        messages.push(message);
        return "taken";
      },
      isFull: () => sink.full,
      onTrouble: (_stream, trouble) => troubles.push(trouble),
      onRead: () => sink.reads += 1,
    },
  });
  return { stream: made, messages, troubles, sink };
}

/** Where a task's logs go in the world. */
export const stdout = "/alloc/a/alloc/logs/web.stdout.0";
export const stderr = "/alloc/a/alloc/logs/web.stderr.0";

/** A request for the logs of one task; `changes` are the fields of another case. */
export function logRequest(changes: Partial<LogRequest> = {}): LogRequest {
  return {
    sources: [sourceOf("app")],
    taskRegion: "us-east-1",
    stdout: "/alloc/a/alloc/logs/.web.stdout.fifo",
    stderr: "/alloc/a/alloc/logs/.web.stderr.fifo",
    checkpoint: "/alloc/a/nomad-driver-ecs.web.logs.json",
    earlier: [],
    begins: "with the task",
    ...changes,
  };
}
