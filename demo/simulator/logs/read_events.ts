import { AwsError, invalidParameter } from "../request/aws_error.ts";
import { type Input, integer, optionalString, strings } from "../request/input.ts";
import type { Model } from "../state/model.ts";
import { cutPage } from "./page.ts";
import { readPattern } from "./pattern.ts";
import {
  compareEvents,
  groupOf,
  indexAfter,
  type LogEvent,
  type LogGroup,
  type LogStream,
  type Place,
} from "./store.ts";
import { beginning, end, readToken, type Token, writeToken } from "./token.ts";

/** Most streams that one FilterLogEvents call names. */
const mostStreams = 100;
/** Most events that a request can ask for in a page. */
const mostEvents = 10_000;
const anyTime = { min: 0, max: Number.MAX_SAFE_INTEGER };

/** GetLogEvents: the events of one stream, in either direction. */
export function getLogEvents(model: Model, region: string, input: Input): unknown {
  const now = model.now();
  const stream = streamOf(findGroup(model, region, input), input);
  const limit = integer(input, "limit", { min: 1, max: mostEvents }) ?? mostEvents;
  const given = optionalString(input, "nextToken");
  const token: Token = given === undefined
    ? startToken(input["startFromHead"] === true ? "forward" : "backward", now)
    : readToken(given, now);
  // Unlike in FilterLogEvents, the end of the time range is not part of it.
  const events = readable(stream, model, input, { endIncluded: 0 });
  const forward = token.direction === "forward";
  const { events: page, more } = cutPage(eventsFrom(events, token), {
    limit,
    habits: model.logs.habits,
    random: model.random,
  });
  const ordered = forward ? page : page.toReversed();
  const first = ordered[0];
  const last = ordered.at(-1);
  const isEmptyPage = page.length === 0 && more;
  const next = (direction: Token["direction"], event: LogEvent | undefined) => {
    if (event !== undefined) {
      return writeToken({ direction, place: event, empties: 0, issuedAt: now });
    }
    // Nothing more: the token that came in comes back, and can be used again later.
    if (given !== undefined && direction === token.direction && !isEmptyPage) return given;
    // An empty page from the tail: forward from there are the events to come.
    const place = given === undefined && !forward && direction === "forward"
      ? events.at(-1) ?? beginning
      : token.place;
    const empties = token.empties + (isEmptyPage ? 1 : 0);
    return writeToken({ direction, place, empties, issuedAt: now });
  };
  return {
    events: ordered.map(({ timestamp, message, ingestionTime }) => ({
      timestamp,
      message,
      ingestionTime,
    })),
    nextForwardToken: next("forward", last),
    nextBackwardToken: next("backward", first),
  };
}

/** FilterLogEvents: the events of several streams of a group, interleaved by time. */
export function filterLogEvents(model: Model, region: string, input: Input): unknown {
  const now = model.now();
  const streams = filteredStreams(findGroup(model, region, input), input);
  const limit = integer(input, "limit", { min: 1, max: mostEvents }) ?? mostEvents;
  const matches = readPattern(optionalString(input, "filterPattern") ?? "");
  const given = optionalString(input, "nextToken");
  const token: Token = given === undefined
    ? startToken(input["startFromHead"] === false ? "backward" : "forward", now)
    : readToken(given, now);
  const forward = token.direction === "forward";
  const { habits } = model.logs;
  const found: LogEvent[] = [];
  const streamOfEvent = new Map<string, string>();
  for (const stream of streams) {
    const events = readable(stream, model, input, { endIncluded: 1 });
    const matching = eventsFrom(events, token).filter(({ message }) => matches(message));
    // One more than a page holds tells that there is another page.
    for (const event of matching.slice(0, habits.pageEvents + 1)) {
      found.push(event);
      streamOfEvent.set(event.id, stream.name);
    }
  }
  found.sort((one, other) => forward ? compareEvents(one, other) : compareEvents(other, one));
  // Without a start time there are more empty pages, also where nothing is found.
  const emptyPages = habits.emptyPages * (input["startTime"] === undefined ? 2 : 1);
  const searchesOn = found.length === 0 && model.random() < emptyPages;
  const page = cutPage(found, { limit, habits: { ...habits, emptyPages }, random: model.random });
  const last = page.events.at(-1);
  const nextToken = page.more || searchesOn
    ? writeToken({
      direction: token.direction,
      place: last ?? token.place,
      empties: last === undefined ? token.empties + 1 : 0,
      issuedAt: now,
    })
    : undefined;
  return {
    events: page.events.map(({ id, timestamp, message, ingestionTime }) => ({
      logStreamName: streamOfEvent.get(id),
      timestamp,
      message,
      ingestionTime,
      eventId: id,
    })),
    searchedLogStreams: [],
    nextToken,
  };
}

