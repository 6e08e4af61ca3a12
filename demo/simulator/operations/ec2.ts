import type { XmlValue } from "../request/xml.ts";
import { AwsError } from "../request/aws_error.ts";
import type { EcsTask, Model } from "../state/model.ts";
import { networkInterfaceId } from "./network.ts";
import { readFilters, valuesOf } from "./interface_filters.ts";
import { describeInterface } from "./network_interface.ts";

/** Least and most interfaces of a page. Without a size a page has all of them. */
const pageSizes = { min: 5, max: 1_000 };

/** DescribeNetworkInterfaces, for the interfaces of the region's tasks. */
export function describeNetworkInterfaces(
  { model }: { model: Model },
  form: URLSearchParams,
  { region }: { region: string },
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
    [...model.tasks.values()].filter((task) =>
      task.region === region && task.subnet !== undefined && task.status !== "STOPPED"
    ).map((task) => [networkInterfaceId(task), task]),
  );
  const named = ids.length === 0 ? [...all.values()] : ids.map((id) => interfaceNamed(id, all));
  const filters = readFilters(form);
  const found = named.map((task) => describeInterface(model, task))
    .filter((one) => filters.every((matches) => matches(one)));
  const next = from + (size ?? found.length);
  return {
    networkInterfaceSet: found.slice(from, next),
    nextToken: next < found.length ? String(next) : undefined,
  };
}

function interfaceNamed(id: string, all: ReadonlyMap<string, EcsTask>): EcsTask {
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
  return task;
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
