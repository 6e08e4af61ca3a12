import { assertEquals, assertStringIncludes } from "@std/assert";
import { describeProblems } from "../../../src/config/decode.ts";
import { problemsOf } from "../../harness/config.ts";

const invalid: Record<string, { task: Record<string, unknown> | null; says: string[] }> = {
  "no task block": { task: null, says: ["config.task.task_definition", "family:revision"] },
  "empty task definition": {
    task: { task_definition: "" },
    says: ['config.task.task_definition = ""', "family:revision"],
  },
  "a task definition that is none": {
    task: { task_definition: "a b" },
    says: ['config.task.task_definition = "a b"'],
  },
  "wrong type": {
    task: { task_definition: 7 },
    says: ["config.task.task_definition = 7 is not a string"],
  },
  "unknown launch type": {
    task: { task_definition: "web", launch_type: "FARGTE" },
    says: ['config.task.launch_type = "FARGTE"', '"EC2", "FARGATE"'],
  },
  "Fargate without subnets": {
    task: { task_definition: "web", launch_type: "FARGATE" },
    says: ["config.task.network_configuration.aws_vpc_configuration.subnets = []", "FARGATE"],
  },
  "security groups without subnets": {
    task: {
      task_definition: "web",
      network_configuration: { aws_vpc_configuration: { security_groups: ["sg-1"] } },
    },
    says: ["subnets = []", "security_groups"],
  },
  "too many security groups": {
    task: {
      task_definition: "web",
      network_configuration: {
        aws_vpc_configuration: { subnets: ["s"], security_groups: ["1", "2", "3", "4", "5", "6"] },
      },
    },
    says: ["security_groups", "6 entries", "at most 5"],
  },
  "a list of something else": {
    task: {
      task_definition: "web",
      network_configuration: { aws_vpc_configuration: { subnets: [1] } },
    },
    says: ["subnets = [1] is not a list of strings"],
  },
  "a duration that is none": {
    task: { task_definition: "web", start_timeout: "soon" },
    says: ['config.task.start_timeout = "soon"', '"30s"'],
  },
  "a duration that is too short": {
    task: { task_definition: "web", start_timeout: "10ms" },
    says: ["config.task.start_timeout", 'the least is "1s"'],
  },
  "a launch type beside a capacity provider strategy": {
    task: {
      task_definition: "web",
      launch_type: "EC2",
      capacity_provider_strategy: [{ capacity_provider: "FARGATE_SPOT", weight: 1 }],
    },
    says: ['config.task.launch_type = "EC2"', "capacity_provider_strategy"],
  },
  "a weight that is none": {
    task: {
      task_definition: "web",
      capacity_provider_strategy: [{ capacity_provider: "spot", weight: 1.5 }],
    },
    says: ["capacity_provider_strategy[0].weight = 1.5", "whole number from 0 to 1000"],
  },
  "a strategy without a weight": {
    task: { task_definition: "web", capacity_provider_strategy: [{ capacity_provider: "spot" }] },
    says: ["config.task.capacity_provider_strategy", "needs a weight"],
  },
  "an override of a container twice": {
    task: { task_definition: "web", overrides: { container: [{ name: "a" }, { name: "a" }] } },
    says: ["config.task.overrides.container", '"a" twice'],
  },
  "more reserved than there is": {
    task: {
      task_definition: "web",
      overrides: { container: [{ name: "a", memory: 128, memory_reservation: 256 }] },
    },
    says: ["container[0].memory_reservation = 256", "at most"],
  },
  "a size that Fargate has not": {
    task: {
      task_definition: "web",
      launch_type: "FARGATE",
      network_configuration: { aws_vpc_configuration: { subnets: ["s"] } },
      overrides: { cpu: 256, memory: 4096 },
    },
    says: ["config.task.overrides", "memory = 4096", "cpu = 256", "2048"],
  },
  "providers of both kinds": {
    task: {
      task_definition: "web",
      capacity_provider_strategy: [
        { capacity_provider: "FARGATE", weight: 1 },
        { capacity_provider: "instances", weight: 1 },
      ],
      network_configuration: { aws_vpc_configuration: { subnets: ["s"] } },
    },
    says: ["config.task.capacity_provider_strategy mixes FARGATE"],
  },
  "Managed Instances as a launch type": {
    task: { task_definition: "web", launch_type: "MANAGED_INSTANCES" },
    says: ['config.task.launch_type = "MANAGED_INSTANCES"', '"EC2", "FARGATE", "EXTERNAL"'],
  },
  "a volume without its block": {
    task: { task_definition: "web", volume_configuration: [{ name: "data" }] },
    says: ["config.task.volume_configuration[0].managed_ebs_volume is not set"],
  },
  "fewer I/O operations than gp3 has": {
    task: {
      task_definition: "web",
      volume_configuration: [{
        name: "data",
        managed_ebs_volume: {
          role_arn: "arn:aws:iam::123456789012:role/ebs",
          size_in_gib: 1,
          iops: 100,
        },
      }],
    },
    says: ["managed_ebs_volume.iops = 100 must be from 3000 to 16000"],
  },
  "an environment file that is none": {
    task: {
      task_definition: "web",
      overrides: { container: [{ name: "a", environment_files: [{ value: "file.env" }] }] },
    },
    says: ['environment_files[0].value = "file.env"', "arn:aws:s3:::bucket/path/file.env"],
  },
  "tags as AWS's API has them": {
    task: { task_definition: "web", tags: { key: "Env", value: "prod" } },
    says: ["config.task.tags", "is written as AWS's API has it"],
  },
  "a tag of the driver's": {
    task: { task_definition: "web", tags: { "nomad:job_id": "x" } },
    says: ["config.task.tags", '"nomad:job_id"'],
  },
  "a tag of AWS's": {
    task: { task_definition: "web", tags: { "aws:x": "x" } },
    says: ["config.task.tags", '"aws:x"'],
  },
  "too many tags": {
    task: {
      task_definition: "web",
      tags: Object.fromEntries(Array.from({ length: 43 }, (_, index) => [`t${index}`, ""])),
    },
    says: ["config.task.tags", "43", "at most 42"],
  },
  "placement on Fargate": {
    task: {
      task_definition: "web",
      launch_type: "FARGATE",
      network_configuration: { aws_vpc_configuration: { subnets: ["s"] } },
      placement_strategy: [{ type: "random" }],
    },
    says: ["config.task.placement_strategy", "Fargate"],
  },
  "packing by nothing": {
    task: { task_definition: "web", placement_strategy: [{ type: "binpack" }] },
    says: ["placement_strategy[0].field", '"cpu" or "memory"'],
  },
  "a constraint without expression": {
    task: { task_definition: "web", placement_constraints: [{ type: "memberOf" }] },
    says: ["placement_constraints[0].expression", "memberOf"],
  },
  "a volume of no size": {
    task: {
      task_definition: "web",
      volume_configuration: [{
        name: "data",
        managed_ebs_volume: { role_arn: "arn:aws:iam::123456789012:role/ebs" },
      }],
    },
    says: ["volume_configuration[0].managed_ebs_volume.size_in_gib", "snapshot_id"],
  },
  "a role that is none": {
    task: { task_definition: "web", assume_role: { role_arn: "admin" } },
    says: ['config.task.assume_role.role_arn = "admin"', "arn:aws:iam::"],
  },
  "a region that contradicts the cluster's": {
    task: {
      task_definition: "web",
      cluster: "arn:aws:ecs:eu-west-1:123456789012:cluster/web",
      region: "us-east-1",
    },
    says: ['config.task.region = "us-east-1"', '"eu-west-1"'],
  },
  "a platform version on EC2": {
    task: { task_definition: "web", launch_type: "EC2", platform_version: "1.4.0" },
    says: ['config.task.platform_version = "1.4.0"', "Fargate only"],
  },
};
for (const [name, { task, says }] of Object.entries(invalid)) {
  Deno.test(`an error names path, value and fix: ${name}`, () => {
    const problems = problemsOf(task);
    assertEquals(problems.length, 1, describeProblems(problems));
    for (const words of says) assertStringIncludes(describeProblems(problems), words);
  });
}
