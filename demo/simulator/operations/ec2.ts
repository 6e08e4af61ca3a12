import type { XmlValue } from "../request/xml.ts";
import { AwsError } from "../request/aws_error.ts";
import type { EcsTask, Model } from "../state/model.ts";
import { networkInterfaceId } from "./network.ts";

/** Least and most interfaces of a page. Without a size a page has all of them. */
const pageSizes = { min: 5, max: 1_000 };

/** What interfaces are filtered by, by the filter's name. */
const filters: Readonly<Record<string, (id: string, task: EcsTask) => string | undefined>> = {
  "network-interface-id": (id) => id,
  "subnet-id": (_id, { subnet }) => subnet,
  "availability-zone": (_id, { availabilityZone }) => availabilityZone,
  "private-ip-address": (_id, { address }) => address,
  "addresses.private-ip-address": (_id, { address }) => address,
  "association.public-ip": (_id, { publicAddress }) => publicAddress,
  "status": () => "in-use",
};

/** DescribeNetworkInterfaces, for the interfaces of tasks. */
export function describeNetworkInterfaces(
  { model }: { model: Model },
  form: URLSearchParams,
): XmlValue {
  if (form.get("DryRun") === "true") {
    throw new AwsError(
      "DryRunOperation",
      "Request would have succeeded, but DryRun flag is set.",
      412,
    );
  }
  const ids = valuesOf(form, /^NetworkInterfaceId\.[0-9]+$/);
  const { from, size } = pageOf(form, ids);
  const all = new Map(
    [...model.tasks.values()].filter(({ subnet, status }) =>
      subnet !== undefined && status !== "STOPPED"
    ).map((task) => [networkInterfaceId(task), task]),
  );
  const named = ids.length === 0 ? [...all] : ids.map((id) => interfaceNamed(id, all));
  const found = filtersOf(form).reduce(
    (left, { of, values }) => left.filter(([id, task]) => values.includes(of(id, task) ?? "")),
    named,
  );
  const next = from + (size ?? found.length);
  return {
    networkInterfaceSet: found.slice(from, next).map(([id, task]) => describe(id, task)),
    nextToken: next < found.length ? String(next) : undefined,
  };
}

function interfaceNamed(id: string, all: ReadonlyMap<string, EcsTask>): [string, EcsTask] {
  if (!/^eni-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) {
    throw new AwsError("InvalidNetworkInterfaceId.Malformed", `Invalid id: "${id}"`);
  }
  const task = all.get(id);
  if (task === undefined) {
    throw new AwsError(
      "InvalidNetworkInterfaceID.NotFound",
      `The networkInterface ID '${id}' does not exist`,
    );
  }
  return [id, task];
}

/** The filters of a request: an interface has to have one of the values of each. */
function filtersOf(form: URLSearchParams) {
  return [...form].flatMap(([key, name]) => {
    const [, at] = /^Filter\.([0-9]+)\.Name$/.exec(key) ?? [];
    if (at === undefined) return [];
    const of = Object.hasOwn(filters, name) ? filters[name] : undefined;
    if (of === undefined) {
      throw new AwsError("InvalidParameterValue", `The filter '${name}' is invalid`);
    }
    return [{ of, values: valuesOf(form, new RegExp(`^Filter\\.${at}\\.Value\\.[0-9]+$`)) }];
  });
}

/** Where a request's page begins, and how many interfaces it has at most. */
function pageOf(form: URLSearchParams, ids: readonly string[]) {
  const [token, most] = [form.get("NextToken"), form.get("MaxResults")];
  if (token !== null && !/^[1-9][0-9]{0,9}$/.test(token)) {
    throw new AwsError("InvalidParameterValue", `Invalid value '${token}' for nextToken.`);
  }
  if (most !== null && ids.length > 0) {
    throw new AwsError(
      "InvalidParameterCombination",
      "The parameter NetworkInterfaceIds cannot be used with the parameter MaxResults",
    );
  }
  const size = most === null ? undefined : Number(most);
  if (size !== undefined && !(size >= pageSizes.min && size <= pageSizes.max)) {
    throw new AwsError(
      "InvalidParameterValue",
      `Value ( ${most} ) for parameter maxResults is invalid. Expecting a value from ` +
        `${pageSizes.min} to ${pageSizes.max}.`,
    );
  }
  return { from: Number(token ?? 0), size };
}

function valuesOf(form: URLSearchParams, name: RegExp): string[] {
  return [...form].filter(([key]) => name.test(key)).map(([, value]) => value);
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
