import {
  addEvent,
  addGroup,
  addStream,
  groupOf,
  type LogEvent,
  type LogStore,
  type LogStream,
} from "./store.ts";

/** What the log driver awslogs is told about a container. */
export type AwslogsOptions = {
  readonly group: string;
  readonly region: string;
  readonly stream: string;
  readonly createGroup: boolean;
};

/** The log driver of one container that runs. */
export type LogDriver = {
  readonly options: AwslogsOptions;
  /** Undefined while the group is not there. */
  stream: LogStream | undefined;
  readonly startedAt: number;
  /** Text after the last line break, by output. */
  readonly rest: { stdout: string; stderr: string };
  /** Lines that wait for the group. */
  waiting: { readonly timestamp: number; readonly message: string }[];
  /** The events that the driver sends together next, and when readers see them. */
  batch: { dueAt: number; readableAt: number; bytes: number; events: LogEvent[] };
};

/** Clock, chance and speed of the simulator. */
export type Conditions = { now: number; random: () => number; speed: number };

/** Most bytes of an event that the driver sends; longer lines are split. 256 KiB less 26. */
const mostBytes = 262_118;
/** Most events and bytes of a batch. */
const batchEvents = 10_000;
const batchBytes = 1_048_576;
/** Most lines that wait for a group. The driver drops others. */
const mostWaiting = 10_000;

/** Starts the log driver of a container. Its stream is there from now on, if its group is. */
export function startLogDriver(
  store: LogStore,
  options: AwslogsOptions,
  { now }: Conditions,
): LogDriver {
  const driver: LogDriver = {
    options,
    stream: undefined,
    startedAt: now,
    rest: { stdout: "", stderr: "" },
    waiting: [],
    batch: { dueAt: 0, readableAt: 0, bytes: 0, events: [] },
  };
  openStream(store, driver, now);
  return driver;
}

/** Takes what a container has printed. Complete lines become events; empty ones are dropped. */
export function print(
  store: LogStore,
  driver: LogDriver,
  output: "stdout" | "stderr",
  text: string,
  conditions: Conditions,
): void {
  const lines = (driver.rest[output] + text).split("\n");
  driver.rest[output] = lines.pop() ?? "";
  for (const line of lines) send(store, driver, line, conditions);
}

/** Ends the log driver after its container: a last line without a break is sent too. */
export function endLogDriver(store: LogStore, driver: LogDriver, conditions: Conditions): void {
  for (const output of ["stdout", "stderr"] as const) {
    send(store, driver, driver.rest[output], conditions);
    driver.rest[output] = "";
  }
  const late = store.habits.lastBatchMs / conditions.speed;
  for (const event of driver.batch.events) {
    if (event.readableAt > conditions.now) event.readableAt += late;
  }
}

function send(store: LogStore, driver: LogDriver, line: string, conditions: Conditions): void {
  const { now } = conditions;
  if (line === "") return;
  openStream(store, driver, now);
  const lines = pieces(line).map((message) => ({ timestamp: Math.floor(now), message }));
  if (driver.stream === undefined) {
    driver.waiting = [...driver.waiting, ...lines].slice(0, mostWaiting);
    return;
  }
  const all = [...driver.waiting, ...lines];
  driver.waiting = [];
  for (const { timestamp, message } of all) {
    addToBatch(store, driver, driver.stream, { timestamp, message }, conditions);
  }
}

function openStream(store: LogStore, driver: LogDriver, now: number): void {
  if (driver.stream !== undefined) return;
  const { group: name, region, stream, createGroup } = driver.options;
  const group = groupOf(store, region, name) ??
    (createGroup ? addGroup(store, region, name, now) : undefined);
  if (group !== undefined) driver.stream = addStream(group, stream, now);
}

function addToBatch(
  store: LogStore,
  driver: LogDriver,
  stream: LogStream,
  { timestamp, message }: { timestamp: number; message: string },
  { now, random, speed }: Conditions,
): void {
  const { flushMs, indexingMs } = store.habits;
  const period = flushMs / speed;
  const { batch } = driver;
  const full = batch.events.length >= batchEvents || batch.bytes >= batchBytes;
  if (full && batch.dueAt > now) {
    // A full batch is sent at once.
    for (const event of batch.events) event.readableAt = Math.min(event.readableAt, now);
  }
  if (full || now >= batch.dueAt) {
    const ticks = Math.floor((now - driver.startedAt) / period) + 1;
    const dueAt = driver.startedAt + ticks * period;
    driver.batch = {
      dueAt,
      // Batches of a stream are seen in their order.
      readableAt: Math.max(batch.readableAt, dueAt + indexingMs * random() / speed),
      bytes: 0,
      events: [],
    };
  }
  const { dueAt, readableAt, events } = driver.batch;
  const event = addEvent(store, stream, {
    timestamp,
    ingestionTime: Math.floor(dueAt),
    readableAt,
    message,
  });
  events.push(event);
  driver.batch.bytes += event.bytes;
}

/** A line in pieces of at most `mostBytes`, cut between characters. */
function pieces(line: string): string[] {
  if (line.length * 3 <= mostBytes) return [line];
  const bytes = new TextEncoder().encode(line);
  const found: string[] = [];
  for (let from = 0; from < bytes.length;) {
    let until = Math.min(from + mostBytes, bytes.length);
    // A byte 10xxxxxx continues a character.
    while (until < bytes.length && ((bytes[until] ?? 0) & 0xc0) === 0x80) until -= 1;
    found.push(new TextDecoder().decode(bytes.subarray(from, until)));
    from = until;
  }
  return found;
}
