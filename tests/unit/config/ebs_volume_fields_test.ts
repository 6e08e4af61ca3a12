import { assertEquals } from "@std/assert";
import { refusalOf } from "../../harness/config.ts";

const role_arn = "arn:aws:iam::123456789012:role/ebs";

function refusal(volume: Record<string, unknown> | undefined): string {
  const block = volume === undefined ? {} : { managed_ebs_volume: { role_arn, ...volume } };
  const text = refusalOf({
    task_definition: "web",
    volume_configuration: [{ name: "data", ...block }],
  });
  return text.replaceAll("config.task.volume_configuration[0].managed_ebs_volume", "ebs");
}

const refused: Record<string, [volume: Record<string, unknown> | undefined, text: string]> = {
  "no block": [undefined, "ebs must be set; got nothing"],
  "no size": [{}, "ebs.size_in_gib must be set, or snapshot_id; got nothing"],
  "a size that its type does not have": [
    { volume_type: "st1", size_in_gib: 100 },
    'ebs.size_in_gib must be from 125 to 16384 for volume_type "st1"; got 100',
  ],
  "fewer I/O operations than gp3 has": [
    { size_in_gib: 1, iops: 100 },
    'ebs.iops must be from 3000 to 16000 for volume_type "gp3"; got 100',
  ],
  "I/O operations of a type that has none": [
    { volume_type: "gp2", size_in_gib: 1, iops: 100 },
    'ebs.iops must be left out, or volume_type be "gp3", "io1" or "io2"; got 100',
  ],
  "no I/O operations of a type that needs them": [
    { volume_type: "io2", size_in_gib: 4 },
    'ebs.iops must be set for volume_type "io2"; got nothing',
  ],
  "throughput of another type": [
    { volume_type: "gp2", size_in_gib: 1, throughput: 125 },
    'ebs.throughput must be left out, or volume_type be "gp3"; got 125',
  ],
  "a rate without a snapshot": [
    { size_in_gib: 1, volume_initialization_rate: 100 },
    "ebs.volume_initialization_rate must be left out, or snapshot_id be set; got 100",
  ],
};
for (const [name, [volume, text]] of Object.entries(refused)) {
  Deno.test(`an EBS volume is refused: ${name}`, () => assertEquals(refusal(volume), text));
}

Deno.test("an EBS volume from a snapshot needs no size", () => {
  assertEquals(refusal({ snapshot_id: "snap-1", volume_initialization_rate: 100 }), "");
});
