import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { assertEquals, assertMatch } from "@std/assert";
import { assertRefused } from "../../../harness/simulator_definitions.ts";
import { createLogsModel } from "../../../harness/simulator_logs.ts";
import {
  control,
  credentials,
  idle,
  nameOf,
  run,
  until,
  withEcs,
} from "../../../harness/with_simulator.ts";

const group = { logGroupName: "/ecs/nomad-remote-driver-demo" };

async function withLogs(
  use: (
    logs: CloudWatchLogsClient,
    ...rest: Parameters<Parameters<typeof withEcs>[0]>
  ) => Promise<void>,
  region = "us-east-1",
): Promise<void> {
  await withEcs(async (client, ecs) => {
    const { endpoint } = ecs;
    const logs = new CloudWatchLogsClient({ region, endpoint, credentials, maxAttempts: 1 });
    try {
      await use(logs, client, ecs);
    } finally {
      logs.destroy();
    }
  });
}

Deno.test("what a container prints is in its stream, also the last line of one that ends at once", async () => {
  await withLogs(async (logs, client, ecs) => {
    await control(ecs, "logs", { emptyPages: 0, partialPages: 0 });
    const arn = await run(client, { ...idle, taskDefinition: "exit7" });
    await until(client, arn, "STOPPED");
    const logStreamName = `demo/main/${arn.split("/").at(-1)}`;
    const stream = { ...group, logStreamName, startFromHead: true };
    while (true) {
      const { events } = await logs.send(new GetLogEventsCommand(stream));
      if (events?.length === 1) {
        assertEquals(events[0]?.message, "failing");
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const filtered = await logs.send(
      new FilterLogEventsCommand({ ...group, logStreamNames: [logStreamName], startTime: 0 }),
    );
    assertEquals(filtered.events?.map(({ message }) => message), ["failing"]);
    const { logStreams } = await logs.send(new DescribeLogStreamsCommand(group));
    assertEquals(logStreams?.map((one) => one.logStreamName), [logStreamName]);
  });
});

Deno.test("groups and streams are made, described, filled and deleted", async () => {
  await withLogs(async (logs) => {
    const logGroupName = "/app/é".replace("é", "e");
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
    assertEquals(
      await nameOf(logs.send(new CreateLogGroupCommand({ logGroupName }))),
      "ResourceAlreadyExistsException",
    );
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: "s" }));
    await logs.send(
      new PutLogEventsCommand({
        logGroupName,
        logStreamName: "s",
        logEvents: [{ timestamp: 1_795_642_977_696, message: "a" }],
      }),
    );
    const { logGroups } = await logs.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: "/app" }),
    );
    assertEquals(logGroups?.map((one) => one.logGroupName), [logGroupName]);
    assertMatch(
      logGroups?.[0]?.arn ?? "",
      /^arn:aws:logs:us-east-1:123456789012:log-group:\/app\/e:\*$/,
    );
    const { events } = await logs.send(
      new GetLogEventsCommand({ logGroupName, logStreamName: "s", limit: 1 }),
    );
    assertEquals(events?.map(({ timestamp }) => timestamp), [1_795_642_977_696]);
    await logs.send(new DeleteLogGroupCommand({ logGroupName }));
    assertEquals(
      await nameOf(logs.send(new DescribeLogStreamsCommand({ logGroupName }))),
      "ResourceNotFoundException",
    );
  });
});

Deno.test("both readers have the quota of their region", async () => {
  for (const [region, filters, gets] of [["us-east-1", 25, 25], ["eu-central-1", 5, 10]] as const) {
    await withLogs(async (logs, _client, { simulator }) => {
      simulator.model.speed = 1e-6; // no token comes back meanwhile
      const names: string[] = [];
      for (let call = 0; call <= filters; call++) {
        names.push(await nameOf(logs.send(new FilterLogEventsCommand({ logGroupName: "x" }))));
      }
      assertEquals(names.indexOf("ThrottlingException"), filters);
      const stream = { logGroupName: "x", logStreamName: "s" };
      for (let call = 0; call < gets; call++) {
        await nameOf(logs.send(new GetLogEventsCommand(stream)));
      }
      assertEquals(await nameOf(logs.send(new GetLogEventsCommand(stream))), "ThrottlingException");
    }, region);
  }
});

