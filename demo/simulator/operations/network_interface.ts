import { object, strings } from "../request/input.ts";
import type { EcsTask, Model } from "../state/model.ts";
import { uuidOf } from "../state/model.ts";
import { macAddress, networkInterfaceId, privateDnsName } from "./network.ts";

/** The one VPC of every region. */
const vpcId = "vpc-0123456789abcdef0";

/** The interface of a task, as DescribeNetworkInterfaces answers it. */
export function describeInterface({ account }: Model, task: EcsTask) {
  const { region, address, publicAddress } = task;
  const vpc = object(object(task.input, "networkConfiguration") ?? {}, "awsvpcConfiguration") ?? {};
  const association = publicAddress === undefined ? undefined : {
    ipOwnerId: "amazon",
    publicDnsName: publicDnsName(publicAddress, region),
    publicIp: publicAddress,
  };
  return {
    networkInterfaceId: networkInterfaceId(task),
    association,
    attachment: { attachTime: new Date(task.createdAt).toISOString(), status: "attached" },
    availabilityZone: task.availabilityZone,
    // ECS names the attachment of the task in the description of its interface.
    description: `arn:aws:ecs:${region}:${account}:attachment/${uuidOf(task.id)}`,
    groupSet: strings(vpc, "securityGroups").map((groupId) => ({ groupId })),
    interfaceType: "interface",
    ipv6AddressesSet: task.ipv6Address === undefined ? [] : [{ ipv6Address: task.ipv6Address }],
    macAddress: macAddress(task),
    ownerId: account,
    privateDnsName: privateDnsName(task),
    privateIpAddress: address,
    privateIpAddressesSet: address === undefined ? [] : [{
      association,
      primary: "true",
      privateDnsName: privateDnsName(task),
      privateIpAddress: address,
    }],
    requesterId: account,
    requesterManaged: "true",
    sourceDestCheck: "true",
    status: "in-use",
    subnetId: task.subnet,
    tagSet: [],
    vpcId,
  };
}

/** The name of a public address. us-east-1 has another domain than others. */
function publicDnsName(address: string, region: string): string {
  const domain = region === "us-east-1" ? "compute-1" : `${region}.compute`;
  return `ec2-${address.replaceAll(".", "-")}.${domain}.amazonaws.com`;
}
