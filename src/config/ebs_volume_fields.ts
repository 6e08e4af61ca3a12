import * as rules from "./rules.ts";
import { tagMap } from "./task_and_plugin_fields.ts";
import { blocks, bool, oneOf, optionalBlock, type Problem, string, whole } from "./schema.ts";
import { choice, must } from "./show.ts";

const managedEbsVolume = optionalBlock(
  "The EBS volume that ECS creates for the task. It must be set in each `volume_configuration`.",
  {
    role_arn: string(
      "ARN of the IAM role with which ECS creates, attaches and deletes the volume (the ECS " +
        "infrastructure role).",
      { required: true, secret: false, check: rules.roleArn },
    ),
    size_in_gib: whole(
      "Size of the volume, in GiB: from 1 to 16384 for `gp2` and `gp3`, from 4 for `io1` and `io2`, " +
        "from 125 for `st1` and `sc1`, from 1 to 1024 for `standard`. When not set, it is the " +
        "snapshot's size; without `snapshot_id` it must be set.",
      { min: 1, max: 16_384 },
    ),
    snapshot_id: string(
      "Id of the EBS snapshot that the volume is created from. When not set, the volume is empty.",
      { secret: false },
    ),
    volume_type: oneOf(
      "EBS volume type. Fargate does not take `standard`. When not set, it is `gp3`.",
      ["gp2", "gp3", "io1", "io2", "sc1", "st1", "standard"],
    ),
    iops: whole(
      "I/O operations a second that are provisioned: from 3000 to 16000 for `gp3`, to 64000 for `io1`, " +
        "to 256000 for `io2`; for other types it must be left out. When not set, `gp3` has 3000; " +
        "`io1` and `io2` need it.",
      { min: 100, max: 256_000 },
    ),
    throughput: whole(
      "Throughput that is provisioned, in MiB a second, for `gp3` only. When not set, it is 125.",
      { min: 125, max: 1_000 },
    ),
    filesystem_type: oneOf(
      "File system of the volume; one from a snapshot must have the snapshot's. `ntfs` is for Windows. " +
        "When not set, it is `xfs`.",
      ["ext3", "ext4", "xfs", "ntfs"],
    ),
    encrypted: bool(
      "Whether the volume is encrypted. When not set, the region's default for EBS decides.",
    ),
    kms_key_id: string(
      "ARN of the KMS key that encrypts the volume. When not set, it is the account's key for EBS.",
      { secret: false },
    ),
    volume_initialization_rate: whole(
      "Rate at which the snapshot's data is loaded into the volume, in MiB a second; only with " +
        "`snapshot_id`. When not set, EBS loads it when it is read.",
      { min: 100, max: 300 },
    ),
    tags: tagMap(
      "Tags of the EBS volume, besides those that ECS adds. When not set, it has no others.",
      // AWS takes 50 tags of any resource.
      50,
    ),
    propagate_tags: oneOf(
      "Whether the volume has the task definition's tags too. When not set, it has not.",
      ["TASK_DEFINITION", "NONE"],
    ),
    termination_policy: optionalBlock(
      "What becomes of the EBS volume when the task stops. When not set, ECS deletes it.",
      {
        delete_on_termination: bool("Whether ECS deletes the volume when the task stops.", {
          default: true,
        }),
      },
      { example: { delete_on_termination: false } },
    ),
  },
  {
    check: checkVolume,
    example: { role_arn: "arn:aws:iam::123456789012:role/ecsInfrastructure", size_in_gib: 20 },
  },
);

/** `volume_configuration`. */
export const volumeConfiguration = blocks(
  "The EBS volume that ECS creates for the task and attaches as a volume that the task definition " +
    "leaves to be configured at launch. When there is no such block, no EBS volume is created.",
  {
    name: string("Name of the volume in the task definition.", {
      required: true,
      secret: false,
      max: 255,
    }),
    managed_ebs_volume: managedEbsVolume,
  },
  {
    // Volume.configuredAtLaunch: a revision "may only have one volume configured at launch".
    max: 1,
    check: ({ managed_ebs_volume }, path, problems) => {
      if (managed_ebs_volume !== undefined) return;
      problems.push({ path: `${path}.managed_ebs_volume`, text: "must be set; got nothing" });
    },
    example: {
      name: "data",
      managed_ebs_volume: {
        role_arn: "arn:aws:iam::123456789012:role/ecsInfrastructure",
        size_in_gib: 20,
      },
    },
  },
);

/** GiB and I/O operations a second by volume type, as TaskManagedEBSVolumeConfiguration has them. */
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

type EbsVolume = {
  size_in_gib: number | undefined;
  snapshot_id: string | undefined;
  volume_type: string | undefined;
  iops: number | undefined;
  throughput: number | undefined;
  volume_initialization_rate: number | undefined;
};

function checkVolume(volume: EbsVolume, path: string, problems: Problem[]): void {
  const { size_in_gib, snapshot_id, volume_type, iops, throughput } = volume;
  const rate = volume.volume_initialization_rate;
  const type = volume_type ?? "gp3";
  const limits = ebsLimits[type];
  const add = (name: string, what: string, value: unknown) =>
    problems.push({ path: `${path}.${name}`, text: must(what, value) });
  if (size_in_gib === undefined && snapshot_id === undefined) {
    add("size_in_gib", "be set, or snapshot_id", undefined);
  }
  if (size_in_gib !== undefined && limits !== undefined && !isWithin(size_in_gib, limits.size)) {
    add("size_in_gib", `be ${range(limits.size)} for volume_type "${type}"`, size_in_gib);
  }
  if (iops === undefined && (type === "io1" || type === "io2")) {
    add("iops", `be set for volume_type "${type}"`, undefined);
  }
  if (iops !== undefined && limits?.iops === undefined) {
    const takers = Object.keys(ebsLimits).filter((name) => ebsLimits[name]?.iops !== undefined);
    add("iops", `be left out, or volume_type be ${choice(takers)}`, iops);
  }
  if (iops !== undefined && limits?.iops !== undefined && !isWithin(iops, limits.iops)) {
    add("iops", `be ${range(limits.iops)} for volume_type "${type}"`, iops);
  }
  if (throughput !== undefined && type !== "gp3") {
    add("throughput", `be left out, or volume_type be "gp3"`, throughput);
  }
  if (rate !== undefined && snapshot_id === undefined) {
    add("volume_initialization_rate", "be left out, or snapshot_id be set", rate);
  }
}

function isWithin(value: number, [min, max]: readonly [number, number]): boolean {
  return value >= min && value <= max;
}

function range([min, max]: readonly [number, number]): string {
  return `from ${min} to ${max}`;
}
