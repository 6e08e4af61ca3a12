import { CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { RegisterTaskDefinitionCommand, UpdateClusterSettingsCommand } from "@aws-sdk/client-ecs";
import { cbor } from "@smithy/core/cbor";
import { assert, assertEquals } from "@std/assert";
import {
  cluster,
  credentials,
  idle,
  run,
  until,
  withEcs,
} from "../../../harness/with_simulator.ts";

Deno.test("metrics show what the processes of a container use", async () => {
  await withEcs(async (client, { endpoint, simulator }) => {
    Object.assign(simulator.model.insights, { metricDelayMs: 0 });
    await client.send(
      new UpdateClusterSettingsCommand({
        cluster,
        settings: [{ name: "containerInsights", value: "enhanced" }],
      }),
    );
    await client.send(
      new RegisterTaskDefinitionCommand({
        family: "busy",
        networkMode: "awsvpc",
        requiresCompatibilities: ["FARGATE"],
        cpu: "256",
        memory: "512",
        containerDefinitions: [
          { name: "main", image: "busybox", command: ["sh", "-c", "while :; do :; done"] },
        ],
      }),
    );
    const arn = await run(client, { ...idle, taskDefinition: "busy" });
    await until(client, arn, "RUNNING");
    const cloudwatch = new CloudWatchClient({ region: "us-east-1", endpoint, credentials });
    const query = (MetricName: string) => ({
      Id: MetricName.charAt(0).toLowerCase() + MetricName.slice(1),
      MetricStat: {
        Metric: {
          Namespace: "ECS/ContainerInsights",
          MetricName,
          Dimensions: [
            { Name: "ClusterName", Value: cluster },
            { Name: "TaskDefinitionFamily", Value: "busy" },
            { Name: "TaskId", Value: arn.split("/").at(-1) },
          ],
        },
        Period: 60,
        Stat: "Maximum",
      },
    });
    const read = async () => {
      const { MetricDataResults } = await cloudwatch.send(
        new GetMetricDataCommand({
          MetricDataQueries: [query("CpuUtilized"), query("MemoryReserved")],
          StartTime: new Date(Date.now() - 600_000),
          EndTime: new Date(Date.now() + 60_000),
        }),
      );
      return MetricDataResults?.map(({ Values, Timestamps }) => ({
        most: Math.max(...Values ?? []),
        newest: Timestamps?.[0],
      }));
    };
    while (true) {
      const [cpu, memory] = await read() ?? [];
      // A busy loop uses a processor, as far as it gets one.
      if (cpu !== undefined && memory !== undefined && cpu.most > 100) {
        assertEquals(memory.most, 512);
        assert(cpu.newest !== undefined && Math.abs(Date.now() - Number(cpu.newest)) < 600_000);
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    cloudwatch.destroy();
  });
});

Deno.test("CloudWatch answers Smithy RPC v2 CBOR too", async () => {
  await withEcs(async (_client, { endpoint }) => {
    const call = async (operation: string, input: unknown) => {
      const path = `service/GraniteServiceVersion20100801/operation/${operation}`;
      const response = await fetch(`${endpoint}/${path}`, {
        method: "POST",
        headers: {
          "smithy-protocol": "rpc-v2-cbor",
          "content-type": "application/cbor",
          authorization: "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/monitoring/aws4_request",
        },
        body: cbor.serialize(input).slice(),
      });
      const answer = cbor.deserialize(new Uint8Array(await response.arrayBuffer()));
      return { status: response.status, answer };
    };
    const { status, answer } = await call("ListMetrics", {});
    assertEquals([status, answer.Metrics], [200, []]);
    const refused = await call("GetMetricData", { MetricDataQueries: [] });
    assertEquals([refused.status, refused.answer.__type], [400, "ValidationError"]);
  });
});
