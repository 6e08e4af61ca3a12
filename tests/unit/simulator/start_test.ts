import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  DescribeClustersCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ECSServiceException,
  ListTagsForResourceCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  type RunTaskCommandInput,
  StopTaskCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-ecs";
import { type FaultMode, faultModes } from "../../../demo/simulator/state/faults.ts";
import { cluster, idle, nameOf, run, until, withEcs } from "../../harness/with_simulator.ts";

Deno.test("clusters are described, or MISSING", async () => {
  await withEcs(async (client) => {
    const { clusters, failures } = await client.send(
      new DescribeClustersCommand({ clusters: [cluster, "other"] }),
    );
    assertEquals(clusters?.map(({ status }) => status), ["ACTIVE"]);
    assertEquals(failures?.map(({ reason }) => reason), ["MISSING"]);
  });
});

Deno.test("a task goes from PROVISIONING to RUNNING, and by StopTask to STOPPED", async () => {
  await withEcs(async (client) => {
    const arn = await run(client);
    assertMatch(
      arn,
      /^arn:aws:ecs:us-east-1:123456789012:task\/nomad-remote-driver-demo\/[0-9a-f]{32}$/,
    );
    const running = await until(client, arn, "RUNNING");
    assert(running.startedAt !== undefined && running.startedAt >= (running.createdAt ?? 0));
    const details = running.attachments?.[0]?.details;
    assertMatch(
      details?.find(({ name }) => name === "privateIPv4Address")?.value ?? "",
      /^10\./,
    );
    await client.send(new StopTaskCommand({ cluster, task: arn, reason: "enough" }));
    const stopped = await until(client, arn, "STOPPED");
    assertEquals([stopped.stopCode, stopped.stoppedReason], ["UserInitiated", "enough"]);
    assertEquals(stopped.containers?.[0]?.exitCode, 143);
    await client.send(new StopTaskCommand({ cluster, task: arn }));
  });
});

Deno.test("a container's command is a real process, with its exit code and output", async () => {
  await withEcs(async (client, ecs) => {
    const arn = await run(client, { ...idle, taskDefinition: "exit7" });
    const stopped = await until(client, arn, "STOPPED");
    assertEquals(stopped.stopCode, "EssentialContainerExited");
    assertEquals(stopped.containers?.[0]?.exitCode, 7);
    const response = await fetch(`${ecs.endpoint}/_sim/tasks`);
    const [task] = await response.json();
    assertEquals(task.output.main.stderr, "failing\n");
  });
});

Deno.test("an image that cannot be pulled fails the task before it runs", async () => {
  await withEcs(async (client) => {
    const arn = await run(client, { ...idle, taskDefinition: "unpullable" });
    const stopped = await until(client, arn, "STOPPED");
    assertEquals(stopped.stopCode, "TaskFailedToStart");
    assertMatch(stopped.stoppedReason ?? "", /^CannotPullContainerError/);
    assertEquals(stopped.containers?.[0]?.exitCode, undefined);
  });
});

Deno.test("a client token makes RunTask idempotent, and belongs to its parameters", async () => {
  await withEcs(async (client) => {
    const first = await run(client, { ...idle, clientToken: "one" });
    assertEquals(await run(client, { ...idle, clientToken: "one" }), first);
    assert(await run(client, { ...idle, clientToken: "two" }) !== first);
    const conflict = await assertRejects(
      () => run(client, { ...idle, clientToken: "one", startedBy: "other" }),
      Error,
    );
    assertEquals(conflict.name, "ConflictException");
    assertEquals((conflict as Error & { resourceIds?: string[] }).resourceIds, [first]);
  });
});

