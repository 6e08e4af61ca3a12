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

/** The hardware address of a task's network interface. */
export function macAddress({ id }: { id: string }): string {
  return `0a:${(id.slice(0, 10).match(/../g) ?? []).join(":")}`;
}

/** The name in a VPC's DNS of a task with an IPv4 address. us-east-1 has another domain than others. */
export function privateDnsName(
  { address, region }: { address: string | undefined; region: string },
): string | undefined {
  if (address === undefined) return undefined;
  const domain = region === "us-east-1" ? "ec2.internal" : `${region}.compute.internal`;
  return `ip-${address.replaceAll(".", "-")}.${domain}`;
}

function privateAddress(model: Model, kind: SubnetKind): string {
  if (kind === "loopback") return loopbackAddress(model);
  const part = () => Math.floor(model.random() * 254) + 1;
  return `10.0.${part()}.${part()}`;
}

/**
 * The first three numbers of the loopback addresses of a simulator that listens on this port. No other
 * simulator of the machine has them while it runs: two that gave a task one address would each have a
 * server that cannot listen there.
 */
export function loopbackNetworkOf(port: number): string {
  return `127.${port >> 8}.${port & 0xff}`;
}

/** An address that no live task has. With more than 254 live tasks some share one. */
function loopbackAddress(model: Model): string {
  const taken = new Set(
    [...model.tasks.values()].flatMap(({ status, address }) => status === "STOPPED" ? [] : address),
  );
  const first = Math.floor(model.random() * 254);
  const inTurn = (step: number) => `${model.loopbackNetwork}.${(first + step) % 254 + 1}`;
  const free = Array.from({ length: 254 }, (_, step) => inTurn(step))
    .find((address) => !taken.has(address));
  return free ?? inTurn(0);
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
