import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Check } from "../../../src/cli/doctor/check.ts";
import { systemClock } from "../../../src/clock.ts";
import type { Host } from "../../../src/cli/host.ts";
import { performUnthrottled } from "../../../demo/simulator/operations/operations.ts";
import { performLogs } from "../../../demo/simulator/logs/operations.ts";
import { ownedTask, type Stage, withStage } from "../../harness/tool.ts";
import { cluster, control } from "../../harness/with_simulator.ts";

const region = "us-east-1";
const group = "/ecs/nomad-remote-driver-demo";

/** A stage on which every prerequisite is met, and the command line that checks all of them. */
async function healthy(stage: Stage): Promise<string[]> {
  const { ecs: { simulator: { model } }, nomad, folder } = stage;
  performUnthrottled(model, region, "UpdateClusterSettings", {
    cluster,
    settings: [{ name: "containerInsights", value: "enhanced" }],
  });
  nomad.nodes.set("node-a", "ready");
  performUnthrottled(model, region, "RegisterTaskDefinition", {
    family: "web",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: "256",
    memory: "512",
    taskRoleArn: "arn:aws:iam::123456789012:role/web",
    containerDefinitions: [{ name: "web", image: "idle" }],
  });
  const config = `${folder}/config.json`;
  await Deno.writeTextFile(config, JSON.stringify({ cluster, region, log_group: group }));
  return [
    "doctor",
    "--config",
    config,
    "--definition",
    "web",
    "--nomad-address",
    nomad.address,
    "--with",
    "stats-metrics",
  ];
}

/** Runs the command with `--json`. */
async function checksOf(stage: Stage, args: string[], changes: Partial<Host> = {}) {
  const ran = await stage.tool([...args, "--json"], changes);
  assertEquals(ran.stderr, "");
  const { checks } = JSON.parse(ran.stdout) as { checks: Check[] };
  return { code: ran.code, checks };
}

Deno.test("where every prerequisite is met all checks are ok, and nothing has changed in AWS", async () => {
  await withStage(async (stage) => {
    const args = await healthy(stage);
    const { code, checks } = await checksOf(stage, args);
    assertEquals(checks.filter(({ status }) => status !== "ok"), []);
    assertEquals(code, 0);
    const { model } = stage.ecs.simulator;
    assertEquals(model.tasks.size, 0);
    assertEquals([...model.definitions.keys()].some((key) => key.includes("doctor")), false);
    assertEquals(model.definitions.get(`${region}/web`)?.length, 1);
  });
});

const denials = [
  "ListTasks",
  "DescribeTasks",
  "StopTask",
  "TagResource",
  "RunTask",
  "RegisterTaskDefinition",
  "ListTaskDefinitions",
  "DeregisterTaskDefinition",
  "ExecuteCommand",
  "ResumeSession",
  "TerminateSession",
  "FilterLogEvents",
  "GetMetricData",
  "DescribeNetworkInterfaces",
];

for (const operation of denials) {
  Deno.test(`a denied ${operation} is named, with the statement that allows it`, async () => {
    await withStage(async (stage) => {
      const args = await healthy(stage);
      await control(stage.ecs, "faults", {
        faults: [{ operations: [operation], mode: "access-denied" }],
      });
      const { code, checks } = await checksOf(stage, args);
      const wrong = checks.filter(({ status }) => status === "warn" || status === "fail");
      const [found, ...others] = wrong;
      assertEquals([code, found?.status, others], [1, "fail", []]);
      assertStringIncludes(found?.name ?? "", `:${operation}`);
      assertStringIncludes(found?.fix ?? "", `allow ${found?.name} in the identity's IAM policy`);
    });
  });
}

