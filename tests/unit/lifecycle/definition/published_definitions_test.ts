import { assertEquals } from "@std/assert";
import type { Json } from "../../../harness/definitions.ts";
import { outcomeOf, type Place } from "../../../harness/definition_outcome.ts";

/*
 * Definitions as people have them. Each is a file of tests/fixtures/definitions, and beside it is the
 * exact request that RegisterTaskDefinition gets (NAME.request.json) or the exact refusal
 * (NAME.refusal.txt). The simulated ECS takes every request.
 */

/** How a task runs its definition, and what the definition is there for. */
type Row = {
  readonly file: string;
  readonly on: Place;
  /** The main container, where the definition is registered. */
  readonly main?: string;
  /** More of the task's configuration. */
  readonly task?: Json;
  readonly shows: string;
};

const anywhere = undefined;
const ebs = {
  volume_configuration: [{
    name: "scratch",
    managed_ebs_volume: { role_arn: "arn:aws:iam::111122223333:role/ebs", size_in_gib: 50 },
  }],
};

// deno-fmt-ignore
const table: readonly Row[] = [
  { file: "fault-A1-size-with-unit",       on: "FARGATE",                       shows: "a size that AWS cannot read is refused, and takes none of Nomad's" },
  { file: "fault-A2-ec2-no-cpu",           on: "EC2",       main: "app",        shows: "a GPU task on EC2 gets no CPU limit that nobody wrote" },
  { file: "fault-A3-log-router-first",     on: "EC2",       main: "app",        shows: "a log router that comes first is not the main container" },

  { file: "firelens-router-last",          on: "FARGATE",   main: "shop",       shows: "a log router that comes last is not the main container" },
  { file: "firelens-secret-option",        on: "FARGATE",   main: "api",        shows: "FireLens with a secret option takes its size from resources" },
  { file: "firelens-s3-on-ec2",            on: "EC2",       main: "shop",       shows: "FireLens takes its configuration from S3 on EC2" },
  { file: "firelens-s3-on-fargate",        on: "FARGATE",                       shows: "FireLens takes no configuration from S3 on Fargate" },
  { file: "firelens-two-routers",          on: "EC2",                           shows: "a task has one log router" },
  { file: "appmesh-envoy-first",           on: "FARGATE",   main: "teller",     shows: "neither App Mesh's proxy nor a daemon that is waited for is the main container" },
  { file: "appmesh-proxy-missing",         on: "FARGATE",                       shows: "a proxy is one of the containers" },

  { file: "gpu-training",                  on: "EC2",       main: "train",      shows: "GPUs, shared memory and placement reach ECS" },
  { file: "gpu-shared",                    on: "EC2",       main: "small",      shows: "a share of a GPU reaches ECS" },
  { file: "gpu-on-fargate",                on: "FARGATE",                       shows: "Fargate has no GPUs" },
  { file: "neuron-on-ec2",                 on: "EC2",       main: "serve",      shows: "Neuron by device on EC2 reaches ECS" },
  { file: "neuron-on-managed-instances",   on: anywhere,    main: "serve",      shows: "Neuron by resource on Managed Instances reaches ECS" },
  { file: "neuron-device-on-ec2",          on: "EC2",                           shows: "EC2 has no Neuron by resource" },

  { file: "windows-iis-on-fargate",        on: "FARGATE",   main: "iis",        shows: "Windows on Fargate reaches ECS" },
  { file: "windows-open-size",             on: "FARGATE",   main: "iis",        shows: "Windows on Fargate takes no less than one vCPU from resources" },
  { file: "windows-256-cpu",               on: "FARGATE",                       shows: "Windows on Fargate has no quarter of a vCPU" },
  { file: "windows-on-arm",                on: "EC2",                           shows: "Windows is not on ARM" },
  { file: "gmsa-domainless",               on: "EC2",       main: "payroll",    shows: "gMSA and FSx for Windows reach ECS" },
  { file: "fsx-on-fargate",                on: "FARGATE",                       shows: "Fargate has no FSx for Windows" },

  { file: "efs-access-point",              on: "FARGATE",   main: "cms",        shows: "EFS by access point, with IAM, reaches ECS" },
  { file: "efs-access-point-with-root",    on: "FARGATE",                       shows: "an access point has a root directory of its own" },
  { file: "efs-iam-without-encryption",    on: "FARGATE",                       shows: "authorization by IAM needs encryption" },
  { file: "ebs-at-launch",                 on: "FARGATE",   main: "index",      shows: "a volume that is configured at launch reaches ECS", task: ebs },
  { file: "docker-volume",                 on: "EC2",       main: "pg",         shows: "a Docker volume with driver and labels reaches ECS" },
  { file: "host-agent",                    on: "EC2",       main: "agent",      shows: "an agent with the host's network, processes and folders reaches ECS" },
  { file: "s3-files",                      on: "FARGATE",   main: "render",     shows: "a volume of S3 Files reaches ECS" },

  { file: "service-connect",               on: "FARGATE",   main: "catalog",    shows: "ports named for Service Connect reach ECS" },
  { file: "port-ranges",                   on: "FARGATE",   main: "media",      shows: "ranges of ports reach ECS" },
  { file: "host-mode-other-port",          on: "EC2",                           shows: "in host mode a host port is the container's" },
  { file: "none-mode-with-ports",          on: "EC2",                           shows: "without a network there are no ports" },

  { file: "described-wrapped",             on: "FARGATE",   main: "web",        shows: "what the AWS CLI prints is registered again, with its tags" },
  { file: "described-unwrapped",           on: "FARGATE",   main: "web",        shows: "the definition alone of what the AWS CLI prints is registered again" },
  { file: "described-by-boto",             on: "FARGATE",   main: "web",        shows: "what boto prints is registered again" },
  { file: "described-by-powershell",       on: "FARGATE",                       shows: "what PowerShell prints is named, with what to write" },
  { file: "byte-order-mark",               on: "EC2",       main: "web",        shows: "a byte order mark is no part of a definition" },
  { file: "tags-of-others",                on: "EC2",       main: "web",        shows: "tags that AWS or the driver sets are left out" },
  { file: "skeleton-with-nulls",           on: "EC2",       main: "web",        shows: "members that are null are left out" },

  { file: "batch-job-definition",          on: "FARGATE",                       shows: "a Batch job definition is named, with what to write" },
  { file: "cloudformation-properties",     on: "FARGATE",                       shows: "CloudFormation's names are named, with what to write" },
  { file: "run-task-input",                on: "FARGATE",                       shows: "RunTask's input is named, with what to write" },
  { file: "container-list",                on: "EC2",                           shows: "a list of containers is refused with what to write around it" },
  { file: "family-with-dots",              on: "EC2",                           shows: "a family's name is shown with the characters that it may have" },
  { file: "misspelled-members",            on: "EC2",                           shows: "misspelled members are named with those that AWS knows" },

  { file: "health-check-without-cmd",      on: "FARGATE",   main: "dns",        shows: "a health check without CMD is passed on" },
  { file: "execution-role-empty",          on: "EC2",                           shows: "an empty role is no role" },
  { file: "fractions",                     on: "EC2",                           shows: "AWS has no half CPU units and no half MiB" },
  { file: "image-placeholder",             on: "EC2",                           shows: "a placeholder is no image" },
  { file: "size-placeholders",             on: "FARGATE",                       shows: "placeholders are no size" },
  { file: "size-in-plural",                on: "EC2",                           shows: "vCPUs and G are no units of AWS's" },
  { file: "size-in-words",                 on: "FARGATE",   main: "web",        shows: "vCPU and GB are left as they stand" },
  { file: "size-half-open",                on: "FARGATE",   main: "web",        shows: "the open half of a size comes from resources" },
  { file: "memory-for-none",               on: "EC2",                           shows: "on EC2 no memory comes from resources" },
  { file: "graviton",                      on: "FARGATE",   main: "build",      shows: "ARM64, storage and capabilities on Fargate reach ECS" },

  { file: "init-and-sidecar",              on: "FARGATE",   main: "app",        shows: "what waits for the others is the main container" },
  { file: "otel-collector",                on: "FARGATE",   main: "orders",     shows: "a collector that is waited for is not the main container" },
  { file: "web-and-worker",                on: "EC2",       main: "web",        shows: "of equal containers the first is the main one" },
  { file: "circle-of-dependencies",        on: "EC2",                           shows: "containers do not wait for one another in a circle" },

  { file: "secrets",                       on: "FARGATE",   main: "api",        shows: "secrets of both kinds and files of variables reach ECS" },
  { file: "private-registry",              on: "EC2",       main: "api",        shows: "an image by digest from a private registry reaches ECS" },
  { file: "splunk",                        on: "EC2",       main: "api",        shows: "a secret option stands for an option" },
  { file: "logs-without-a-role",           on: "FARGATE",                       shows: "logs to CloudWatch from Fargate need a role" },

  { file: "ecs-anywhere",                  on: "EXTERNAL",  main: "edge",       shows: "a task for ECS Anywhere reaches ECS" },
  { file: "ecs-anywhere-awsvpc",           on: "EXTERNAL",                      shows: "ECS Anywhere has no network interfaces to give" },
  { file: "managed-instances",             on: anywhere,    main: "api",        shows: "restart policy and consistency on Managed Instances reach ECS" },
  { file: "search-node",                   on: "EC2",       main: "search",     shows: "limits, kernel and security options on EC2 reach ECS" },
  { file: "linked-containers",             on: "EC2",       main: "wordpress",  shows: "links, host names and shared volumes of the old bridge reach ECS" },
];

