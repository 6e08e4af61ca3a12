import { performLogs } from "../../demo/simulator/logs/operations.ts";
import type { LogHabits } from "../../demo/simulator/logs/store.ts";
import type { Input } from "../../demo/simulator/request/input.ts";
import { createModel, type Model } from "../../demo/simulator/state/model.ts";
import { noQuotas } from "../../demo/simulator/state/quotas.ts";

/** An event as GetLogEvents and FilterLogEvents answer it. */
export type Event = {
  message: string;
  timestamp: number;
  ingestionTime: number;
  logStreamName?: string;
  eventId?: string;
};
/** A page of either operation. */
export type Page = {
  events: Event[];
  nextToken?: string;
  nextForwardToken: string;
  nextBackwardToken: string;
};

/** CloudWatch Logs with one group `g`, whose time and chances a test decides. */
export type LogsModel = {
  readonly model: Model;
  /** Moves time to this many milliseconds. */
  at(ms: number): void;
  /** The numbers that chances come to, each once; after them 0.5. */
  draw(...numbers: number[]): void;
  call(operation: string, input: Input): unknown;
  get(input: Input): Page;
  filter(input?: Input): Page;
  /** Puts events into a stream of the group, which is made if it is not there. */
  put(stream: string, ...events: [timestamp: number, message: string][]): void;
};

/** Makes it, without pages that are cut short or empty unless `habits` say so. */
export function createLogsModel(habits: Partial<LogHabits> = {}): LogsModel {
  let now = 0;
  const chances: number[] = [];
  const model = createModel({
    now: () => now,
    random: () => chances.shift() ?? 0.5,
    quotas: noQuotas,
    hooks: { start: () => {}, terminate: () => {} },
  });
  Object.assign(model.logs.habits, { partialPages: 0, emptyPages: 0, ...habits });
  const call = (operation: string, input: Input) =>
    performLogs(model, "us-east-1", operation, input);
  call("CreateLogGroup", { logGroupName: "g" });
  const streams = new Set<string>();
  return {
    model,
    at: (ms) => now = ms,
    draw: (...numbers) => chances.push(...numbers),
    call,
    get: (input) => call("GetLogEvents", { logGroupName: "g", ...input }) as Page,
    filter: (input = {}) => call("FilterLogEvents", { logGroupName: "g", ...input }) as Page,
    put: (logStreamName, ...events) => {
      const stream = { logGroupName: "g", logStreamName };
      if (!streams.has(logStreamName)) call("CreateLogStream", stream);
      streams.add(logStreamName);
      const logEvents = events.map(([timestamp, message]) => ({ timestamp, message }));
      call("PutLogEvents", { ...stream, logEvents });
    },
  };
}

/** The messages of a page. */
export function messagesOf({ events }: Page): string[] {
  return events.map(({ message }) => message);
}
