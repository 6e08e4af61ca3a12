import { assertEquals } from "@std/assert";
import { readFilters } from "../../../../demo/simulator/operations/interface_filters.ts";
import type { describeInterface } from "../../../../demo/simulator/operations/network_interface.ts";
import { assertRefused } from "../../../harness/simulator_definitions.ts";

const association = {
  ipOwnerId: "amazon",
  publicDnsName: "ec2-203-0-113-7.compute-1.amazonaws.com",
  publicIp: "203.0.113.7",
};
const one: ReturnType<typeof describeInterface> = {
  networkInterfaceId: "eni-00000001",
  association,
  attachment: { attachTime: "2026-01-01T00:00:00.000Z", status: "attached" },
  availabilityZone: "us-east-1a",
  description: "arn:aws:ecs:us-east-1:123456789012:attachment/a*b",
  groupSet: [{ groupId: "sg-1" }, { groupId: "sg-2" }],
  interfaceType: "interface",
  ipv6AddressesSet: [{ ipv6Address: "2001:db8::1" }],
  macAddress: "0a:00:00:00:00:01",
  ownerId: "123456789012",
  privateDnsName: "ip-10-0-1-2.ec2.internal",
  privateIpAddress: "10.0.1.2",
  privateIpAddressesSet: [{
    association,
    primary: "true",
    privateDnsName: "ip-10-0-1-2.ec2.internal",
    privateIpAddress: "10.0.1.2",
  }],
  requesterId: "123456789012",
  requesterManaged: "true",
  sourceDestCheck: "true",
  status: "in-use",
  subnetId: "subnet-1",
  tagSet: [],
  vpcId: "vpc-1",
};

function matches(name: string, ...values: string[]): boolean {
  const form = new URLSearchParams({ "Filter.1.Name": name });
  values.forEach((value, index) => form.append(`Filter.1.Value.${index + 1}`, value));
  return readFilters(form).every((filter) => filter(one));
}

const values: Readonly<Record<string, string>> = {
  "addresses.association.owner-id": "amazon",
  "addresses.association.public-ip": "203.0.113.7",
  "addresses.primary": "true",
  "addresses.private-ip-address": "10.0.1.2",
  "association.ip-owner-id": "amazon",
  "association.public-dns-name": association.publicDnsName,
  "association.public-ip": "203.0.113.7",
  "attachment.attach-time": "2026-01-01*",
  "attachment.status": "attached",
  "availability-zone": "us-east-1a",
  "description": "*:attachment/*",
  "group-id": "sg-2",
  "interface-type": "interface",
  "ipv6-addresses.ipv6-address": "2001:db8::1",
  "mac-address": "0a:00:00:00:00:0?",
  "network-interface-id": "eni-00000001",
  "owner-id": "123456789012",
  "private-dns-name": "ip-10-0-1-2.ec2.internal",
  "private-ip-address": "10.0.1.2",
  "requester-id": "123456789012",
  "requester-managed": "true",
  "source-dest-check": "true",
  "status": "in-use",
  "subnet-id": "subnet-1",
  "vpc-id": "vpc-1",
};

for (const [name, value] of Object.entries(values)) {
  Deno.test(`the filter ${name} matches by its values`, () => {
    assertEquals([matches(name, "x", value), matches(name, "x")], [true, false]);
  });
}

for (
  const name of ["tag:a", "tag-key", "association.allocation-id", "attachment.instance-id"]
    .concat("operator.managed", "availability-zone-id")
) {
  Deno.test(`the filter ${name} matches no interface of a task`, () => {
    assertEquals(matches(name, "*"), false);
  });
}

Deno.test("a backslash takes the meaning of a wildcard away, and a dot has none", () => {
  const ends = (end: string) => matches("description", `*${end}`);
  assertEquals([ends("a\\*b"), ends("\\?*b"), ends("a.b")], [true, false, false]);
});

Deno.test("a filter that EC2 does not have is refused", () => {
  for (const name of ["colour", "toString"]) {
    assertRefused(() => matches(name, "x"), "InvalidParameterValue", `The filter '${name}'`);
  }
});
