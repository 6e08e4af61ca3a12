import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Allocation } from "../../../demo/lib/nomad.ts";
import { eventually } from "../../../demo/lib/process.ts";
import type { SimulatedTask } from "../../../demo/lib/simulator.ts";
import { callEcs, type Json } from "./recorder.ts";
import { eventsOf, exitCodeOf, isOver, isRunning, type Site } from "./site.ts";

/** How an example is brought to run, once it is registered, and to what. */
export type Expected = {
  readonly ends: "running" | "complete";
  /** Parameters to dispatch it with, or that it is to run ahead of its time; else it runs by itself. */
  readonly by?: { readonly meta: Record<string, string> } | "force";
  /** What it needs to be there. */
  readonly before?: (site: Site) => Promise<void>;
  /** Whether it does what it promises. */
  readonly check: (run: Run) => void | Promise<void>;
};

/** An example's run. */
export type Run = {
  readonly site: Site;
  readonly file: string;
  readonly job: string;
  readonly allocation: Allocation;
  readonly task: SimulatedTask;
  /** The request of RunTask that it came from. */
  readonly asked: Json;
  /** The definition that was registered for it, if one was. */
  readonly definition: Json | undefined;
};

/** Where the examples are. */
export const folder = new URL("../../../docs/examples/", import.meta.url).pathname;

const cluster = { region: "eu-central-1", name: "research" };
const role = { arn: "arn:aws:iam::210987654321:role/nomad-ecs", externalId: "nomad-production" };

