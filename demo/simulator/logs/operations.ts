import * as sdk from "@aws-sdk/client-cloudwatch-logs";
import { AwsError, invalidParameter } from "../request/aws_error.ts";
import {
  type Input,
  integer,
  objects,
  optionalString,
  requiredString,
  strings,
  word,
} from "../request/input.ts";
import { shapeOf } from "../request/shape.ts";
import type { Model } from "../state/model.ts";
import { admitOperation, operationFor, type OperationTable } from "../state/operation.ts";
import { filterLogEvents, findGroup, getLogEvents, groupNameOf, notFound } from "./read_events.ts";
import {
  addEvent,
  addGroup,
  addStream,
  groupOf,
  logClasses,
  type LogGroup,
  type LogStream,
} from "./store.ts";

/** Days for which a group can keep its events. */
const retentions = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1_096, 1_827]
  .concat(2_192, 2_557, 2_922, 3_288, 3_653);
/** Milliseconds of a day, and of what may be between the events of a batch. */
const day = 24 * 3_600_000;
/** Milliseconds by which an event may be in the future. */
const mostAhead = 2 * 3_600_000;
/** Days after which an event is too old to be put. */
const oldestDays = 14;
/** Most bytes of a batch, and what an event takes besides its message. */
const mostBytes = 1_048_576;
const eventBytes = 26;

/** All operations of CloudWatch Logs that the simulator has. */
const operations: OperationTable = new Map([
  ["CreateLogGroup", { shape: shapeOf(sdk.CreateLogGroupRequest$), carryOut: createLogGroup }],
  ["DeleteLogGroup", { shape: shapeOf(sdk.DeleteLogGroupRequest$), carryOut: deleteLogGroup }],
  ["PutRetentionPolicy", {
    shape: shapeOf(sdk.PutRetentionPolicyRequest$),
    carryOut: putRetentionPolicy,
  }],
  ["DeleteRetentionPolicy", {
    shape: shapeOf(sdk.DeleteRetentionPolicyRequest$),
    carryOut: deleteRetentionPolicy,
  }],
  ["CreateLogStream", { shape: shapeOf(sdk.CreateLogStreamRequest$), carryOut: createLogStream }],
  ["DeleteLogStream", { shape: shapeOf(sdk.DeleteLogStreamRequest$), carryOut: deleteLogStream }],
  ["PutLogEvents", { shape: shapeOf(sdk.PutLogEventsRequest$, "long"), carryOut: putLogEvents }],
  ["DescribeLogGroups", {
    shape: shapeOf(sdk.DescribeLogGroupsRequest$),
    carryOut: describeLogGroups,
  }],
  ["DescribeLogStreams", {
    shape: shapeOf(sdk.DescribeLogStreamsRequest$),
    carryOut: describeLogStreams,
  }],
  ["GetLogEvents", { shape: shapeOf(sdk.GetLogEventsRequest$, "long"), carryOut: getLogEvents }],
  ["FilterLogEvents", {
    shape: shapeOf(sdk.FilterLogEventsRequest$, "long"),
    carryOut: filterLogEvents,
  }],
]);

/**
 * Carries out one operation of CloudWatch Logs in a region, if the account's quotas allow it.
 *
 * @throws `AwsError` where AWS refuses the request.
 */
export function performLogs(
  model: Model,
  region: string,
  operation: string,
  request: Input,
): unknown {
  admitOperation(model, region, operation);
  const { carryOut, input } = operationFor(operations, operation, request);
  return carryOut(model, region, input);
}

