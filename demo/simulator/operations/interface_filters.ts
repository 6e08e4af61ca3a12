import { AwsError } from "../request/aws_error.ts";
import type { describeInterface } from "./network_interface.ts";

type Interface = ReturnType<typeof describeInterface>;

/** What an interface has to match a filter with, by the filter's name in the EC2 API reference. */
const attributes: Readonly<Record<string, (one: Interface) => readonly (string | undefined)[]>> = {
  "addresses.association.owner-id": ({ association }) => [association?.ipOwnerId],
  "addresses.association.public-ip": ({ association }) => [association?.publicIp],
  "addresses.primary": (one) => one.privateIpAddressesSet.map(({ primary }) => primary),
  "addresses.private-ip-address": ({ privateIpAddress }) => [privateIpAddress],
  "association.ip-owner-id": ({ association }) => [association?.ipOwnerId],
  "association.public-dns-name": ({ association }) => [association?.publicDnsName],
  "association.public-ip": ({ association }) => [association?.publicIp],
  "attachment.attach-time": ({ attachment }) => [attachment.attachTime],
  "attachment.status": ({ attachment }) => [attachment.status],
  "availability-zone": ({ availabilityZone }) => [availabilityZone],
  "description": ({ description }) => [description],
  "group-id": ({ groupSet }) => groupSet.map(({ groupId }) => groupId),
  "interface-type": ({ interfaceType }) => [interfaceType],
  "ipv6-addresses.ipv6-address": (one) => one.ipv6AddressesSet.map((of) => of.ipv6Address),
  "mac-address": ({ macAddress }) => [macAddress],
  "network-interface-id": ({ networkInterfaceId }) => [networkInterfaceId],
  "owner-id": ({ ownerId }) => [ownerId],
  "private-dns-name": ({ privateDnsName }) => [privateDnsName],
  "private-ip-address": ({ privateIpAddress }) => [privateIpAddress],
  "requester-id": ({ requesterId }) => [requesterId],
  "requester-managed": ({ requesterManaged }) => [requesterManaged],
  "source-dest-check": ({ sourceDestCheck }) => [sourceDestCheck],
  "status": ({ status }) => [status],
  "subnet-id": ({ subnetId }) => [subnetId],
  "vpc-id": ({ vpcId }) => [vpcId],
};

/** Filters by what interfaces of tasks do not have: they match none. */
const absent = /^(tag:.+|tag-key|operator\.(managed|principal)|availability-zone-id)$/;
const absentParts =
  /^(association\.(allocation|association)-id|attachment\.(attachment-id|delete-on-termination|device-index|instance-id|instance-owner-id))$/;

/** The filters of a request: an interface has to have one of the values of each. */
export function readFilters(form: URLSearchParams): ((one: Interface) => boolean)[] {
  return [...form].flatMap(([key, name]) => {
    const [, at] = /^Filter\.([0-9]+)\.Name$/.exec(key) ?? [];
    if (at === undefined) return [];
    if (absent.test(name) || absentParts.test(name)) return [() => false];
    const of = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    if (of === undefined) {
      throw new AwsError("InvalidParameterValue", `The filter '${name}' is invalid`);
    }
    const values = valuesOf(form, new RegExp(`^Filter\\.${at}\\.Value\\.[0-9]+$`)).map(pattern);
    return [
      (one) =>
        of(one).some((found) => found !== undefined && values.some((value) => value.test(found))),
    ];
  });
}

/** The values of a form's members with such names. */
export function valuesOf(form: URLSearchParams, name: RegExp): string[] {
  return [...form].filter(([key]) => name.test(key)).map(([, value]) => value);
}

/** A filter's value: `*` stands for any characters, `?` for one, and `\\` takes their meaning away. */
function pattern(value: string): RegExp {
  const parts = value.match(/\\.|[^]/g) ?? [];
  const source = parts.map((part) =>
    part === "*" ? ".*" : part === "?" ? "." : literal(part.length > 1 ? part.slice(1) : part)
  );
  return new RegExp(`^${source.join("")}$`, "s");
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
