import type { XmlValue } from "../request/xml.ts";
import { AwsError } from "../request/aws_error.ts";
import type { EcsTask, Model } from "../state/model.ts";
import { networkInterfaceId } from "./network.ts";

/** DescribeNetworkInterfaces, for the interfaces of tasks, by id. */
export function describeNetworkInterfaces(
  { model }: { model: Model },
  form: URLSearchParams,
): XmlValue {
  const ids = [...form].filter(([name]) => /^NetworkInterfaceId\.[0-9]+$/.test(name))
    .map(([, id]) => id);
  const tasks = new Map(
    [...model.tasks.values()].filter(({ subnet, status }) =>
      subnet !== undefined && status !== "STOPPED"
    ).map((task) => [networkInterfaceId(task), task]),
  );
  const found = ids.map((id) => {
    const task = tasks.get(id);
    if (task === undefined) {
      throw new AwsError(
        "InvalidNetworkInterfaceID.NotFound",
        `The networkInterface ID '${id}' does not exist`,
      );
    }
    return describe(id, task);
  });
  return {
    networkInterfaceSet: ids.length === 0 ? [...tasks].map((one) => describe(...one)) : found,
  };
}

function describe(networkInterfaceId: string, task: EcsTask): XmlValue {
  return {
    networkInterfaceId,
    subnetId: task.subnet,
    availabilityZone: task.availabilityZone,
    interfaceType: "interface",
    status: "in-use",
    privateIpAddress: task.address,
    ipv6AddressesSet: task.ipv6Address === undefined ? [] : [{ ipv6Address: task.ipv6Address }],
    association: task.publicAddress === undefined ? undefined : { publicIp: task.publicAddress },
  };
}
