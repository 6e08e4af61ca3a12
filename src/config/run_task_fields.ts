import * as rules from "./rules.ts";
import {
  block,
  blocks,
  bool,
  list,
  map,
  oneOf,
  optionalBlock,
  type Problem,
  string,
  whole,
} from "./schema.ts";

/** The words of `wait_for`. */
export const waitForWords = ["running", "network", "none"] as const;

/** Tags that a user may set: AWS takes 50, of which the driver's own are up to 8. */
export const userTagLimit = 42;

/*
 * The parts of a RunTask request that both a task and, as a default for all tasks, the plugin may
 * set. Bounds are those of the ECS API reference of RunTask.
 */

/** `launch_type`. */
export const launchType = oneOf(
  "Where ECS runs the task. Without it and without `capacity_provider_strategy` the cluster's default capacity provider strategy decides. Managed Instances are chosen by a capacity provider.",
  ["EC2", "FARGATE", "EXTERNAL"],
  "an ECS launch type",
);

/** `capacity_provider_strategy`. */
export const capacityProviderStrategy = blocks(
  "One capacity provider, such as `FARGATE_SPOT`, and its share of tasks; in place of `launch_type`.",
  {
    capacity_provider: string("Name of the capacity provider.", {
      required: true,
      check: rules.upTo(255),
    }),
    base: whole(
      "Tasks that run on this provider before weights count. One entry may have a base.",
      {
        min: 0,
        max: 100_000,
      },
    ),
    weight: whole("This provider's share of tasks, relative to the other weights.", {
      min: 0,
      max: 1_000,
    }),
  },
  { max: 20 },
);

/** `platform_version`. */
export const platformVersion = string(
  "Fargate platform version: `LATEST`, which is also the default, or a version.",
  { check: rules.platformVersion },
);

/** `network_configuration`. */
export const networkConfiguration = block("Network of the task.", {
  aws_vpc_configuration: block("The task's own network interface (network mode `awsvpc`).", {
    assign_public_ip: oneOf(
      "Whether the interface has a public address.",
      ["ENABLED", "DISABLED"],
      "a choice",
    ),
    security_groups: list("Security groups of the interface, up to 5.", { check: rules.atMost(5) }),
    subnets: list("Subnets, one of which the interface is placed in, up to 16.", {
      check: rules.atMost(16),
    }),
  }),
});

/** `propagate_tags`. */
export const propagateTags = oneOf(
  "Whether the task takes its task definition's tags too.",
  ["TASK_DEFINITION", "NONE"],
  "a source of tags",
);

/** `assume_role`. */
export const assumeRole = optionalBlock(
  "IAM role through which ECS is called, as for a cluster in another account.",
  {
    role_arn: string("ARN of the role.", { required: true, check: rules.roleArn }),
    external_id: string("External id that the role's trust policy asks for.", {
      check: (text) =>
        /^[\w+=,.@:/-]{2,1224}$/.test(text)
          ? undefined
          : "is not an external id; use 2 to 1224 letters, digits and + = , . @ : / - _",
    }),
    session_name: string(
      "Name of the session, as CloudTrail shows it. Default `nomad-driver-ecs`.",
      {
        check: (text) =>
          /^[\w+=,.@-]{2,64}$/.test(text)
            ? undefined
            : "is not a session name; use 2 to 64 letters, digits and + = , . @ - _",
      },
    ),
  },
);

/** `pass_env`. */
export const passEnv = list(
  "Which of the task's environment variables the container gets: globs, of which the last that matches a name decides and one that begins with `!` excludes. Variables that name local paths are never passed.",
);

