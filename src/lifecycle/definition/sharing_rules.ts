import type { RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import type { AddProblem } from "../../config/field.ts";
import { show } from "../../config/show.ts";
import { cpuUnits, mebibytes } from "./facts.ts";

type Definition = RegisterTaskDefinitionCommandInput;

/** What containers of one task share and may not take from one another: its size, ports and devices. */
export function checkShares(definition: Definition, add: AddProblem): void {
  checkCpu(definition, add);
  checkMemory(definition, add);
  checkPorts(definition, add);
  checkDevices(definition, add);
}

function checkCpu({ cpu, containerDefinitions = [] }: Definition, add: AddProblem): void {
  const most = cpuUnits(cpu);
  const used = containerDefinitions.reduce((sum, container) => sum + (container.cpu ?? 0), 0);
  if (most === undefined || used <= most) return;
  add("cpu", `must be at least the ${used} CPU units of its containers together; got ${most}`);
}

function checkMemory({ memory, containerDefinitions = [] }: Definition, add: AddProblem): void {
  const most = mebibytes(memory);
  let reserved = 0;
  containerDefinitions.forEach((container, index) => {
    const path = `containerDefinitions[${index}]`;
    const own = container.memoryReservation ?? container.memory;
    if (own === undefined && memory === undefined) {
      add(
        `${path}.memory`,
        "must be set where neither memoryReservation nor the task's memory is; got nothing",
      );
    }
    reserved += own ?? 0;
    for (const member of ["memory", "memoryReservation"] as const) {
      const value = container[member];
      if (value === undefined || most === undefined || value <= most) continue;
      add(`${path}.${member}`, `must be at most the task's ${most} MiB; got ${value} MiB`);
    }
  });
  if (most === undefined || reserved <= most) return;
  add(
    "memory",
    `must be at least the ${reserved} MiB that its containers reserve together; got ${most}`,
  );
}

function checkPorts({ networkMode, containerDefinitions = [] }: Definition, add: AddProblem): void {
  // Containers share the network of the task, or that of the instance.
  const shared = networkMode === "awsvpc" || networkMode === "host";
  const names = new Set<string>();
  const taken = new Set<string>();
  containerDefinitions.forEach(({ portMappings = [] }, index) => {
    portMappings.forEach(({ containerPort, hostPort, protocol, name }, place) => {
      const path = `containerDefinitions[${index}].portMappings[${place}]`;
      // ECS takes any other word for tcp.
      const kind = protocol === "udp" ? "udp" : "tcp";
      const [member, port] = shared
        ? ["containerPort", containerPort] as const
        : ["hostPort", hostPort] as const;
      if (port !== undefined && port !== 0) {
        if (taken.has(`${port} ${kind}`)) {
          add(`${path}.${member}`, `must be mapped once; got ${port} of ${kind} twice`);
        }
        taken.add(`${port} ${kind}`);
      }
      if (name === undefined) return;
      if (names.has(name)) add(`${path}.name`, `must be no other port's; got ${show(name)} twice`);
      names.add(name);
    });
  });
}

function checkDevices({ containerDefinitions = [] }: Definition, add: AddProblem): void {
  let neuron = false;
  containerDefinitions.forEach(({ resourceRequirements = [] }, index) => {
    const own = resourceRequirements.some(({ type }) => type === "NeuronDevice");
    if (own && neuron) {
      add(
        `containerDefinitions[${index}].resourceRequirements`,
        'must have no "NeuronDevice" where another container has it',
      );
    }
    neuron ||= own;
  });
}