function createLogGroup(model: Model, region: string, input: Input): unknown {
  const name = nameOf(input, "logGroupName", /^[A-Za-z0-9_\-/.#]{1,512}$/);
  if (groupOf(model.logs, region, name) !== undefined) throw exists("log group");
  addGroup(model.logs, region, name, model.now(), {
    class: word(input, "logGroupClass", logClasses) ?? "STANDARD",
    kmsKeyId: optionalString(input, "kmsKeyId"),
  });
  return {};
}

function deleteLogGroup(model: Model, region: string, input: Input): unknown {
  const { name } = findGroup(model, region, input);
  model.logs.groups.delete(`${region}/${name}`);
  return {};
}

function putRetentionPolicy(model: Model, region: string, input: Input): unknown {
  const group = findGroup(model, region, input);
  const days = Number(input["retentionInDays"]);
  if (!retentions.includes(days)) {
    throw invalidParameter(`retentionInDays must be one of ${retentions.join(", ")}`);
  }
  group.retentionInDays = days;
  return {};
}

/** The events of the group then expire no more. */
function deleteRetentionPolicy(model: Model, region: string, input: Input): unknown {
  findGroup(model, region, input).retentionInDays = undefined;
  return {};
}

function createLogStream(model: Model, region: string, input: Input): unknown {
  const group = findGroup(model, region, input);
  const name = nameOf(input, "logStreamName", /^[^:*]{1,512}$/);
  if (group.streams.has(name)) throw exists("log stream");
  addStream(group, name, model.now());
  return {};
}

function deleteLogStream(model: Model, region: string, input: Input): unknown {
  const group = findGroup(model, region, input);
  const name = optionalString(input, "logStreamName") ?? "";
  if (!group.streams.delete(name)) throw notFound("log stream");
  return {};
}

/** Events that a client puts are readable at once, also those of an earlier time. */
function putLogEvents(model: Model, region: string, input: Input): unknown {
  const group = findGroup(model, region, input);
  const stream = group.streams.get(optionalString(input, "logStreamName") ?? "");
  if (stream === undefined) throw notFound("log stream");
  const events = objects(input, "logEvents").map((event) => ({
    timestamp: timestampOf(event),
    message: optionalString(event, "message") ?? "",
  }));
  if (events.length === 0 || events.length > 10_000) {
    throw invalidParameter("logEvents must have 1 to 10000 items.");
  }
  if (events.some(({ message }) => message === "")) {
    throw invalidParameter("Log event message must not be empty.");
  }
  if (events.some(({ timestamp }, at) => timestamp < (events[at - 1]?.timestamp ?? 0))) {
    throw invalidParameter(
      "Log events in a single PutLogEvents request must be in chronological " +
        "order.",
    );
  }
  const [first, last] = [events[0], events.at(-1)];
  if ((last?.timestamp ?? 0) - (first?.timestamp ?? 0) > day) {
    throw invalidParameter(
      "The batch of log events in a single request cannot span more than 24 hours.",
    );
  }
  const encoder = new TextEncoder();
  const bytes = events.reduce(
    (sum, { message }) => sum + encoder.encode(message).length + eventBytes,
    0,
  );
  if (bytes > mostBytes) {
    throw invalidParameter(
      `The batch of log events has ${bytes} bytes, and more than ${mostBytes}.`,
    );
  }
  const now = Math.floor(model.now());
  const { from, until, rejectedLogEventsInfo } = takenOf(group, events, now);
  for (const event of events.slice(from, until)) {
    addEvent(model.logs, stream, { ...event, ingestionTime: now, readableAt: now });
  }
  return { nextSequenceToken: String(model.logs.next), rejectedLogEventsInfo };
}

/** The time of an event, in milliseconds since the Unix epoch. */
function timestampOf(event: Input): number {
  const timestamp = integer(event, "timestamp", { min: 0, max: Number.MAX_SAFE_INTEGER });
  if (timestamp === undefined) throw invalidParameter("Log event timestamp must not be null.");
  return timestamp;
}

/** Which events of a batch are neither too old nor too new, and what is told of the others. */
function takenOf(
  { retentionInDays }: LogGroup,
  events: readonly { readonly timestamp: number }[],
  now: number,
) {
  const before = (time: number) => events.filter(({ timestamp }) => timestamp < time).length;
  const tooOld = before(now - oldestDays * day);
  const expired = retentionInDays === undefined ? 0 : before(now - retentionInDays * day);
  const until = before(now + mostAhead + 1);
  const rejected = {
    ...(tooOld > 0 ? { tooOldLogEventEndIndex: tooOld } : {}),
    ...(expired > 0 ? { expiredLogEventEndIndex: expired } : {}),
    ...(until < events.length ? { tooNewLogEventStartIndex: until } : {}),
  };
  return {
    from: Math.max(tooOld, expired),
    until,
    rejectedLogEventsInfo: Object.keys(rejected).length === 0 ? undefined : rejected,
  };
}

function describeLogGroups(model: Model, region: string, input: Input): unknown {
  const prefix = optionalString(input, "logGroupNamePrefix");
  const pattern = optionalString(input, "logGroupNamePattern");
  if (prefix !== undefined && pattern !== undefined) {
    throw invalidParameter("logGroupNamePrefix and logGroupNamePattern cannot be used together.");
  }
  const wantedClass = word(input, "logGroupClass", logClasses);
  const named = strings(input, "logGroupIdentifiers").map(groupNameOf);
  if (named.length > 0 && (prefix ?? pattern ?? wantedClass) !== undefined) {
    throw invalidParameter("logGroupIdentifiers cannot be used together with another filter.");
  }
  const groups = [...model.logs.groups].filter(([key]) => key.startsWith(`${region}/`))
    .map(([, group]) => group)
    .filter((group) =>
      group.name.startsWith(prefix ?? "") && group.name.includes(pattern ?? "") &&
      (wantedClass === undefined || group.class === wantedClass) &&
      (named.length === 0 || named.includes(group.name))
    )
    .sort((one, other) => one.name < other.name ? -1 : 1);
  const { items, nextToken } = pageOf(input, groups);
  return { logGroups: items.map(describeGroup), nextToken };
}

function describeLogStreams(model: Model, region: string, input: Input): unknown {
  const group = findGroup(model, region, input);
  const prefix = optionalString(input, "logStreamNamePrefix");
  const byTime = word(input, "orderBy", ["LogStreamName", "LastEventTime"]) === "LastEventTime";
  if (byTime && prefix !== undefined) {
    throw invalidParameter(
      "Cannot order by LastEventTime with a logStreamNamePrefix.",
    );
  }
  const lastTime = ({ events }: LogStream) => events.at(-1)?.timestamp ?? 0;
  const streams = [...group.streams.values()]
    .filter(({ name }) => name.startsWith(prefix ?? ""))
    .sort((one, other) =>
      byTime ? lastTime(one) - lastTime(other) : one.name < other.name ? -1 : 1
    );
  if (input["descending"] === true) streams.reverse();
  const { items, nextToken } = pageOf(input, streams);
  return { logStreams: items.map((stream) => describeStream(stream, model.now())), nextToken };
}

function describeGroup(group: LogGroup): unknown {
  return {
    arn: `${group.arn}:*`,
    creationTime: Math.floor(group.createdAt),
    logGroupArn: group.arn,
    kmsKeyId: group.kmsKeyId,
    logGroupClass: group.class,
    logGroupName: group.name,
    metricFilterCount: 0,
    retentionInDays: group.retentionInDays,
    storedBytes: 0,
  };
}

function describeStream({ name, arn, createdAt, events }: LogStream, now: number): unknown {
  const readable = events.filter(({ readableAt }) => readableAt <= now);
  return {
    arn,
    creationTime: Math.floor(createdAt),
    firstEventTimestamp: readable[0]?.timestamp,
    lastEventTimestamp: readable.at(-1)?.timestamp,
    lastIngestionTime: readable.at(-1)?.ingestionTime,
    logStreamName: name,
    storedBytes: 0,
  };
}

function pageOf<T>(input: Input, all: readonly T[]) {
  const most = integer(input, "limit", { min: 1, max: 50 }) ?? 50;
  const from = Number(optionalString(input, "nextToken") ?? 0);
  if (!Number.isInteger(from) || from < 0) {
    throw invalidParameter("The specified nextToken is invalid.");
  }
  const next = from + most;
  return { items: all.slice(from, next), nextToken: next < all.length ? String(next) : undefined };
}

function nameOf(input: Input, key: string, allowed: RegExp): string {
  const name = requiredString(input, key, `${key} must not be empty.`);
  if (!allowed.test(name)) throw invalidParameter(`Value '${name}' at '${key}' is not valid.`);
  return name;
}

function exists(what: string): AwsError {
  return new AwsError("ResourceAlreadyExistsException", `The specified ${what} already exists`);
}