/** `volume_configuration`. */
export const volumeConfiguration = blocks(
  "An EBS volume that ECS creates for the task, for a volume that the task definition leaves to be configured at launch.",
  {
    name: string("Name of the volume in the task definition.", { required: true }),
    managed_ebs_volume: optionalBlock("The EBS volume; it has to be there.", {
      role_arn: string("Role by which ECS manages the volume.", {
        required: true,
        check: rules.roleArn,
      }),
      size_in_gib: whole("Size in GiB. Needed without `snapshot_id`.", { min: 1, max: 65_536 }),
      snapshot_id: string("Snapshot that the volume is made from."),
      volume_type: oneOf(
        "Type of the volume. Default `gp3`.",
        ["gp2", "gp3", "io1", "io2", "sc1", "st1", "standard"],
        "an EBS volume type",
      ),
      iops: whole("I/O operations a second, for `gp3`, `io1` and `io2`.", {
        min: 100,
        max: 256_000,
      }),
      throughput: whole("MiB a second, for `gp3`.", { min: 125, max: 1_000 }),
      filesystem_type: oneOf(
        "Filesystem. Default `xfs`.",
        ["ext3", "ext4", "xfs", "ntfs"],
        "a filesystem",
      ),
      encrypted: bool("Whether the volume is encrypted."),
      kms_key_id: string("KMS key to encrypt with."),
      volume_initialization_rate: whole("MiB a second at which a snapshot is loaded.", {
        min: 100,
        max: 300,
      }),
      tags: map("Tags of the volume.", rules.tags),
      propagate_tags: oneOf(
        "Whether the volume takes the task definition's tags.",
        ["TASK_DEFINITION", "NONE"],
        "a source of tags",
      ),
      termination_policy: optionalBlock("What becomes of the volume with the task.", {
        delete_on_termination: bool("Whether the volume is deleted when the task stops.", {
          default: true,
        }),
      }),
    }, checkVolume),
  },
  { max: 1, check: checkVolumeBlock },
);

/** Sizes in GiB and I/O operations a second that EBS has, by volume type. */
const ebsLimits: Readonly<
  Record<string, { size: readonly [number, number]; iops?: readonly [number, number] }>
> = {
  gp2: { size: [1, 16_384] },
  gp3: { size: [1, 16_384], iops: [3_000, 16_000] },
  io1: { size: [4, 16_384], iops: [100, 64_000] },
  io2: { size: [4, 16_384], iops: [100, 256_000] },
  sc1: { size: [125, 16_384] },
  st1: { size: [125, 16_384] },
  standard: { size: [1, 1_024] },
};

function checkVolumeBlock(
  { managed_ebs_volume }: { managed_ebs_volume: unknown },
  path: string,
  problems: Problem[],
): void {
  if (managed_ebs_volume !== undefined) return;
  problems.push({ path: `${path}.managed_ebs_volume`, text: "is not set; it must be" });
}

function checkVolume(
  volume: {
    size_in_gib: number | undefined;
    snapshot_id: string | undefined;
    volume_type: string | undefined;
    iops: number | undefined;
    throughput: number | undefined;
    volume_initialization_rate: number | undefined;
  },
  path: string,
  problems: Problem[],
): void {
  const type = volume.volume_type ?? "gp3";
  if (volume.size_in_gib === undefined && volume.snapshot_id === undefined) {
    problems.push({
      path: `${path}.size_in_gib`,
      text: "is not set; set it, or snapshot_id",
    });
  }
  if (volume.snapshot_id === undefined && volume.volume_initialization_rate !== undefined) {
    problems.push({
      path: `${path}.volume_initialization_rate`,
      text:
        `= ${volume.volume_initialization_rate} is for volumes from a snapshot; set snapshot_id`,
    });
  }
  if (volume.iops === undefined && (type === "io1" || type === "io2")) {
    problems.push({ path: `${path}.iops`, text: `is not set; volume_type "${type}" needs it` });
  }
  const limits = ebsLimits[type];
  const checkLimits = (name: "size_in_gib" | "iops", range?: readonly [number, number]) => {
    const value = volume[name];
    if (value === undefined) return;
    if (range === undefined) {
      const takers = Object.entries(ebsLimits).filter(([, { iops }]) => iops !== undefined);
      problems.push({
        path: `${path}.${name}`,
        text: `= ${value} is not for volume_type "${type}"; use it with ` +
          takers.map(([taker]) => `"${taker}"`).join(", "),
      });
    } else if (value < range[0] || value > range[1]) {
      problems.push({
        path: `${path}.${name}`,
        text: `= ${value} must be from ${range[0]} to ${range[1]} for volume_type "${type}"`,
      });
    }
  };
  checkLimits("size_in_gib", limits?.size);
  checkLimits("iops", limits?.iops);
  if (volume.throughput !== undefined && type !== "gp3") {
    problems.push({
      path: `${path}.throughput`,
      text: `= ${volume.throughput} is not for volume_type "${type}"; use it with "gp3"`,
    });
  }
}

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
