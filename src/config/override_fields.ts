import { fargateCpuInWords, fargateStorage } from "./fargate_limits.ts";
import * as rules from "./rules.ts";
import {
  block,
  blocks,
  list,
  map,
  oneOf,
  optionalBlock,
  type Problem,
  string,
  whole,
} from "./schema.ts";
import { must } from "./show.ts";

/** Most characters of JSON that RunTask takes as `overrides`. */
export const overridesLimit = 8_192;

/** `environment_files`. */
export const environmentFiles = blocks(
  "A file in S3 of environment variables, one `NAME=value` a line, which ECS reads with the execution " +
    "role. What `environment` sets is used before it. When there is no such block, no file is read.",
  {
    value: string("ARN of the file in S3. The file's name must end in `.env`.", {
      required: true,
      secret: false,
      check: rules.environmentFile,
    }),
    type: oneOf("Kind of the file: `s3`, an object in Amazon S3.", ["s3"], { default: "s3" }),
  },
  // ContainerDefinition.environmentFiles: "up to ten environment files".
  { max: 10, example: { value: "arn:aws:s3:::my-bucket/web.env" } },
);

/** `resource_requirements`. */
export const resourceRequirements = blocks(
  "GPUs or other accelerators that the container has. When there is no such block, it has none.",
  {
    type: oneOf(
      "Kind of accelerator. `GPU` is for EC2, external and Managed Instances, `NeuronDevice` for " +
        "Managed Instances.",
      ["GPU", "NeuronDevice"],
      { required: true },
    ),
    value: string(
      "Number of GPUs, or `ALL` for all of the instance's. Of Neuron devices only `ALL`.",
      { required: true, secret: false },
    ),
  },
  {
    // Each kind once.
    max: 2,
    check: ({ type, value }, path, problems) => {
      const wanted = type === "GPU"
        ? { form: /^([1-9][0-9]{0,5}|ALL)$/, words: `be a number of GPUs such as "1", or "ALL"` }
        : { form: /^ALL$/, words: `be "ALL" for type "NeuronDevice"` };
      if (wanted.form.test(value)) return;
      problems.push({ path: `${path}.value`, text: must(wanted.words, value) });
    },
    example: { type: "GPU", value: "1" },
  },
);

const containerOverride = blocks(
  "What one container of the task definition does otherwise in this task.",
  {
    name: string("Name of the container in the task definition.", {
      required: true,
      secret: false,
      max: 255,
    }),
    command: list(
      "Command of the container. When not set, it is the task definition's, or else the image's.",
      { secret: true },
    ),
    environment: map(
      "Environment variables of the container. One of the same name in the task definition or passed by " +
        "`pass_env` is replaced. When not set, none is replaced.",
      { secret: true },
    ),
    environment_files: environmentFiles,
    cpu: whole(
      "CPU units reserved for the container; 1024 units are one vCPU. When not set, it is the task " +
        "definition's value.",
      { min: 0, max: 196_608 },
    ),
    memory: whole(
      "Hard limit of the container's memory, in MiB: a container that needs more is killed. When not " +
        "set, it is the task definition's value.",
      { min: 6, max: 3_145_728 },
    ),
    memory_reservation: whole(
      "Memory reserved for the container, in MiB; at most `memory`. When not set, it is the task " +
        "definition's value.",
      { min: 6, max: 3_145_728 },
    ),
    resource_requirements: resourceRequirements,
  },
  {
    check: (container, path, problems) => {
      const wrong = rules.memoryReservation(container.memory, container.memory_reservation);
      if (wrong === undefined) return;
      problems.push({ path: `${path}.memory_reservation`, text: wrong });
    },
    example: { name: "web", command: ["serve", "--port", "8080"] },
  },
);

/** `overrides`. */
export const overrides = block(
  "What this task does otherwise than its task definition says. Together with what `pass_env` passes, " +
    "ECS takes 8192 characters of JSON. When not set, the task definition holds.",
  {
    cpu: whole(
      "CPU units of the task; 1024 units are one vCPU. On Fargate " +
        `${fargateCpuInWords}. ` +
        "When not set, it is the task definition's value.",
      { min: 128, max: 196_608 },
    ),
    memory: whole(
      "Memory of the task, in MiB. On Fargate a value that goes with `cpu`. When not set, it is the " +
        "task definition's value.",
      { min: 6, max: 3_145_728 },
    ),
    ephemeral_storage: optionalBlock(
      "Ephemeral storage of the task, on Fargate only. When not set, it is the task definition's, or " +
        `else ${fargateStorage.unset} GiB.`,
      {
        size_in_gib: whole("Size of the task's ephemeral storage, in GiB.", {
          required: true,
          min: fargateStorage.min,
          max: fargateStorage.max,
        }),
      },
      { example: { size_in_gib: 100 } },
    ),
    task_role_arn: string(
      "IAM role that the containers have: its ARN, or its name in the task's account. When not set, it " +
        "is the task definition's.",
      { secret: false, check: rules.roleNameOrArn },
    ),
    execution_role_arn: string(
      "IAM role with which ECS pulls images, reads secrets and writes logs for the task: its ARN, or " +
        "its name in the task's account. When not set, it is the task definition's.",
      { secret: false, check: rules.roleNameOrArn },
    ),
    container: containerOverride,
  },
  { size: overridesLimit, check: checkOverrides, example: { cpu: 512, memory: 1_024 } },
);

function checkOverrides(
  { container }: { container: readonly { name: string }[] },
  path: string,
  problems: Problem[],
): void {
  const named = container.map(({ name }) => name);
  const twice = rules.twice(named);
  if (twice === undefined) return;
  problems.push({
    path: `${path}.container[${named.lastIndexOf(twice)}].name`,
    text: must("be the name of a container that no other block has", twice),
  });
}
