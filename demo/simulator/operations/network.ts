import { type Input, object, strings } from "../request/input.ts";
import { type Model, randomHex, type SubnetKind } from "../state/model.ts";

/** The network interface that a new task gets. */
export type Interface = {
  readonly subnet: string | undefined;
  readonly availabilityZone: string;
  readonly address: string | undefined;
  readonly ipv6Address: string | undefined;
  readonly publicAddress: string | undefined;
};

/** Places a task in one of its subnets, and gives its interface the addresses of that subnet. */
export function placeInNetwork(
  model: Model,
  region: string,
  { input, networkMode }: { input: Input; networkMode: string },
): Interface {
  const vpc = object(object(input, "networkConfiguration") ?? {}, "awsvpcConfiguration") ?? {};
  const subnets = strings(vpc, "subnets");
  const chosen = Math.floor(model.random() * subnets.length);
  const subnet = networkMode === "awsvpc" ? subnets[chosen] : undefined;
  const kind = model.subnets.get(subnet ?? "") ?? "ipv4";
  const hasIpv4 = subnet !== undefined && kind !== "ipv6";
  const hasIpv6 = subnet !== undefined && (kind === "ipv6" || kind === "dual-stack");
  return {
    subnet,
    availabilityZone: `${region}${"abc"[chosen % 3] ?? "a"}`,
    address: hasIpv4 ? privateAddress(model, kind) : undefined,
    ipv6Address: hasIpv6 ? ipv6Address(model) : undefined,
    publicAddress: hasIpv4 && vpc["assignPublicIp"] === "ENABLED"
      ? publicAddress(model)
      : undefined,
  };
}

/** The id of a task's network interface. */
export function networkInterfaceId({ id }: { id: string }): string {
  return `eni-${id.slice(0, 17)}`;
}

function privateAddress(model: Model, kind: SubnetKind): string {
  const part = () => Math.floor(model.random() * 254) + 1;
  const network = kind === "loopback" ? "127.100" : "10.0";
  return `${network}.${part()}.${part()}`;
}

/** An address of TEST-NET-3 (RFC 5737), which nothing routes. */
function publicAddress(model: Model): string {
  return `203.0.113.${Math.floor(model.random() * 254) + 1}`;
}

/** An address of the block for documentation (RFC 3849), which nothing routes. */
function ipv6Address(model: Model): string {
  const part = () => (parseInt(randomHex(model, 4), 16) || 1).toString(16);
  return `2001:db8:${part()}:${part()}:${part()}:${part()}:${part()}:${part()}`;
}