const broken: Record<string, {
  break: (stage: Stage, args: string[]) => unknown;
  changes?: Partial<Host>;
  name: string;
  status?: Check["status"];
  fix: string;
}> = {
  "credentials that have expired": {
    break: (stage) =>
      control(stage.ecs, "faults", { faults: [{ operations: ["*"], mode: "expired" }] }),
    name: "credentials",
    fix: "give the process credentials",
  },
  "a cluster that is not there": {
    break: (_stage, args) => args.push("--cluster", "other", "--region", region),
    name: "cluster",
    fix: "create the cluster, or name another",
  },
  "a cluster that is being deleted": {
    break: (stage) => control(stage.ecs, "cluster", { name: cluster, status: "INACTIVE" }),
    name: "cluster",
    fix: "create the cluster, or name another",
  },
  "a cluster that may not be described": {
    break: (stage) =>
      control(stage.ecs, "faults", {
        faults: [{ operations: ["DescribeClusters"], mode: "access-denied" }],
      }),
    name: "cluster",
    fix: "allow ecs:DescribeClusters in the identity's IAM policy: statement DescribeCluster",
  },
  "a cluster without Container Insights": {
    break: ({ ecs: { simulator: { model } } }) =>
      performUnthrottled(model, region, "UpdateClusterSettings", {
        cluster,
        settings: [{ name: "containerInsights", value: "disabled" }],
      }),
    name: "Container Insights",
    status: "warn",
    fix: "name=containerInsights,value=enhanced",
  },
  "a log group that is not there": {
    break: ({ ecs: { simulator: { model } } }) =>
      performLogs(model, region, "DeleteLogGroup", { logGroupName: group }),
    name: "log group",
    fix: `aws logs create-log-group --log-group-name ${group}`,
  },
  "a definition that is not there": {
    break: (_stage, args) => args.splice(args.indexOf("web"), 1, "gone"),
    name: "exec by the definition",
    fix: "check --definition",
  },
  "a definition without a task role": {
    break: (_stage, args) => args.splice(args.indexOf("web"), 1, "idle"),
    name: "exec by the definition",
    status: "warn",
    fix: "give it a taskRoleArn",
  },
  "a role that may not be passed": {
    break: ({ ecs: { simulator: { iam } } }) =>
      iam.decisions.set("iam:PassRole arn:aws:iam::123456789012:role/web", "implicitDeny"),
    name: "iam:PassRole",
    fix: "statement PassRoles",
  },
  "a task without ECS Exec": {
    break: (stage, args) => args.push("--task", ownedTask(stage, "alloc-1", "node-a").id),
    name: "exec in the task",
    fix: "enable_execute_command = true",
  },
  "a task that is not there": {
    break: (_stage, args) => args.push("--task", "0".repeat(32)),
    name: "exec in the task",
    fix: "check --task",
  },
  "a Nomad without a leader": {
    break: ({ nomad }) => nomad.answer = () => new Response("no leader", { status: 500 }),
    name: "Nomad API",
    fix: "once Nomad's servers have a leader",
  },
  "a Nomad that does not listen": {
    break: (_stage, args) => args.push("--nomad-address", "http://127.0.0.1:9"),
    name: "Nomad API",
    fix: "check that the agent runs",
  },
  "a token that may not read the jobs": {
    break: ({ nomad }) =>
      nomad.answer = ({ url }) =>
        url.includes("/v1/allocations")
          ? new Response("Permission denied", { status: 403 })
          : undefined,
    name: "Nomad token: jobs",
    fix: 'namespace "default" { capabilities = ["read-job"] }',
  },
  "a token that may not list the nodes": {
    break: ({ nomad }) =>
      nomad.answer = ({ url }) =>
        url.includes("/v1/nodes") ? new Response("Permission denied", { status: 403 }) : undefined,
    name: "Nomad token: nodes",
    fix: 'node { policy = "read" }',
  },
  "a Nomad that nothing names": {
    break: (_stage, args) => args.splice(args.indexOf("--nomad-address"), 2),
    name: "Nomad API",
    status: "warn",
    fix: "set a nomad block",
  },
  "a clock that is seven minutes ahead": {
    break: () => {},
    changes: { clock: { ...systemClock, now: () => Date.now() + 420_000 } },
    name: "clock",
    fix: "let a time service set this host's clock",
  },
  "a region that nothing names": {
    break: () => {},
    changes: {
      identify: () => Promise.reject(new Error("Region is missing")),
    },
    name: "region",
    fix: "set region in the plugin block's config, AWS_REGION, or --region",
  },
  "a proxy that is no URL": {
    break: () => {},
    changes: { environment: { HTTPS_PROXY: "proxy.example" } },
    name: "proxy",
    fix: "set HTTPS_PROXY to http://host:port",
  },
};