/** What is expected of each file of docs/examples, the one that takes its time last. */
export const examples: Record<string, Expected> = {
  "batch.nomad.hcl": {
    ends: "complete",
    check: ({ task }) => {
      assertStringIncludes(outputOf(task, "report"), "the report is written");
      assertEquals(tagsOf(task)["team"], "finance");
    },
  },
  "periodic.nomad.hcl": {
    ends: "complete",
    by: "force",
    check: ({ task }) => {
      assertStringIncludes(outputOf(task, "cleanup"), "all is clean");
      assertMatch(tagsOf(task)["nomad:job_id"] ?? "", /^cleanup\/periodic-/);
    },
  },
  "parameterized.nomad.hcl": {
    ends: "complete",
    by: { meta: { picture: "cat.png" } },
    check: ({ task }) =>
      assertStringIncludes(outputOf(task, "resize"), "cat.png is 640 pixels wide"),
  },
  "spot.nomad.hcl": {
    ends: "running",
    check: async ({ site, job, task, asked, allocation }) => {
      assertEquals(asked["launchType"], undefined);
      assertEquals(asked["capacityProviderStrategy"], [
        { capacityProvider: "FARGATE_SPOT", weight: 3 },
        { capacityProvider: "FARGATE", weight: 1 },
      ]);
      const reason = "Your Spot Task was interrupted.";
      await site.ecs.control("stop", {
        arns: [task.taskArn],
        stopCode: "SpotInterruption",
        reason,
      });
      const { ID } = await site.allocation(
        job,
        (allocation) => eventsOf(allocation).some(({ message }) => message.includes(reason)),
      );
      assertEquals(ID, allocation.ID);
      const again = await eventually("another worker runs", async () => {
        const tasks = await site.live();
        return tasks.find((other) =>
          tagsOf(other)["nomad:job_id"] === job && other.taskArn !== task.taskArn &&
          other.lastStatus === "RUNNING"
        );
      });
      assertEquals(tagsOf(again)["nomad:alloc_id"], allocation.ID);
      const [before] = (await site.ecs.tasks()).filter(({ taskArn }) => taskArn === task.taskArn);
      assertStringIncludes(before === undefined ? "" : outputOf(before, "worker"), "handing over");
    },
  },
  "ebs.nomad.hcl": {
    ends: "complete",
    check: ({ asked, definition }) => {
      assertEquals(asked["volumeConfigurations"], [{
        name: "work",
        managedEBSVolume: {
          roleArn: "arn:aws:iam::123456789012:role/ecsInfrastructureRole",
          sizeInGiB: 100,
          volumeType: "gp3",
          iops: 4_000,
          throughput: 250,
          filesystemType: "ext4",
          encrypted: true,
          tagSpecifications: [{
            resourceType: "volume",
            tags: [{ key: "team", value: "media" }],
          }],
        },
      }]);
      assertEquals(definition?.["volumes"], [{ name: "work", configuredAtLaunch: true }]);
    },
  },
  "multi-container.nomad.hcl": {
    ends: "complete",
    check: ({ task, allocation, definition }) => {
      const codes = Object.fromEntries(task.containers.map(({ name, exitCode }) => [
        name,
        exitCode,
      ]));
      assertEquals(codes, { cache: 143, import: 0 });
      assertEquals(exitCodeOf(allocation), codes["import"]);
      assertStringIncludes(outputOf(task, "import"), "redis://localhost:6379");
      const [, second] = definition?.["containerDefinitions"] as Json[];
      assertEquals(second?.["dependsOn"], [{ containerName: "cache", condition: "HEALTHY" }]);
    },
  },
  "gpu.nomad.hcl": {
    ends: "complete",
    check: ({ task, asked, definition }) => {
      assertEquals(asked["launchType"], "EC2");
      const [container] = definition?.["containerDefinitions"] as Json[];
      assertEquals(container?.["resourceRequirements"], [{ type: "GPU", value: "1" }]);
      assertStringIncludes(outputOf(task, "train"), "the model is trained");
    },
  },
  "arm64.nomad.hcl": {
    ends: "complete",
    check: ({ task, definition }) => {
      assertEquals(definition?.["runtimePlatform"], {
        cpuArchitecture: "ARM64",
        operatingSystemFamily: "LINUX",
      });
      assertStringIncludes(outputOf(task, "graviton"), "this is");
    },
  },
  "windows.nomad.hcl": {
    ends: "running",
    check: ({ definition }) => {
      assertEquals(definition?.["runtimePlatform"], {
        operatingSystemFamily: "WINDOWS_SERVER_2022_CORE",
      });
    },
  },
  "firelens.nomad.hcl": {
    ends: "complete",
    check: ({ task, definition }) => {
      const [router, app] = definition?.["containerDefinitions"] as Json[];
      assertEquals((router?.["firelensConfiguration"] as Json)["type"], "fluentbit");
      assertEquals((app?.["logConfiguration"] as Json)["logDriver"], "awsfirelens");
      assertStringIncludes(outputOf(task, "audit"), "all is audited");
    },
  },
  "otel.nomad.hcl": {
    ends: "complete",
    check: ({ task, definition }) => {
      const [, collector] = definition?.["containerDefinitions"] as Json[];
      assertEquals(collector?.["essential"], false);
      assertStringIncludes(outputOf(task, "traced"), "traces go to http://localhost:4318");
    },
  },
  "efs.nomad.hcl": {
    ends: "complete",
    check: ({ definition }) => {
      assertEquals(definition?.["volumes"], [{
        name: "archive",
        efsVolumeConfiguration: {
          fileSystemId: "fs-0123456789abcdef0",
          transitEncryption: "ENABLED",
          authorizationConfig: { accessPointId: "fsap-0123456789abcdef0", iam: "ENABLED" },
        },
      }]);
    },
  },
  "anywhere.nomad.hcl": {
    ends: "complete",
    check: ({ task, asked }) => {
      assertEquals([asked["launchType"], asked["networkConfiguration"]], ["EXTERNAL", undefined]);
      assertStringIncludes(outputOf(task, "shop-floor"), "the line is measured");
    },
  },
  "cross-account.nomad.hcl": {
    ends: "complete",
    before: async ({ ecs }) => {
      await callEcs(ecs.endpoint, cluster.region, "CreateCluster", { clusterName: cluster.name });
      await ecs.control("role", role);
    },
    check: async ({ site, task }) => {
      assertStringIncludes(task.taskArn, `:${cluster.region}:`);
      assertStringIncludes(task.taskArn, `/${cluster.name}/`);
      const { byIdentity } = await site.ecs.calls();
      const asRole = byIdentity[`${role.arn}/nomad-survey`] ?? {};
      assertEquals([asRole["RegisterTaskDefinition"], asRole["RunTask"]], [1, 1]);
    },
  },
  "inline-definition.nomad.hcl": {
    ends: "running",
    check: changeImage,
  },
  "logs-and-exec.nomad.hcl": {
    ends: "running",
    check: followAndEnter,
  },
  "definition-json.nomad.hcl": {
    ends: "complete",
    check: ({ task, definition }) => {
      assertEquals(definition?.["family"], "convert");
      assertStringIncludes(outputOf(task, "convert"), "converted to parquet");
    },
  },
  "environment.nomad.hcl": {
    ends: "complete",
    check: ({ task, allocation }) => {
      const lines = outputOf(task, "greeter").split("\n").filter((line) => line !== "");
      const found = lines.filter((line) =>
        !/^(PATH|HOME|PWD|OLDPWD|SHLVL|_|AWS_\w+|ECS_\w+)=/.test(line)
      );
      assertEquals(found, [
        "CLUSTER=nomad-remote-driver-demo",
        "GREETING=hello from dc1",
        "LOG_LEVEL=info",
        `NOMAD_ALLOC_ID=${allocation.ID}`,
        "NOMAD_META_team=platform",
      ]);
    },
  },
  "ec2.nomad.hcl": {
    ends: "running",
    check: ({ task, asked }) => {
      assertEquals(asked["launchType"], "EC2");
      assertEquals(asked["networkConfiguration"], undefined);
      assertEquals(asked["placementConstraints"], [
        { type: "memberOf", expression: "attribute:ecs.instance-type =~ m7i.*" },
      ]);
      assertEquals(asked["placementStrategy"], [
        { type: "spread", field: "attribute:ecs.availability-zone" },
        { type: "binpack", field: "memory" },
      ]);
      assertEquals(tagsOf(task)["cost:center"], "4711");
    },
  },
  "service.nomad.hcl": {
    ends: "running",
    check: async ({ site, job, task }) => {
      const address = task.containers[0]?.networkInterfaces[0]?.privateIpv4Address;
      await eventually("the service has the task's address", async () => {
        const found = await site.agent.api<{ Address: string; Port: number }[]>("/service/web");
        return found.find(({ Address, Port }) => Address === address && Port === 80);
      });
      await eventually("the deployment succeeds", async () => {
        const found = await site.agent.api<{ Status: string }[]>(`/job/${job}/deployments`);
        return found.find(({ Status }) => Status === "successful");
      });
    },
  },
};

