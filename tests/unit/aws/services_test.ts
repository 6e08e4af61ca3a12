import { assert, assertEquals } from "@std/assert";
import { startSimulator } from "../../../demo/simulator/start.ts";
import { operationsAt } from "../../harness/aws.ts";
import { fileURLToPath } from "node:url";

type Module = {
  specifier: string;
  dependencies?: { code?: { specifier: string }; isDynamic?: boolean }[];
};

Deno.test("no part of the AWS SDK is loaded before a call needs it", async () => {
  const main = new URL("../../../main.ts", import.meta.url);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", fileURLToPath(main)],
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { modules: Module[] };
  const byName = new Map(modules.map((module) => [module.specifier, module]));
  const loaded = new Set<string>();
  const visit = (specifier: string) => {
    if (loaded.has(specifier)) return;
    loaded.add(specifier);
    for (const { code, isDynamic } of byName.get(specifier)?.dependencies ?? []) {
      if (code !== undefined && isDynamic !== true) visit(code.specifier);
    }
  };
  visit(main.href);
  assert([...loaded].some((name) => name.endsWith("/src/aws/services.ts")));
  assertEquals([...loaded].filter((name) => /aws-sdk|smithy/.test(name)), []);
});

Deno.test("CloudWatch Logs is asked at its own endpoint, with the credentials of ECS", async () => {
  const aws = await startSimulator({});
  try {
    const group = { logGroupName: "/ecs/web" };
    const sdk = await import("@aws-sdk/client-cloudwatch-logs");
    const writer = new sdk.CloudWatchLogsClient({
      endpoint: aws.endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "simulated", secretAccessKey: "simulated" },
    });
    const stream = { ...group, logStreamName: "web/app/0" };
    await writer.send(new sdk.CreateLogGroupCommand(group));
    await writer.send(new sdk.CreateLogStreamCommand(stream));
    await writer.send(
      new sdk.PutLogEventsCommand({
        ...stream,
        logEvents: [{ timestamp: Date.now(), message: "hello" }],
      }),
    );
    writer.destroy();
    const operations = operationsAt("http://127.0.0.1:1", { logs: aws.endpoint });
    const messages: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page = await operations.filterLogEvents({ ...group, nextToken }, AbortSignal.any([]));
      messages.push(...(page.events ?? []).map(({ message }) => message));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    assertEquals(messages, ["hello"]);
  } finally {
    await aws.stop();
  }
});

Deno.test("CloudWatch is asked at its own endpoint, in its own protocol", async () => {
  const aws = await startSimulator({});
  try {
    const operations = operationsAt("http://127.0.0.1:1", { cloudwatch: aws.endpoint });
    const { MetricDataResults } = await operations.getMetricData({
      StartTime: new Date(0),
      EndTime: new Date(60_000),
      MetricDataQueries: [{
        Id: "cpu",
        MetricStat: {
          Metric: { Namespace: "ECS/ContainerInsights", MetricName: "CpuUtilized" },
          Period: 60,
          Stat: "Average",
        },
      }],
    }, AbortSignal.any([]));
    assertEquals(MetricDataResults?.map(({ Id, Values }) => ({ Id, Values })), [
      { Id: "cpu", Values: [] },
    ]);
  } finally {
    await aws.stop();
  }
});