const fixtures = new URL("../../../fixtures/definitions/", import.meta.url);
const read = (name: string) => Deno.readTextFile(new URL(name, fixtures));

for (const { file, on, main, task, shows } of table) {
  Deno.test(`${shows} (${file}.json)`, async () => {
    const outcome = await outcomeOf(await read(`${file}.json`), on, task);
    if (main === undefined) {
      const text = (await read(`${file}.refusal.txt`)).trimEnd();
      assertEquals(outcome, { kind: "refused", text });
      return;
    }
    const expected = JSON.parse(await read(`${file}.request.json`));
    if (outcome.kind === "refused") throw new Error(outcome.text);
    assertEquals(outcome.request, expected);
    assertEquals(outcome.driverTags, ["nomad:definition_hash", "nomad:definition_for"]);
    const told = outcome.events.filter((event) => event.includes("main container"))
      .map((event) => /^Container ([^ ]+) is/.exec(event)?.[1]);
    assertEquals(told, expected.containerDefinitions.length > 1 ? [main] : []);
  });
}

Deno.test("every definition in the folder stands in the table", async () => {
  const files: string[] = [];
  for await (const { name } of Deno.readDir(fixtures)) {
    if (!/\.(request\.json|refusal\.txt)$/.test(name)) files.push(name.replace(/\.json$/, ""));
  }
  assertEquals(files.sort(), table.map(({ file }) => file).sort());
});
