import { type Input, objects, optionalString } from "../request/input.ts";
import type { EcsTask, TaskContainer } from "../state/model.ts";

/** The range of ports from which Docker takes the host's port where a mapping names none. */
const ephemeral = { first: 32_768, last: 60_999 };

/**
 * The ports of the container instance at which a container's ports are found, from the container's
 * start on. A task with a network interface of its own has none.
 */
export function networkBindings(
  task: EcsTask,
  { definition, startedAt }: TaskContainer,
): unknown[] {
  const { networkMode, input } = task.definition;
  if (startedAt === undefined || (networkMode !== "bridge" && networkMode !== "host")) return [];
  const free = freePorts(task.id);
  return objects(input, "containerDefinitions").flatMap(({ name, ...container }) =>
    objects(container, "portMappings").map((mapping) => ({
      name,
      // Ports are taken for all containers of the task, so that no two have one.
      binding: { bindIP: "0.0.0.0", ...ports(mapping, networkMode, free) },
    }))
  ).filter(({ name }) => name === definition.name).map(({ binding }) => binding);
}

function ports(mapping: Input, networkMode: string, free: (count: number) => number): Input {
  const protocol = mapping["protocol"] === "udp" ? "udp" : "tcp";
  const containerPortRange = optionalString(mapping, "containerPortRange");
  if (containerPortRange !== undefined) {
    const [first = 0, last = 0] = containerPortRange.split("-").map(Number);
    const from = free(last - first + 1);
    return { containerPortRange, hostPortRange: `${from}-${from + last - first}`, protocol };
  }
  const containerPort = Number(mapping["containerPort"]);
  const hostPort = networkMode === "host"
    ? containerPort
    : Number(mapping["hostPort"] ?? 0) || free(1);
  return { containerPort, hostPort, protocol };
}

/** Gives out ports of the ephemeral range, one after another, from a place that the task's id tells. */
function freePorts(id: string): (count: number) => number {
  const size = ephemeral.last - ephemeral.first + 1;
  let next = parseInt(id.slice(0, 8), 16) % size;
  return (count) => {
    if (next + count > size) next = 0;
    const port = ephemeral.first + next;
    next += count;
    return port;
  };
}