for (
  const [what, { break: breakIt, changes, name, status = "fail", fix }] of Object.entries(broken)
) {
  Deno.test(`${what} is named, with its fix, and nothing else`, async () => {
    await withStage(async (stage) => {
      const args = await healthy(stage);
      await breakIt(stage, args);
      const { code, checks } = await checksOf(stage, args, changes);
      const found = checks.filter((check) => check.status === "fail" || check.status === "warn");
      assertEquals(found.map((check) => [check.name, check.status]), [[name, status]]);
      assertStringIncludes(found[0]?.fix ?? "", fix);
      assertEquals(code, status === "fail" ? 1 : 0);
    });
  });
}

Deno.test("the log group and its permission are learned from one call", async () => {
  await withStage(async (stage) => {
    const { checks } = await checksOf(stage, await healthy(stage));
    const names = ["logs:FilterLogEvents", "log group"];
    assertEquals(checks.filter(({ name }) => names.includes(name)).map(({ name }) => name), names);
    assertEquals(stage.ecs.simulator.calls.read().byOperation["FilterLogEvents"], 1);
  });
});

Deno.test("a denial of the doctor's own family is a warning, as a policy may name families", async () => {
  await withStage(async (stage) => {
    const args = await healthy(stage);
    args.splice(args.indexOf("--definition"), 2);
    await control(stage.ecs, "faults", {
      faults: [{ operations: ["RunTask"], mode: "access-denied" }],
    });
    const { code, checks } = await checksOf(stage, args);
    const found = checks.filter(({ status }) => status !== "ok");
    assertEquals(found.map(({ name, status }) => [name, status]), [["ecs:RunTask", "warn"]]);
    assertStringIncludes(found[0]?.fix ?? "", "--definition");
    assertEquals(code, 0);
  });
});

Deno.test("a denied DescribeTaskDefinition is named for the permission and for the definition", async () => {
  await withStage(async (stage) => {
    const args = await healthy(stage);
    await control(stage.ecs, "faults", {
      faults: [{ operations: ["DescribeTaskDefinition"], mode: "access-denied" }],
    });
    const { checks } = await checksOf(stage, args);
    assertEquals(checks.filter(({ status }) => status === "fail").map(({ name }) => name), [
      "ecs:DescribeTaskDefinition",
      "exec by the definition",
    ]);
  });
});

Deno.test("the key of a cluster that encrypts its sessions is tried, and a denial is named", async () => {
  await withStage(async (stage) => {
    const args = await healthy(stage);
    const kmsKeyId = "arn:aws:kms:us-east-1:123456789012:key/1";
    performUnthrottled(stage.ecs.simulator.model, region, "UpdateCluster", {
      cluster,
      configuration: { executeCommandConfiguration: { kmsKeyId, logging: "DEFAULT" } },
    });
    await control(stage.ecs, "faults", {
      faults: [{ operations: ["GenerateDataKey"], mode: "access-denied" }],
    });
    const { checks } = await checksOf(stage, args);
    const found = checks.filter(({ status }) => status !== "ok");
    assertEquals(found.map(({ name }) => name), ["kms:GenerateDataKey"]);
    assertStringIncludes(found[0]?.fix ?? "", "statement SessionKeys");
  });
});

Deno.test("the built file tells the proxy of its environment, without its password", async () => {
  await withStage(async (stage) => {
    const args = await healthy(stage);
    const { stdout, stderr } = await stage.executable([...args, "--json"], {
      HTTPS_PROXY: "http://ops:not-to-be-shown@proxy.example:3128",
      no_proxy: "10.0.0.0/8",
    });
    const { checks } = JSON.parse(stdout) as { checks: Check[] };
    const proxy = checks.find(({ name }) => name === "proxy");
    assertStringIncludes(
      proxy?.detail ?? "",
      "proxy.example:3128 (HTTPS_PROXY), not for 10.0.0.0/8",
    );
    assertEquals((stdout + stderr).includes("not-to-be-shown"), false);
  });
});

Deno.test("the built file prints a table, and each failure with what to do", async () => {
  await withStage(async (stage) => {
    const args = await healthy(stage);
    await control(stage.ecs, "faults", {
      faults: [{ operations: ["StopTask"], mode: "access-denied" }],
    });
    const { code, stdout, stderr } = await stage.executable(args);
    assertEquals([code, stderr], [1, ""]);
    assertStringIncludes(stdout, "arn:aws:iam::123456789012:user/simulated");
    assertStringIncludes(
      stdout,
      "fail  ecs:StopTask: allow ecs:StopTask in the identity's IAM policy",
    );
    assertStringIncludes(stdout, "1 failure. Not tried: ssmmessages:OpenDataChannel");
  });
});