Deno.test("calls to CloudWatch Logs go wrong on demand", async () => {
  await withLogs(async (logs, _client, ecs) => {
    const filter = () => logs.send(new FilterLogEventsCommand(group));
    const faults = (mode: string) =>
      control(ecs, "faults", { faults: [{ operations: ["FilterLogEvents"], mode, count: 1 }] });
    await faults("access-denied");
    assertEquals(await nameOf(filter()), "AccessDeniedException");
    await faults("garbage");
    assertEquals(await nameOf(filter()), "SyntaxError");
    await filter();
  });
});

Deno.test("a request for another service or without a signature is refused", async () => {
  await withLogs(async (_logs, _client, { endpoint }) => {
    const send = async (headers: Record<string, string>) => {
      const response = await fetch(endpoint, {
        method: "POST",
        headers: { "x-amz-target": "Logs_20140328.DescribeLogGroups", ...headers },
        body: "{}",
      });
      return (await response.json()).__type;
    };
    const scope = (service: string) => ({
      authorization: `AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/${service}/aws4_request`,
    });
    assertEquals(await send({}), "MissingAuthenticationTokenException");
    assertEquals(await send(scope("ecs")), "InvalidSignatureException");
    assertEquals(await send(scope("logs")), undefined);
  });
});

Deno.test("events that cannot be put are refused", () => {
  const logs = createLogsModel();
  const put = (...events: [number, string][]) => () => logs.put("s", ...events);
  const invalid = "InvalidParameterException";
  assertRefused(put(), invalid, "1 to 10000");
  assertRefused(put([1, ""]), invalid, "must not be empty");
  assertRefused(put([2, "a"], [1, "b"]), invalid, "chronological");
});

const hour = 3_600_000;

Deno.test("events of a batch that are too old or too new are left out, and named", () => {
  const logs = createLogsModel();
  logs.at(20 * 24 * hour);
  logs.call("CreateLogStream", { logGroupName: "g", logStreamName: "s" });
  const put = (...hours: number[]) =>
    logs.call("PutLogEvents", {
      logGroupName: "g",
      logStreamName: "s",
      logEvents: hours.map((at) => ({ timestamp: at * hour, message: `${at}` })),
    }) as { rejectedLogEventsInfo?: unknown };
  assertEquals(put(143, 145).rejectedLogEventsInfo, { tooOldLogEventEndIndex: 1 });
  assertEquals(put(480, 482, 483).rejectedLogEventsInfo, { tooNewLogEventStartIndex: 2 });
  assertEquals(put(480).rejectedLogEventsInfo, undefined);
  const { events } = logs.get({ logStreamName: "s", startFromHead: true });
  assertEquals(events.map(({ message }) => message), ["145", "480", "480", "482"]);
  logs.call("PutRetentionPolicy", { logGroupName: "g", retentionInDays: 1 });
  assertEquals(put(455, 457).rejectedLogEventsInfo, { expiredLogEventEndIndex: 1 });
});

Deno.test("a batch spans 24 hours and has 1,048,576 bytes at most", () => {
  const logs = createLogsModel();
  const refused = (...events: [number, string][]) =>
    assertRefused(() => logs.put("s", ...events), "InvalidParameterException", "batch");
  refused([0, "a"], [24 * hour + 1, "b"]);
  refused([0, "x".repeat(1_048_576 - 25)]);
  logs.put("s", [0, "x".repeat(1_048_576 - 26)]);
});

for (const retentionInDays of [0, 2, 3_654]) {
  Deno.test(`a group does not keep its events for ${retentionInDays} days`, () => {
    assertRefused(
      () => createLogsModel().call("PutRetentionPolicy", { logGroupName: "g", retentionInDays }),
      "InvalidParameterException",
      "retentionInDays",
    );
  });
}

