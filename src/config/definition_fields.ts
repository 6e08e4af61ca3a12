import { container } from "./container_fields.ts";
import { definitionBytes } from "./definition_json.ts";
import { fargateCpuInWords, fargateStorage } from "./fargate_limits.ts";
import { constraintLimit, expressionLimit } from "./placement_fields.ts";
import * as rules from "./rules.ts";
import { tagMap } from "./task_and_plugin_fields.ts";
import {
  blocks,
  bool,
  type Decoded,
  list,
  map,
  oneOf,
  optionalBlock,
  string,
  whole,
} from "./schema.ts";
import { volume } from "./volume_fields.ts";

/*
 * A task definition in the jobspec. Names and bounds are those of the ECS API reference of
 * RegisterTaskDefinition. What ECS asks of a definition as a whole is checked where its request is
 * made, for the block and the JSON alike.
 */

/** Most tags that a definition may have: AWS takes 50, and the driver adds two. */
export const definitionTagLimit = 48;

/** `definition`. */
export const definitionBlock = optionalBlock(
  "A task definition in the jobspec, in place of `task_definition` or `definition_json`. The driver " +
    "registers it, unless an active revision of the family has the same content. AWS takes 65536 " +
    "bytes of it as JSON. When not set, one of the other two must be set.",
  {
    family: string("Family under which the task definition is registered.", {
      required: true,
      secret: false,
      check: rules.family,
    }),
    cpu: whole(
      "CPU units of the task; 1024 units are one vCPU. On Fargate " +
        `${fargateCpuInWords}. ` +
        "When not set, a task on Fargate gets what the Nomad task's " +
        "`resources` ask for, rounded up to one of these, and any other task has no limit of its own.",
      { min: 128, max: 196_608 },
    ),
    memory: whole(
      "Memory of the task, in MiB. On Fargate a value that goes with `cpu`. When not set, a task on " +
        "Fargate gets what the Nomad task's `resources` ask for, rounded up to such a value, and any " +
        "other task needs `memory` or `memory_reservation` in each container.",
      { min: 6, max: 3_145_728 },
    ),
    task_role_arn: string(
      "IAM role that the containers have: its ARN, or its name in the task's account. When not set, " +
        "they have none.",
      { secret: false, check: rules.roleNameOrArn },
    ),
    execution_role_arn: string(
      "IAM role with which ECS pulls images, reads secrets and writes logs for the task: its ARN, or " +
        "its name in the task's account. When not set, ECS does these without a role, and refuses " +
        "definitions that need one.",
      { secret: false, check: rules.roleNameOrArn },
    ),
    network_mode: oneOf(
      "Docker network mode of the task's containers. Fargate takes `awsvpc` only. When not set, it is " +
        "`awsvpc` on Fargate or where `subnets` are set, and else `bridge`.",
      ["awsvpc", "bridge", "host", "none"],
    ),
    requires_compatibilities: list(
      "Launch types that ECS checks the definition for: `EC2`, `FARGATE`, `EXTERNAL`, " +
        "`MANAGED_INSTANCES`. When not set, it is `FARGATE` where the task runs on Fargate, and else " +
        "none.",
      { secret: false },
    ),
    runtime_platform: optionalBlock(
      "Operating system and CPU architecture that the task's images are built for. When not set, they " +
        "are Linux and `X86_64`.",
      {
        cpu_architecture: oneOf(
          "CPU architecture of the task. `ARM64` is for Linux only. When not set, it is `X86_64`.",
          ["X86_64", "ARM64"],
        ),
        operating_system_family: string(
          "Operating system of the task: `LINUX`, or one of Windows such as " +
            "`WINDOWS_SERVER_2022_CORE`. When not set, it is `LINUX`.",
          { secret: false },
        ),
      },
      { example: { cpu_architecture: "ARM64", operating_system_family: "LINUX" } },
    ),
    ephemeral_storage: optionalBlock(
      "Ephemeral storage of the task, on Fargate only. When not set, it is " +
        `${fargateStorage.unset} GiB.`,
      {
        size_in_gib: whole("Size of the task's ephemeral storage, in GiB.", {
          required: true,
          min: fargateStorage.min,
          max: fargateStorage.max,
        }),
      },
      { example: { size_in_gib: 100 } },
    ),
    pid_mode: oneOf(
      "Process namespace of the containers: `host`, that of the container instance; `task`, one for " +
        "the task. Fargate takes `task` only; not for Windows containers. When not set, each container " +
        "has its own.",
      ["host", "task"],
    ),
    ipc_mode: oneOf(
      "IPC namespace of the containers: `host`, that of the container instance; `task`, one for the " +
        "task; `none`, one for each container. Not on Fargate, and not for Windows containers. When " +
        "not set, the instance's Docker daemon decides.",
      ["host", "task", "none"],
    ),
    tags: tagMap(
      "Tags of the task definition, besides the driver's two. When not set, it has no others.",
      definitionTagLimit,
    ),
    enable_fault_injection: bool(
      "Whether ECS takes requests for fault injection from the task's containers. When not set, it " +
        "does not.",
    ),
    proxy_configuration: optionalBlock(
      "The App Mesh proxy of the task. When not set, it has none.",
      {
        type: oneOf("Kind of proxy. When not set, it is `APPMESH`.", ["APPMESH"]),
        container_name: string("Name of the container that is the proxy.", {
          required: true,
          secret: false,
        }),
        properties: map(
          "Network settings of the proxy by name, such as `ProxyIngressPort` and `AppPorts`. When not " +
            "set, none are sent.",
          { secret: true },
        ),
      },
      {
        example: {
          container_name: "envoy",
          properties: { ProxyIngressPort: "15000", AppPorts: "8080" },
        },
      },
    ),
    placement_constraints: blocks(
      "A rule for which container instances tasks of the definition may be placed on. Not on Fargate. " +
        "When there is no such block, any instance will do.",
      {
        type: oneOf("Kind of rule: only instances that `expression` names.", ["memberOf"], {
          default: "memberOf",
        }),
        expression: string(
          "Instances that the task may be placed on, in ECS's cluster query language.",
          { required: true, secret: false, max: expressionLimit },
        ),
      },
      {
        max: constraintLimit,
        example: { expression: "attribute:ecs.instance-type =~ t3.*" },
      },
    ),
    volume,
    container,
  },
  {
    size: definitionBytes,
    example: {
      family: "web",
      container: [{ name: "web", image: "public.ecr.aws/nginx/nginx:stable" }],
    },
  },
);

/** A decoded `definition` block; durations are in milliseconds. */
export type DefinitionBlock = NonNullable<Decoded<typeof definitionBlock>>;
