import { clientException } from "../request/aws_error.ts";
import { duplicate, type Input, objects, optionalString, setting, word } from "../request/input.ts";

const lastPort = 65_535;
const mostRanges = 100;

/** First and last port of a range. */
type Ports = { readonly protocol: string; readonly first: number; readonly last: number };

/** Refuses port mappings that are invalid, unfit for the network mode, or in conflict. */
export function checkPorts(containers: readonly Input[], networkMode: string): void {
  const shared = networkMode === "awsvpc" || networkMode === "host";
  const ofTask: Ports[] = [];
  for (const container of containers) {
    const name = optionalString(container, "name") ?? "";
    const mappings = objects(container, "portMappings");
    if (mappings.length > 0 && networkMode === "none") {
      throw clientException("Port mappings are not supported when networkMode=none.");
    }
    const ranges = mappings.filter((mapping) => optionalString(mapping, "containerPortRange"));
    if (ranges.length > mostRanges) {
      throw clientException(`Container '${name}' can have at most ${mostRanges} port ranges.`);
    }
    const own = mappings.map((mapping) => containerPorts(mapping, name, networkMode));
    const twice = collision(own.map((ports) => ({ ...ports, protocol: "" })));
    if (twice !== undefined) {
      throw clientException(`Container port '${twice}' is mapped twice in container '${name}'.`);
    }
    // In awsvpc and host mode containers share one network. In bridge mode they share the host's ports.
    ofTask.push(...(shared ? own : mappings.flatMap(hostPort)));
  }
  const twice = collision(ofTask);
  if (twice !== undefined) {
    throw clientException(
      `${shared ? "Container" : "Host"} port '${twice}' is used multiple times in task when ` +
        `networkMode=${networkMode}.`,
    );
  }
  const names = containers.flatMap((container) =>
    objects(container, "portMappings").flatMap((mapping) => optionalString(mapping, "name") ?? [])
  );
  const sameName = duplicate(names);
  if (sameName !== undefined) {
    throw clientException(`The port mapping name '${sameName}' is already used.`);
  }
}

function containerPorts(mapping: Input, container: string, networkMode: string): Ports {
  const port = setting(mapping, "containerPort", {
    min: 1,
    max: lastPort,
    what: `The 'containerPort' setting for container '${container}'`,
  });
  const range = optionalString(mapping, "containerPortRange");
  const hostPort = setting(mapping, "hostPort", {
    min: 0,
    max: lastPort,
    what: `The 'hostPort' setting for container '${container}'`,
  });
  if (!/^([a-z0-9_][a-z0-9_-]{0,63})?$/.test(optionalString(mapping, "name") ?? "")) {
    throw clientException(`Invalid port mapping name for container '${container}'.`);
  }
  word(mapping, "appProtocol", ["http", "http2", "grpc"]);
  const protocol = protocolOf(mapping);
  if (range !== undefined) {
    if (port !== undefined || hostPort !== undefined) {
      throw clientException("You cannot specify both single port and port range.");
    }
    return { protocol, ...portRange(range, container, networkMode) };
  }
  if (port === undefined) {
    throw clientException(`Invalid 'containerPort' setting for container '${container}'.`);
  }
  const dynamic = networkMode !== "awsvpc" && networkMode !== "host";
  if (!dynamic && hostPort !== undefined && hostPort !== port) {
    throw clientException(
      `When networkMode=${networkMode}, the host ports and container ports in port mappings must ` +
        "match.",
    );
  }
  return { protocol, first: port, last: port };
}

function portRange(range: string, container: string, networkMode: string) {
  const [, first, last] = (/^([0-9]+)-([0-9]+)$/.exec(range) ?? []).map(Number);
  const right = first !== undefined && last !== undefined && first >= 1 && last <= lastPort &&
    first < last;
  if (!right) {
    throw clientException(`Invalid 'containerPortRange' setting for container '${container}'.`);
  }
  if (networkMode !== "bridge" && networkMode !== "awsvpc") {
    throw clientException(
      `Container port ranges are not supported when networkMode=${networkMode}.`,
    );
  }
  return { first, last };
}

/** The host port that a mapping asks for. 0: the host chooses one. */
function hostPort(mapping: Input): Ports[] {
  const port = Number(mapping["hostPort"] ?? 0);
  return port === 0 ? [] : [{ protocol: protocolOf(mapping), first: port, last: port }];
}

/** ECS treats any other protocol as tcp. */
function protocolOf(mapping: Input): string {
  return mapping["protocol"] === "udp" ? "udp" : "tcp";
}

/** The first port that two of the ranges share. */
function collision(all: readonly Ports[]): number | undefined {
  for (const [index, one] of all.entries()) {
    const other = all.slice(0, index).find(({ protocol, first, last }) =>
      protocol === one.protocol && first <= one.last && one.first <= last
    );
    if (other !== undefined) return Math.max(one.first, other.first);
  }
  return undefined;
}