Deno.test("streams are listed by name or by their newest event", () => {
  const logs = createLogsModel();
  logs.put("b", [1, "x"]);
  logs.put("a", [2, "x"]);
  const list = (input: object) =>
    (logs.call("DescribeLogStreams", { logGroupName: "g", ...input }) as {
      logStreams: { logStreamName: string }[];
    }).logStreams.map(({ logStreamName }) => logStreamName);
  assertEquals(list({}), ["a", "b"]);
  assertEquals(list({ orderBy: "LastEventTime" }), ["b", "a"]);
  assertEquals(list({ orderBy: "LastEventTime", descending: true, limit: 1 }), ["a"]);
  assertRefused(
    () => list({ orderBy: "LastEventTime", logStreamNamePrefix: "a" }),
    "InvalidParameterException",
    "LastEventTime",
  );
});

type Groups = { logGroups: Record<string, unknown>[] };

Deno.test("a group keeps the class and the key that it was created with, and is found by its class", () => {
  const { call } = createLogsModel();
  const kmsKeyId = "arn:aws:kms:us-east-1:123456789012:key/1";
  call("CreateLogGroup", { logGroupName: "plain" });
  call("CreateLogGroup", { logGroupName: "rare", logGroupClass: "INFREQUENT_ACCESS", kmsKeyId });
  const found = (filter: Record<string, unknown>) =>
    (call("DescribeLogGroups", filter) as Groups).logGroups
      .filter(({ logGroupName }) => logGroupName === "plain" || logGroupName === "rare")
      .map((group) => [group["logGroupName"], group["logGroupClass"], group["kmsKeyId"]]);
  const plain = ["plain", "STANDARD", undefined];
  const rare = ["rare", "INFREQUENT_ACCESS", kmsKeyId];
  assertEquals(found({}), [plain, rare]);
  assertEquals(found({ logGroupClass: "INFREQUENT_ACCESS" }), [rare]);
  assertEquals(found({ logGroupIdentifiers: ["plain"] }), [plain]);
  for (
    const wrong of [
      { logGroupClass: "X" },
      { logGroupIdentifiers: ["plain"], logGroupNamePrefix: "p" },
    ]
  ) {
    assertRefused(() => call("DescribeLogGroups", wrong), "InvalidParameterException", "");
  }
  assertRefused(
    () => call("CreateLogGroup", { logGroupName: "x", logGroupClass: "X" }),
    "InvalidParameterException",
    "logGroupClass must be one of STANDARD",
  );
});

Deno.test("a retention policy can be taken away", () => {
  const { call } = createLogsModel();
  call("CreateLogGroup", { logGroupName: "kept" });
  const retention = () =>
    (call("DescribeLogGroups", { logGroupNamePrefix: "kept" }) as Groups)
      .logGroups[0]?.["retentionInDays"];
  call("PutRetentionPolicy", { logGroupName: "kept", retentionInDays: 7 });
  assertEquals(retention(), 7);
  call("DeleteRetentionPolicy", { logGroupName: "kept" });
  assertEquals(retention(), undefined);
});

Deno.test("a group is named by its ARN, also with the star of DescribeLogGroups", () => {
  const { call } = createLogsModel();
  call("CreateLogGroup", { logGroupName: "/a/b" });
  const arn = "arn:aws:logs:us-east-1:123456789012:log-group:/a/b";
  for (const logGroupIdentifier of ["/a/b", arn, `${arn}:*`]) {
    assertEquals(call("DescribeLogStreams", { logGroupIdentifier }), {
      logStreams: [],
      nextToken: undefined,
    });
  }
});

Deno.test("an event without a time, or of a time before 1970, is refused", () => {
  const { call } = createLogsModel();
  call("CreateLogStream", { logGroupName: "g", logStreamName: "s" });
  const put = (timestamp: number | undefined) => () =>
    call("PutLogEvents", {
      logGroupName: "g",
      logStreamName: "s",
      logEvents: [{ timestamp, message: "a" }],
    });
  assertRefused(put(undefined), "InvalidParameterException", "timestamp must not be null");
  assertRefused(put(-1), "InvalidParameterException", "timestamp must be between 0");
});