/** The group that a request names, by name or ARN. */
export function findGroup(model: Model, region: string, input: Input): LogGroup {
  const name = optionalString(input, "logGroupName");
  const identifier = optionalString(input, "logGroupIdentifier");
  if ((name === undefined) === (identifier === undefined)) {
    throw invalidParameter("Exactly one of logGroupName and logGroupIdentifier must be given.");
  }
  const known = name ?? groupNameOf(identifier ?? "");
  const group = groupOf(model.logs, region, known);
  if (group === undefined) throw notFound("log group");
  return group;
}

/** The name of a group in its name or ARN, which may end in `:*` as DescribeLogGroups answers it. */
export function groupNameOf(identifier: string): string {
  return /^arn:[^/]*?:log-group:([^:]+)(:\*)?$/.exec(identifier)?.[1] ?? identifier;
}

/** The error for a group or a stream that is not there. */
export function notFound(what: "log group" | "log stream"): AwsError {
  return new AwsError("ResourceNotFoundException", `The specified ${what} does not exist.`);
}

function streamOf(group: LogGroup, input: Input): LogStream {
  const stream = group.streams.get(optionalString(input, "logStreamName") ?? "");
  if (stream === undefined) throw notFound("log stream");
  return stream;
}

function filteredStreams(group: LogGroup, input: Input): LogStream[] {
  const names = strings(input, "logStreamNames");
  const prefix = optionalString(input, "logStreamNamePrefix");
  if (names.length > 0 && prefix !== undefined) {
    throw invalidParameter("logStreamNames and logStreamNamePrefix cannot be used together.");
  }
  if (names.length > mostStreams) {
    throw invalidParameter(`logStreamNames can have at most ${mostStreams} items.`);
  }
  if (names.length === 0) {
    return [...group.streams.values()].filter(({ name }) => name.startsWith(prefix ?? ""));
  }
  return names.map((name) => {
    const stream = group.streams.get(name);
    if (stream === undefined) throw notFound("log stream");
    return stream;
  });
}

/** The events of a stream within a request's time range that readers see by now. */
function readable(
  { events }: LogStream,
  model: Model,
  input: Input,
  { endIncluded }: { endIncluded: 0 | 1 },
): readonly LogEvent[] {
  const now = model.now();
  const from = integer(input, "startTime", anyTime);
  const until = integer(input, "endTime", anyTime);
  const first = from === undefined ? 0 : indexAfter(events, before(from));
  const last = until === undefined
    ? events.length
    : indexAfter(events, before(until + endIncluded));
  return events.slice(first, last).filter(({ readableAt }) => readableAt <= now);
}

/** The events from a token's place on, in its direction. */
function eventsFrom(
  events: readonly LogEvent[],
  { direction, place }: Token,
): readonly LogEvent[] {
  const at = indexAfter(events, place);
  return direction === "forward"
    ? events.slice(at)
    : events.slice(0, at).filter((event) => compareEvents(event, place) < 0).reverse();
}

/** The place before every event of a time. */
function before(timestamp: number): Place {
  return { timestamp, ingestionTime: -1, order: -1 };
}

function startToken(direction: Token["direction"], now: number): Token {
  return {
    direction,
    place: direction === "forward" ? beginning : end,
    empties: 0,
    issuedAt: now,
  };
}