/** Another image tag is another revision, another task, and the end of the first of both. */
async function changeImage({ site, file, job, allocation, task, definition }: Run): Promise<void> {
  const { cpu, memory, executionRoleArn } = definition ?? {};
  assertEquals([cpu, memory], ["512", "1024"]);
  assertStringIncludes(String(executionRoleArn), "ecsTaskExecutionRole");
  const [container] = definition?.["containerDefinitions"] as Json[];
  assertEquals((container?.["secrets"] as Json[])[0]?.["name"], "DATABASE_URL");
  const told = eventsOf(allocation).map(({ message }) => message).join("\n");
  assertStringIncludes(
    told,
    "cpu = 512, from resources, which ask for 300; memory = 1024, from resources",
  );

  const run = ["job", "run", "-detach", "-var", "tag=2.4.62", `${folder}${file}`];
  const { code, output } = await site.agent.cli(...run);
  assertEquals(code, 0, output);
  await site.allocation(job, (other) => other.ID !== allocation.ID && isRunning(other));
  await site.allocation(job, (other) => other.ID === allocation.ID && isOver(other));
  const [live, ...others] = (await site.live()).filter((other) =>
    tagsOf(other)["nomad:job_id"] === job
  );
  assertEquals(others, []);
  const describe = async (arn = "") => {
    const input = { taskDefinition: arn };
    const answer = await callEcs(site.ecs.endpoint, "us-east-1", "DescribeTaskDefinition", input);
    const { status, containerDefinitions } = answer["taskDefinition"] as Json;
    return { status, image: (containerDefinitions as Json[])[0]?.["image"] };
  };
  assertEquals((await describe(task.taskDefinitionArn)).status, "INACTIVE");
  const { status, image } = await describe(live?.taskDefinitionArn);
  assertEquals([status, String(image).split(":").at(-1)], ["ACTIVE", "2.4.62"]);
}

/** Its logs come to Nomad, a command runs in it, and it ends by its own signal. */
async function followAndEnter({ site, job, allocation: { ID } }: Run): Promise<void> {
  const prints = (text: string, ...flags: string[]) =>
    eventually(`the logs have ${text}`, async () => {
      const { output } = await site.agent.cli("alloc", "logs", ...flags, ID);
      return output.includes(text) ? true : undefined;
    });
  await prints("working\n");
  await prints("sidecar: ready\n", "-stderr");
  const hello = ["echo", "hello", "from", "inside"];
  const { code, output } = await site.agent.cli("alloc", "exec", "-task", "crawler", ID, ...hello);
  assertEquals([code, output], [0, "hello from inside\n"]);
  await site.agent.cli("job", "stop", "-detach", job);
  await site.allocation(job, (other) => other.ID === ID && isOver(other));
  await prints("stopped by SIGINT\n");
}

/** Tags by their keys, of a task or of a request. */
export function tagsOf(
  { tags }: { tags: { key: string; value: string }[] } | Json,
): Record<string, string> {
  const list = (tags ?? []) as { key: string; value: string }[];
  return Object.fromEntries(list.map(({ key, value }) => [key, value]));
}

/** What a container has printed. */
function outputOf({ output }: SimulatedTask, container: string): string {
  return output[container]?.stdout ?? "";
}
