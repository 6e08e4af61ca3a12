import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { assertRefused } from "../../../harness/simulator_definitions.ts";
import { createLogsModel, type LogsModel, messagesOf } from "../../../harness/simulator_logs.ts";

const invalid = "InvalidParameterException";
const fromHead = { logStreamName: "s", startFromHead: true };

/** Reads a stream forward to its end, and returns the messages of each page. */
function pagesOf({ get }: LogsModel, limit: number): string[][] {
  const pages: string[][] = [];
  let nextToken: string | undefined;
  while (true) {
    const page = get({ ...fromHead, limit, ...(nextToken === undefined ? {} : { nextToken }) });
    pages.push(messagesOf(page));
    if (page.nextForwardToken === nextToken) return pages;
    nextToken = page.nextForwardToken;
  }
}

/** Reads all pages of FilterLogEvents. */
function filteredPages({ filter }: LogsModel, input: Record<string, unknown>): string[][] {
  const pages: string[][] = [];
  let nextToken: string | undefined;
  do {
    const page = filter({ ...input, ...(nextToken === undefined ? {} : { nextToken }) });
    pages.push(messagesOf(page));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return pages;
}

Deno.test("GetLogEvents reads a stream forward, and its token comes back unchanged at the end", () => {
  const logs = createLogsModel();
  logs.put("s", [1, "a"], [2, "b"], [3, "c"]);
  assertEquals(pagesOf(logs, 2), [["a", "b"], ["c"], []]);
});

Deno.test("the token of the end reads on when more comes, without an event twice", () => {
  const logs = createLogsModel();
  logs.put("s", [1, "a"]);
  const { nextForwardToken } = logs.get(fromHead);
  const again = logs.get({ ...fromHead, nextToken: nextForwardToken });
  assertEquals([again.events, again.nextForwardToken], [[], nextForwardToken]);
  logs.put("s", [1, "b"], [2, "c"]);
  assertEquals(messagesOf(logs.get({ ...fromHead, nextToken: nextForwardToken })), ["b", "c"]);
});

Deno.test("several events of one millisecond are paged in the order in which they came", () => {
  const logs = createLogsModel();
  logs.put("s", [5, "a"], [5, "b"], [5, "c"], [5, "d"]);
  assertEquals(pagesOf(logs, 1), [["a"], ["b"], ["c"], ["d"], []]);
});

Deno.test("a page may be empty with a new token, and the events come after it", () => {
  const logs = createLogsModel({ emptyPages: 0.2 });
  logs.put("s", [1, "a"], [2, "b"]);
  logs.draw(0.1, 0.1, 0.9, 0.1, 0.9);
  assertEquals(pagesOf(logs, 1), [[], [], ["a"], [], ["b"], []]);
});

Deno.test("a page may be shorter than the limit although there is more", () => {
  const logs = createLogsModel({ partialPages: 0.2 });
  logs.put("s", [1, "a"], [2, "b"], [3, "c"]);
  logs.draw(0.9, 0.1, 0.4);
  const first = logs.get({ ...fromHead, limit: 3 });
  assertEquals(messagesOf(first), ["a"]);
  logs.draw(0.9, 0.9);
  assertEquals(
    messagesOf(logs.get({ ...fromHead, limit: 3, nextToken: first.nextForwardToken })),
    ["b", "c"],
  );
});

Deno.test("without startFromHead the tail is read, and from there backward and forward", () => {
  const logs = createLogsModel();
  logs.put("s", [1, "a"], [2, "b"], [3, "c"], [4, "d"]);
  const tail = logs.get({ logStreamName: "s", limit: 2 });
  assertEquals(messagesOf(tail), ["c", "d"]);
  const earlier = logs.get({ logStreamName: "s", limit: 9, nextToken: tail.nextBackwardToken });
  assertEquals(messagesOf(earlier), ["a", "b"]);
  const none = logs.get({ logStreamName: "s", nextToken: earlier.nextBackwardToken });
  assertEquals([none.events, none.nextBackwardToken], [[], earlier.nextBackwardToken]);
  logs.put("s", [5, "e"]);
  assertEquals(messagesOf(logs.get({ ...fromHead, nextToken: tail.nextForwardToken })), ["e"]);
});

Deno.test("an empty stream has a token that reads what comes", () => {
  for (const input of [fromHead, { logStreamName: "s" }]) {
    const logs = createLogsModel();
    logs.call("CreateLogStream", { logGroupName: "g", logStreamName: "s" });
    const { nextForwardToken } = logs.get(input);
    logs.call("PutLogEvents", {
      logGroupName: "g",
      logStreamName: "s",
      logEvents: [{ timestamp: 1, message: "a" }],
    });
    assertEquals(messagesOf(logs.get({ ...fromHead, nextToken: nextForwardToken })), ["a"]);
  }
});

Deno.test("the end of a time range is part of it in FilterLogEvents and not in GetLogEvents", () => {
  const logs = createLogsModel();
  logs.put("s", [1, "a"], [2, "b"], [3, "c"], [4, "d"]);
  const range = { startTime: 2, endTime: 3 };
  assertEquals(messagesOf(logs.get({ ...fromHead, ...range })), ["b"]);
  assertEquals(messagesOf(logs.filter(range)), ["b", "c"]);
});

Deno.test("FilterLogEvents interleaves streams by time, with id and stream of each event", () => {
  const logs = createLogsModel();
  logs.put("one", [1, "a"], [3, "c"]);
  logs.put("two", [2, "b"], [3, "d"]);
  const { events, nextToken } = logs.filter();
  assertEquals(events.map(({ message, logStreamName }) => [message, logStreamName]), [
    ["a", "one"],
    ["b", "two"],
    ["c", "one"],
    ["d", "two"],
  ]);
  assertEquals(new Set(events.map(({ eventId }) => eventId)).size, 4);
  assertEquals(nextToken, undefined);
  assertEquals(messagesOf(logs.filter({ logStreamNames: ["two"] })), ["b", "d"]);
  assertEquals(messagesOf(logs.filter({ logStreamNamePrefix: "o" })), ["a", "c"]);
});

Deno.test("FilterLogEvents ends with the page that has no token, however short others are", () => {
  const logs = createLogsModel({ emptyPages: 0.2, partialPages: 0.2 });
  logs.put("s", [1, "a"], [1, "b"], [2, "c"], [3, "d"]);
  logs.draw(0.1, 0.9, 0.1, 0.4, 0.9, 0.9, 0.1, 0.9, 0.9);
  assertEquals(filteredPages(logs, { startTime: 0, limit: 2 }), [[], ["a"], ["b", "c"], [], ["d"]]);
});

Deno.test("FilterLogEvents may search on although nothing was found", () => {
  const logs = createLogsModel({ emptyPages: 0.2 });
  logs.put("s", [1, "a"]);
  logs.draw(0.1, 0.9);
  assertEquals(filteredPages(logs, { startTime: 5 }), [[], []]);
});

Deno.test("pages are full at the limits of their number and of their bytes", () => {
  const logs = createLogsModel({ pageEvents: 2, pageBytes: 90 });
  logs.put("s", [1, "a"], [2, "b"], [3, "c".repeat(60)], [4, "d".repeat(200)], [5, "e"]);
  assertEquals(filteredPages(logs, {}).map((page) => page.map((text) => text[0])), [
    ["a", "b"],
    ["c"],
    ["d"],
    ["e"],
  ]);
});

Deno.test("the newest events come first where they are asked for", () => {
  const logs = createLogsModel();
  logs.put("s", [1, "a"], [2, "b"], [3, "c"]);
  assertEquals(filteredPages(logs, { startFromHead: false, limit: 2 }), [["c", "b"], ["a"]]);
});

Deno.test("a late event is before the place of a reader, and found by a new search", () => {
  const logs = createLogsModel();
  logs.put("s", [10, "a"], [20, "b"]);
  const { nextForwardToken } = logs.get(fromHead);
  logs.put("s", [15, "late"]);
  assertEquals(logs.get({ ...fromHead, nextToken: nextForwardToken }).events, []);
  assertEquals(messagesOf(logs.filter({ startTime: 10 })), ["a", "late", "b"]);
});

Deno.test("a filter pattern selects events", () => {
  const logs = createLogsModel();
  logs.put("s", [1, "one"], [2, "two"]);
  assertEquals(messagesOf(logs.filter({ filterPattern: "two" })), ["two"]);
});

Deno.test("groups and streams that are not there are refused", () => {
  const logs = createLogsModel();
  const notFound = "ResourceNotFoundException";
  assertRefused(
    () => logs.call("FilterLogEvents", { logGroupName: "other" }),
    notFound,
    "The specified log group does not exist.",
  );
  assertRefused(() => logs.get(fromHead), notFound, "The specified log stream does not exist.");
  assertRefused(
    () => logs.filter({ logStreamNames: ["s"] }),
    notFound,
    "The specified log stream does not exist.",
  );
});

Deno.test("a group is found by its ARN too", () => {
  const logs = createLogsModel();
  logs.put("s", [1, "a"]);
  const logGroupIdentifier = "arn:aws:logs:us-east-1:123456789012:log-group:g";
  const answer = logs.call("FilterLogEvents", { logGroupIdentifier }) as { events: unknown[] };
  assertEquals(answer.events.length, 1);
});

Deno.test("requests that cannot be are refused", () => {
  const logs = createLogsModel();
  logs.put("s", [1, "a"]);
  assertRefused(
    () => logs.filter({ logStreamNames: ["s"], logStreamNamePrefix: "s" }),
    invalid,
    "cannot be used together",
  );
  assertRefused(() => logs.filter({ logStreamNames: Array(101).fill("s") }), invalid, "100 items");
  assertRefused(() => logs.filter({ limit: 10_001 }), invalid, "between 1 and 10000");
  assertRefused(() => logs.get({ ...fromHead, nextToken: "x" }), invalid, "nextToken is invalid");
});

Deno.test("a token can be used for a day", () => {
  const logs = createLogsModel();
  logs.put("s", [1, "a"]);
  const { nextForwardToken } = logs.get(fromHead);
  assertNotEquals(nextForwardToken, "");
  logs.at(24 * 3_600_000);
  assert(logs.get({ ...fromHead, nextToken: nextForwardToken }).events.length === 0);
  logs.at(24 * 3_600_000 + 1);
  assertRefused(
    () => logs.get({ ...fromHead, nextToken: nextForwardToken }),
    invalid,
    "nextToken has expired",
  );
});
