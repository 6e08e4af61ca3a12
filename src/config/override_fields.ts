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

/** `environment_files`. */
export const environmentFiles = blocks("A file of environment variables.", {
  value: string("ARN of the file in S3.", { required: true, check: rules.s3Object }),
  type: oneOf("Kind of the file.", ["s3"], "a kind of file", { default: "s3" }),
}, { max: 10 });

/** `resource_requirements`. */
export const resourceRequirements = blocks("GPUs or other accelerators of the container.", {
  type: oneOf(
    "Kind of resource.",
    ["GPU", "NeuronDevice"],
    "a kind of resource",
    { required: true },
  ),
  value: string("Number of GPUs, or `ALL`.", { required: true }),
}, {
  check: ({ type, value }, path, problems) => {
    const wanted = type === "GPU"
      ? { form: /^([1-9][0-9]*|ALL)$/, words: `use a number of GPUs or "ALL"` }
      : { form: /^ALL$/, words: `use "ALL"` };
    if (wanted.form.test(value)) return;
    problems.push({
      path: `${path}.value`,
      text: `= ${JSON.stringify(value)} is not for type "${type}"; ${wanted.words}`,
    });
  },
});

/** `overrides`. */
export const overrides = block("What the task definition says and this task does otherwise.", {
  cpu: whole("CPU units of the task; 1024 are one vCPU.", { min: 128, max: 196_608 }),
  memory: whole("Memory of the task in MiB.", { min: 6, max: 3_145_728 }),
  ephemeral_storage: optionalBlock("Storage of a Fargate task.", {
    size_in_gib: whole("Size in GiB.", { min: 21, max: 200, required: true }),
  }),
  task_role_arn: string("Role that the containers have: its ARN or its name.", {
    check: rules.roleNameOrArn,
  }),
  execution_role_arn: string("Role by which ECS starts the task: its ARN or its name.", {
    check: rules.roleNameOrArn,
  }),
  container: blocks("What one container does otherwise.", {
    name: string("Name of the container in the task definition.", { required: true }),
    command: list("Command in place of the image's or the definition's."),
    environment: map("Environment variables; they go before those of `pass_env`."),
    environment_files: environmentFiles,
    cpu: whole("CPU units of the container.", { min: 0, max: 196_608 }),
    memory: whole("Memory in MiB past which the container is killed.", { min: 6, max: 3_145_728 }),
    memory_reservation: whole("Memory in MiB that is kept for the container.", {
      min: 6,
      max: 3_145_728,
    }),
    resource_requirements: resourceRequirements,
  }, { check: checkContainerMemory }),
});

function checkContainerMemory(
  container: { memory: number | undefined; memory_reservation: number | undefined },
  path: string,
  problems: Problem[],
): void {
  const wrong = rules.memoryReservation(container.memory, container.memory_reservation);
  if (wrong !== undefined) problems.push({ path: `${path}.memory_reservation`, text: wrong });
}