Deno.test("tasks are listed by who started them, page by page, without those that stop", async () => {
  await withEcs(async (client) => {
    const mine = await run(client, { ...idle, startedBy: "nomad/a" });
    const others = [await run(client), await run(client)];
    const list = (input: Record<string, unknown>) =>
      client.send(new ListTasksCommand({ cluster, ...input }));
    assertEquals((await list({ startedBy: "nomad/a" })).taskArns, [mine]);
    const first = await list({ maxResults: 2 });
    const second = await list({ maxResults: 2, nextToken: first.nextToken });
    assertEquals([...first.taskArns ?? [], ...second.taskArns ?? []], [mine, ...others]);
    await client.send(new StopTaskCommand({ cluster, task: mine }));
    assertEquals((await list({ startedBy: "nomad/a" })).taskArns, []);
  });
});

Deno.test("a fresh task is MISSING until ECS has caught up", async () => {
  await withEcs(async (client, ecs) => {
    const arn = await run(client);
    const { failures } = await client.send(new DescribeTasksCommand({ cluster, tasks: [arn] }));
    assertEquals(failures?.[0]?.reason, "MISSING");
    assertEquals((await client.send(new ListTasksCommand({ cluster }))).taskArns, []);
    ecs.simulator.model.pace.consistency = 0;
    await until(client, arn, "RUNNING");
  }, 60_000);
});

Deno.test("tags are added, replaced and removed", async () => {
  await withEcs(async (client) => {
    const resourceArn = await run(client, { ...idle, tags: [{ key: "a", value: "1" }] });
    await client.send(
      new TagResourceCommand({ resourceArn, tags: [{ key: "a", value: "2" }, { key: "b" }] }),
    );
    await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ["b"] }));
    const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn }));
    assertEquals(tags, [{ key: "a", value: "2" }]);
  });
});

Deno.test("task definitions count their revisions, and the newest is the family", async () => {
  await withEcs(async (client) => {
    const register = () =>
      client.send(
        new RegisterTaskDefinitionCommand({
          family: "fresh",
          containerDefinitions: [{ name: "main", image: "busybox", memory: 64 }],
        }),
      );
    await register();
    await register();
    const { taskDefinition } = await client.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: "fresh" }),
    );
    assertEquals(taskDefinition?.revision, 2);
  });
});

