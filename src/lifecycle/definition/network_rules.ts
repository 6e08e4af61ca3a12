import type {
  ContainerDefinition,
  PortMapping,
  RegisterTaskDefinitionCommandInput,
} from "@aws-sdk/client-ecs";
import type { AddProblem } from "../../config/field.ts";
import { portName } from "../../config/rules.ts";
import { show } from "../../config/show.ts";
import { checkRange, checkWord } from "./value_rules.ts";

/** Most ranges of ports that a container may map. */
const rangeLimit = 100;

/** What ECS would refuse of containers' ports and addresses, by the task's network mode. */
export function checkNetwork(
  { networkMode = "bridge", containerDefinitions = [] }: RegisterTaskDefinitionCommandInput,
  add: AddProblem,
): void {
  containerDefinitions.forEach((container, index) => {
    const here: AddProblem = (path, text) => add(`containerDefinitions[${index}].${path}`, text);
    checkAddresses(container, networkMode, here);
    const { portMappings = [] } = container;
    if (networkMode === "none" && portMappings.length > 0) {
      here("portMappings", 'must be left out with network mode "none", which has no ports');
      return;
    }
    const ranges = portMappings.filter((mapping) => mapping.containerPortRange !== undefined);
    if (ranges.length > rangeLimit) {
      here("portMappings", `must have at most ${rangeLimit} ranges of ports; got ${ranges.length}`);
    }
    portMappings.forEach((mapping, place) =>
      checkPort(mapping, networkMode, (path, text) => here(`portMappings[${place}].${path}`, text))
    );
  });
}

/** Members of a container that its network mode leaves no room for. */
function checkAddresses(
  container: ContainerDefinition,
  networkMode: string,
  add: AddProblem,
): void {
  const refuse = (
    member: "links" | "hostname" | "extraHosts" | "dnsServers" | "dnsSearchDomains",
  ) => {
    const value = container[member];
    if (value === undefined || value.length === 0) return;
    add(member, `must be left out with network mode "${networkMode}"`);
  };
  if (["awsvpc", "host", "none"].includes(networkMode)) refuse("links");
  if (networkMode !== "awsvpc") return;
  for (const member of ["hostname", "extraHosts", "dnsServers", "dnsSearchDomains"] as const) {
    refuse(member);
  }
}

function checkPort(
  { containerPort, containerPortRange, hostPort, name, appProtocol }: PortMapping,
  networkMode: string,
  add: AddProblem,
): void {
  if (name !== undefined && portName(name) !== undefined) {
    add(
      "name",
      `must be up to 64 lower-case letters, digits, - and _, not with - first; got ${show(name)}`,
    );
  }
  checkWord(appProtocol, ["http", "http2", "grpc"], "appProtocol", add);
  checkRange(containerPort, { min: 1, max: 65_535 }, "containerPort", add);
  checkRange(hostPort, { min: 0, max: 65_535 }, "hostPort", add);
  if (containerPortRange !== undefined) {
    checkPortRange(containerPortRange, networkMode, add);
    for (const [member, value] of Object.entries({ containerPort, hostPort })) {
      if (value === undefined) continue;
      add(member, `must be left out beside containerPortRange; got ${value}`);
    }
    return;
  }
  if (containerPort === undefined) {
    add("containerPort", "must be set, or containerPortRange; got nothing");
    return;
  }
  const own = networkMode === "awsvpc" || networkMode === "host";
  if (!own || hostPort === undefined || hostPort === containerPort) return;
  // ECS takes 0 for not set with awsvpc.
  if (networkMode === "awsvpc" && hostPort === 0) return;
  add(
    "hostPort",
    `must be left out, or be containerPort = ${containerPort}, with network mode "${networkMode}"; ` +
      `got ${hostPort}`,
  );
}

function checkPortRange(range: string, networkMode: string, add: AddProblem): void {
  const [, first, last] = /^([0-9]{1,5})-([0-9]{1,5})$/.exec(range)?.map(Number) ?? [];
  const isRange = first !== undefined && last !== undefined && first >= 1 && first < last &&
    last <= 65_535;
  if (!isRange) {
    add("containerPortRange", `must be a range of ports, as "8000-8010"; got ${show(range)}`);
  } else if (networkMode !== "bridge" && networkMode !== "awsvpc") {
    add(
      "containerPortRange",
      `must be left out with network mode "${networkMode}"; map each port by its containerPort`,
    );
  }
}
