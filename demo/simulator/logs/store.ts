/** CloudWatch Logs: groups of streams of events. All times are milliseconds since the Unix epoch. */

/** One event. */
export type LogEvent = {
  readonly id: string;
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly message: string;
  /** Bytes that the event counts for in a page: its UTF-8 text and 26. */
  readonly bytes: number;
  /** Orders events of one timestamp and one ingestion time. */
  readonly order: number;
  /** When readers begin to see the event. */
  readableAt: number;
};

/** A stream. Its events are in the order of `compareEvents`. */
export type LogStream = {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly events: LogEvent[];
};

/** A group. */
export type LogGroup = {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly class: LogClass;
  readonly kmsKeyId: string | undefined;
  retentionInDays: number | undefined;
  readonly streams: Map<string, LogStream>;
};

/** Classes of log groups. */
export const logClasses = ["STANDARD", "INFREQUENT_ACCESS", "DELIVERY"] as const;
export type LogClass = typeof logClasses[number];

/** How CloudWatch Logs and the log drivers behave. Times are divided by the model's speed. */
export type LogHabits = {
  /** Milliseconds between two batches that a log driver sends. */
  flushMs: number;
  /** Most milliseconds from the ingestion of a batch until readers see it. */
  indexingMs: number;
  /** Milliseconds by which the last batch of a container is late besides. */
  lastBatchMs: number;
  /** Most events and bytes of a page. */
  pageEvents: number;
  pageBytes: number;
  /** Share of pages that are cut short, and of pages that are empty although there is more. */
  partialPages: number;
  emptyPages: number;
};

/** A log driver flushes every 5 s; a page has up to 10,000 events or 1 MB. */
export const awsHabits: LogHabits = {
  flushMs: 5_000,
  indexingMs: 2_000,
  lastBatchMs: 0,
  pageEvents: 10_000,
  pageBytes: 1_048_576,
  partialPages: 0.1,
  emptyPages: 0.1,
};

/** Reads habits from a control request. Throws an `Error` that names what is wrong. */
export function readHabits(body: Readonly<Record<string, unknown>>): Partial<LogHabits> {
  for (const [name, value] of Object.entries(body)) {
    if (!Object.hasOwn(awsHabits, name)) {
      throw new Error(`no habit ${name}; there are ${Object.keys(awsHabits).join(", ")}`);
    }
    if (typeof value !== "number" || value < 0) throw new Error(`${name} must be a number`);
  }
  return body;
}

/** All log groups of the account. */
export type LogStore = {
  readonly account: string;
  /** By `<region>/<name>`. */
  readonly groups: Map<string, LogGroup>;
  readonly habits: LogHabits;
  /** The order of the next event. */
  next: number;
};

/** Bytes that CloudWatch Logs adds to each event. */
const eventOverhead = 26;

/** Makes a store without groups. */
export function createLogStore(account: string): LogStore {
  return { account, groups: new Map(), habits: { ...awsHabits }, next: 1 };
}

/** The group of a name, if there is one. */
export function groupOf(store: LogStore, region: string, name: string): LogGroup | undefined {
  return store.groups.get(`${region}/${name}`);
}

/** Adds a group. One that is there already stays as it is. */
export function addGroup(
  store: LogStore,
  region: string,
  name: string,
  now: number,
  more: Partial<Pick<LogGroup, "class" | "kmsKeyId">> = {},
): LogGroup {
  const key = `${region}/${name}`;
  const group = store.groups.get(key) ?? {
    name,
    arn: `arn:aws:logs:${region}:${store.account}:log-group:${name}`,
    createdAt: now,
    class: more.class ?? "STANDARD",
    kmsKeyId: more.kmsKeyId,
    retentionInDays: undefined,
    streams: new Map(),
  };
  store.groups.set(key, group);
  return group;
}

/** Adds a stream. One that is there already stays as it is. */
export function addStream(group: LogGroup, name: string, now: number): LogStream {
  const stream = group.streams.get(name) ??
    { name, arn: `${group.arn}:log-stream:${name}`, createdAt: now, events: [] };
  group.streams.set(name, stream);
  return stream;
}

/** Adds an event to a stream, in its place by time. */
export function addEvent(
  store: LogStore,
  { events }: LogStream,
  { timestamp, ingestionTime, readableAt, message }: {
    timestamp: number;
    ingestionTime: number;
    readableAt: number;
    message: string;
  },
): LogEvent {
  const order = store.next++;
  const event: LogEvent = {
    id: `${String(timestamp).padStart(20, "0")}${String(order).padStart(36, "0")}`,
    timestamp,
    ingestionTime,
    message,
    bytes: new TextEncoder().encode(message).length + eventOverhead,
    order,
    readableAt,
  };
  let at = events.length;
  // Nearly every event is the newest.
  for (let last = events[at - 1]; last !== undefined; last = events[at - 1]) {
    if (compareEvents(last, event) <= 0) break;
    at -= 1;
  }
  events.splice(at, 0, event);
  return event;
}

/** A place among events. Events of a place come after it. */
export type Place = Pick<LogEvent, "timestamp" | "ingestionTime" | "order">;

/** Orders events by time, then by ingestion, then by the order in which they came in. */
export function compareEvents(one: Place, other: Place): number {
  return one.timestamp - other.timestamp || one.ingestionTime - other.ingestionTime ||
    one.order - other.order;
}

/** The index of the first event that comes after a place. */
export function indexAfter(events: readonly LogEvent[], place: Place): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const event = events[middle];
    if (event !== undefined && compareEvents(event, place) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