Deno.test("requests that AWS refuses are refused with its errors", async () => {
  await withEcs(async (client) => {
    const runIt = (input: Partial<RunTaskCommandInput>) =>
      nameOf(run(client, { ...idle, ...input }));
    assertEquals(await runIt({ taskDefinition: "unknown" }), "ClientException");
    assertEquals(await runIt({ cluster: "unknown" }), "ClusterNotFoundException");
    assertEquals(await runIt({ networkConfiguration: undefined }), "InvalidParameterException");
    assertEquals(await runIt({ startedBy: "a b" }), "InvalidParameterException");
    assertEquals(await runIt({ clientToken: "x".repeat(65) }), "InvalidParameterException");
    assertEquals(
      await runIt({ capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT" }] }),
      "InvalidParameterException",
    );
    const overrides = { containerOverrides: [{ name: "other" }] };
    assertEquals(await runIt({ overrides }), "InvalidParameterException");
    const tags = Array.from({ length: 51 }, (_, index) => ({ key: `k${index}`, value: "v" }));
    assertEquals(await runIt({ tags }), "InvalidParameterException");
    assertEquals(
      await nameOf(client.send(new StopTaskCommand({ cluster, task: "0".repeat(32) }))),
      "InvalidParameterException",
    );
    const many = Array.from({ length: 101 }, (_, index) => String(index));
    assertEquals(
      await nameOf(client.send(new DescribeTasksCommand({ cluster, tasks: many }))),
      "InvalidParameterException",
    );
  });
});

Deno.test("clients of one account share its quotas, which can be read and raised", async () => {
  await withEcs(async (client, { endpoint, simulator }) => {
    simulator.model.speed = 1e-6; // no token comes back meanwhile
    const other = new ECSClient({
      region: "us-east-1",
      endpoint,
      credentials: { accessKeyId: "another", secretAccessKey: "another" },
      maxAttempts: 1,
    });
    const arns = await Promise.all(Array.from({ length: 50 }, () => run(client)));
    const run10 = { ...idle, count: 10 };
    for (let call = 0; call < 5; call++) await other.send(new RunTaskCommand(run10));
    const refusal = await assertRejects(() => run(client), ECSServiceException);
    assertEquals(
      [refusal.name, refusal.message, refusal.$metadata.httpStatusCode],
      ["ThrottlingException", "Rate exceeded", 400],
    );
    const stop = () => client.send(new StopTaskCommand({ cluster, task: arns[0] }));
    for (let call = 0; call < 44; call++) await stop();
    assertEquals(await nameOf(stop()), "ThrottlingException");
    const { byCategory } = await (await fetch(`${endpoint}/_sim/calls`)).json();
    assertEquals(byCategory, {
      "cluster-resource-modify": { admitted: 100, refused: 1 },
      "fargate-launch": { admitted: 55, refused: 1 },
    });
    await fetch(`${endpoint}/_sim/quotas`, {
      method: "POST",
      body: JSON.stringify({ quotas: { "cluster-resource-modify": null } }),
    });
    await stop();
    const table = await (await fetch(`${endpoint}/_sim/quotas`)).json();
    assertEquals(table["cluster-resource-modify"], undefined);
    assertEquals(table["fargate-launch"], { burst: 100, perSecond: 20 });
    other.destroy();
  });
});

Deno.test("what is no request is answered as AWS does", async () => {
  await withEcs(async (_client, { endpoint }) => {
    const send = async (headers: Record<string, string>, body: string) => {
      const response = await fetch(endpoint, { method: "POST", headers, body });
      return { status: response.status, type: (await response.json()).__type };
    };
    const authorization = "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/ecs/aws4_request";
    const target = "AmazonEC2ContainerServiceV20141113.ListTasks";
    assertEquals(await send({ "x-amz-target": target }, "{}"), {
      status: 400,
      type: "MissingAuthenticationTokenException",
    });
    assertEquals(await send({ authorization, "x-amz-target": target }, "{"), {
      status: 400,
      type: "SerializationException",
    });
    const odd = "AmazonEC2ContainerServiceV20141113.Frobnicate";
    assertEquals(
      (await send({ authorization, "x-amz-target": odd }, "{}")).type,
      "UnknownOperationException",
    );
  });
});

const faultNames: Record<FaultMode, string> = {
  throttle: "ThrottlingException",
  error500: "ServerException",
  error503: "ServiceUnavailableException",
  hang: "AbortError",
  "cut-before": "TimeoutError",
  "cut-after": "TimeoutError",
  garbage: "SyntaxError",
  "half-body": "Error",
  "access-denied": "AccessDeniedException",
  expired: "ExpiredTokenException",
  "unrecognized-client": "UnrecognizedClientException",
  capacity: "",
};
for (const mode of faultModes) {
  Deno.test(`calls go wrong on demand: ${mode}`, async () => {
    await withEcs(async (client, { simulator, endpoint }) => {
      const faults = [{ operations: ["RunTask"], mode, count: 1 }];
      const set = await fetch(`${endpoint}/_sim/faults`, {
        method: "POST",
        body: JSON.stringify({ faults }),
      });
      assertEquals(await set.json(), {});
      const abort = new AbortController();
      const made = client.send(new RunTaskCommand(idle), { abortSignal: abort.signal });
      if (mode === "hang") {
        while (simulator.calls.read().byOperation["RunTask"] !== 1) {
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        abort.abort();
      }
      if (mode === "capacity") {
        assertEquals((await made).failures?.length, 1);
      } else assertEquals(await nameOf(made), faultNames[mode]);
      const acted = ["cut-after", "garbage", "half-body"].includes(mode) ? 1 : 0;
      assertEquals(simulator.model.tasks.size, acted);
      await run(client);
    });
  });
}
