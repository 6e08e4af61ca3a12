import { container } from "./container_fields.ts";
import * as rules from "./rules.ts";
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

/** `definition`. */
export const definitionBlock = optionalBlock(
  "A task definition in the jobspec, in place of `task_definition`. It is registered unless an active revision of the family has the same content.",
  {
    family: string("Family of the task definition.", { required: true, check: rules.family }),
    cpu: whole(
      "CPU units of the task; 1024 are one vCPU. Without it a task on Fargate gets what `resources { cpu }` asks for, rounded up to a size that Fargate has, and a task elsewhere has no limit of its own.",
      { min: 128, max: 196_608 },
    ),
    memory: whole(
      "Memory of the task in MiB. Without it a task on Fargate gets what `resources { memory }` asks for, rounded up to a size that Fargate has; elsewhere each container then needs `memory` or `memory_reservation`.",
      {
        min: 6,
        max: 3_145_728,
      },
    ),
    task_role_arn: string("Role that the containers have: its ARN or its name.", {
      check: rules.roleNameOrArn,
    }),
    execution_role_arn: string(
      "Role by which ECS pulls images, reads secrets and writes logs: its ARN or its name.",
      { check: rules.roleNameOrArn },
    ),
    network_mode: oneOf(
      "Network mode. Default `awsvpc` on Fargate or with `subnets`, else `bridge`.",
      ["awsvpc", "bridge", "host", "none"],
      "a network mode",
    ),
    requires_compatibilities: list(
      "Launch types that the definition is checked for. Default: `FARGATE` where the task runs on it.",
    ),
    runtime_platform: optionalBlock("What the task runs on.", {
      cpu_architecture: oneOf(
        "Architecture. Default `X86_64`.",
        ["X86_64", "ARM64"],
        "an architecture",
      ),
      operating_system_family: string("Operating system, as `LINUX`, the default."),
    }),
    ephemeral_storage: optionalBlock("Storage of a Fargate task.", {
      size_in_gib: whole("Size in GiB.", { required: true, min: 21, max: 200 }),
    }),
    pid_mode: oneOf("Process namespace that containers share.", ["host", "task"], "a PID mode"),
    ipc_mode: oneOf("IPC namespace.", ["host", "task", "none"], "an IPC mode"),
    tags: map("Tags of the task definition, besides the driver's own.", rules.tags),
    enable_fault_injection: bool("Whether faults may be injected into the task."),
    proxy_configuration: optionalBlock("The App Mesh proxy of the task.", {
      type: oneOf("Kind of proxy.", ["APPMESH"], "a kind of proxy"),
      container_name: string("Name of the container that is the proxy.", { required: true }),
      properties: map("Properties of the proxy, as `ProxyIngressPort`."),
    }),
    placement_constraints: blocks("A rule for the container instances to run on. Not on Fargate.", {
      type: oneOf("Kind of rule.", ["memberOf"], "a placement constraint", { default: "memberOf" }),
      expression: string("Expression in the cluster query language.", { required: true }),
    }, { max: 10 }),
    volume,
    container,
  },
);

/** A decoded `definition` block; durations are in milliseconds. */
export type DefinitionBlock = NonNullable<Decoded<typeof definitionBlock>>;
