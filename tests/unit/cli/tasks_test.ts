import { assertEquals, assertStringIncludes } from "@std/assert";
import { systemClock } from "../../../src/clock.ts";
import { over, ownedTask, rowsOf, running, runTask, withStage } from "../../harness/tool.ts";
import { cluster, control } from "../../harness/with_simulator.ts";

Deno.test("each task is told with its job, allocation, node, status and age", async () => {
  await withStage(async (stage) => {
    stage.nomad.nodes.set("node-a", "ready");
    stage.nomad.allocations.set("alloc-1", running);
    const { arn } = ownedTask(stage, "alloc-1", "node-a");
    const row = (await rowsOf(stage)).get("alloc-1");
    assertEquals(
      { ...row, age: typeof row?.age, status: typeof row?.status },
      {
        arn,
        namespace: "default",
        job: "site",
        group: "front",
        task: "web",
        allocation: "alloc-1",
        node: "node-a",
        nodeStatus: "ready",
        age: "number",
        status: "string",
        taskDefinition: "idle:1",
        keeper: "node node-a",
        orphan: "no",
        why: "Nomad wants its allocation to run",
      },
    );
  });
});

Deno.test("without Nomad the tasks are listed, and none is called an orphan", async () => {
  await withStage(async (stage) => {
    ownedTask(stage, "alloc-1", "node-a");
    const row = (await rowsOf(stage, false)).get("alloc-1");
    assertEquals([row?.orphan, row?.nodeStatus], ["unknown", null]);
    assertStringIncludes(row?.why ?? "", "NOMAD_ADDR");
  });
});

Deno.test("tasks that no driver has started are left out, and the Go driver's are never orphans", async () => {
  await withStage(async (stage) => {
    for (const startedBy of ["ecs-svc/1", "nomad-ecs-driver"]) {
      runTask(stage, { taskDefinition: "idle", startedBy });
    }
    const rows = await rowsOf(stage);
    assertEquals([...rows.values()].map(({ orphan }) => orphan), ["unknown"]);
  });
});

Deno.test("3,000 tasks of a cluster are told one by one", async () => {
  await withStage(async (stage) => {
    for (const node of ["node-a", "node-b"]) stage.nomad.nodes.set(node, "ready");
    for (let at = 0; at < 3_000; at++) {
      const allocId = `alloc-${at}`;
      stage.nomad.allocations.set(allocId, at % 100 === 0 ? over : running);
      ownedTask(stage, allocId, "node-a");
    }
    const rows = await rowsOf(stage);
    const held = [...stage.ecs.simulator.model.tasks.keys()];
    assertEquals(new Set([...rows.values()].map(({ arn }) => arn)), new Set(held));
    assertEquals([...rows.values()].filter(({ orphan }) => orphan === "yes").length, 30);
  });
});

Deno.test("--watch looks again until the person ends it", async () => {
  await withStage(async (stage) => {
    const ended = new AbortController();
    const looks: string[] = [];
    const { code } = await stage.tool(
      ["tasks", "--cluster", cluster, "--region", "us-east-1", "--watch", "--json"],
      {
        signal: ended.signal,
        clock: {
          ...systemClock,
          sleep: (ms, signal) => ms === 5_000 ? Promise.resolve() : systemClock.sleep(ms, signal),
        },
        stdout: {
          isTerminal: false,
          write: (text) => {
            looks.push(String(text));
            if (looks.length === 3) ended.abort();
            return Promise.resolve();
          },
        },
      },
    );
    assertEquals(code, 130);
    assertEquals(looks.map((look) => JSON.parse(look).tasks), [[], [], []]);
  });
});

Deno.test("--watch goes on where AWS does not answer for a while", async () => {
  await withStage(async (stage) => {
    const ended = new AbortController();
    let looks = 0;
    const { code, stderr } = await stage.tool(
      ["tasks", "--cluster", cluster, "--region", "us-east-1", "--watch", "--json"],
      {
        signal: ended.signal,
        clock: {
          ...systemClock,
          sleep: async (ms, signal) => {
            if (ms !== 5_000) return await systemClock.sleep(ms, signal);
            const faults = looks === 1 ? [{ operations: ["ListTasks"], mode: "error500" }] : [];
            await control(stage.ecs, "faults", { faults });
            looks += 1;
            if (looks === 3) ended.abort();
          },
        },
      },
    );
    assertEquals([code, looks], [130, 3]);
    assertStringIncludes(stderr, "warning: ECS ListTasks of cluster");
  });
});

Deno.test("the built file lists the tasks with credentials, endpoint and Nomad of its environment", async () => {
  await withStage(async (stage) => {
    stage.nomad.nodes.set("node-a", "down");
    stage.nomad.allocations.set("alloc-1", over);
    ownedTask(stage, "alloc-1", "node-a");
    const { address } = stage.nomad;
    const { code, stdout, stderr } = await stage.executable(["tasks", "--cluster", cluster], {
      NOMAD_ADDR: address,
    });
    assertEquals([code, stderr], [0, ""]);
    const [heading = "", row = "", sum = ""] = stdout.split("\n");
    assertStringIncludes(heading, "ORPHAN");
    assertStringIncludes(row, "its allocation is over (complete)");
    assertStringIncludes(sum, "1 ECS task in cluster");
    assertEquals(stdout.includes("\x1b"), false);
  });
});

Deno.test("an answer of AWS that is none ends with status 3, and says what was asked", async () => {
  await withStage(async (stage) => {
    const { code, stderr } = await stage.tool([
      "tasks",
      "--cluster",
      "other",
      "--region",
      "us-east-1",
    ]);
    assertEquals(code, 3);
    assertStringIncludes(stderr, "ClusterNotFound");
  });
});
