import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { eventually } from "../../../demo/lib/process.ts";
import { changeImage, type Expected, followAndEnter, outputOf, tagsOf } from "./example_runs.ts";
import { callEcs, type Json } from "./recorder.ts";
import { eventsOf, exitCodeOf, isOlderThan } from "./site.ts";

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
      // Nomad has services of its own from 1.3 on.
      if (!isOlderThan("1.3.0")) {
        await eventually("the service has the task's address", async () => {
          const found = await site.agent.api<{ Address: string; Port: number }[]>("/service/web");
          return found.find(({ Address, Port }) => Address === address && Port === 80);
        });
      }
      await eventually("the deployment succeeds", async () => {
        const found = await site.agent.api<{ Status: string }[]>(`/job/${job}/deployments`);
        return found.find(({ Status }) => Status === "successful");
      });
    },
  },
};
