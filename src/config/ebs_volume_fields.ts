import * as rules from "./rules.ts";
import { blocks, bool, map, oneOf, optionalBlock, type Problem, string, whole } from "./schema.ts";

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
