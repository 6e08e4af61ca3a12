import { checkShares } from "../../../../src/lifecycle/definition/sharing_rules.ts";
import {
  containers,
  first,
  type Json,
  onInstances,
  refusesEach,
  takesEach,
} from "../../../harness/definitions.ts";

const pair = (a: Json, b: Json, task: Json = {}) =>
  onInstances({}, { ...containers({ a, b }), ...task });
const ports = (...portMappings: Json[]) => ({ portMappings });
const neuron = { resourceRequirements: [{ type: "NeuronDevice", value: "ALL" }] };

refusesEach("containers of one task", {
  "more CPU than it has": [
    pair({ cpu: 200 }, { cpu: 100 }, { cpu: "256" }),
    "cpu",
    "at least the 300 CPU units of its containers together; got 256",
  ],
  "more CPU than it has in vCPUs": [pair({ cpu: 200 }, { cpu: 100 }, { cpu: ".25 vCPU" }), "cpu"],
  "one larger than it": [
    pair({ memory: 600, memoryReservation: 64 }, {}, { memory: "512" }),
    `${first}.memory`,
    "at most the task's 512 MiB; got 600 MiB",
  ],
  "more reserved than it has": [
    pair({ memory: 400 }, { memory: 400 }, { memory: "0.5 GB" }),
    "memory",
    "800 MiB",
  ],
  "one with no memory at all": [
    pair({ memory: undefined }, {}),
    `${first}.memory`,
    "neither memoryReservation nor the task's memory",
  ],
  "a port twice with awsvpc": [
    pair(ports({ containerPort: 80 }), ports({ containerPort: 80 }), { networkMode: "awsvpc" }),
    "containerDefinitions[1].portMappings[0].containerPort",
    "got 80 of tcp twice",
  ],
  "a host port twice on the bridge": [
    pair(ports({ containerPort: 80, hostPort: 1 }), ports({ containerPort: 81, hostPort: 1 })),
    "containerDefinitions[1].portMappings[0].hostPort",
  ],
  "a port's name twice": [
    pair(ports({ containerPort: 80, name: "web" }), ports({ containerPort: 81, name: "web" })),
    "containerDefinitions[1].portMappings[0].name",
    'got "web" twice',
  ],
  "Neuron devices twice": [pair(neuron, neuron), "containerDefinitions[1].resourceRequirements"],
}, checkShares);

takesEach("containers of one task", {
  "all that it has": pair({ cpu: 128, memory: 256 }, { cpu: 128, memory: 256 }, {
    cpu: "256",
    memory: "512",
  }),
  "a port of tcp and of udp": pair(
    ports({ containerPort: 53 }),
    ports({ containerPort: 53, protocol: "udp" }),
    { networkMode: "awsvpc" },
  ),
  "host ports for ECS to choose": pair(
    ports({ containerPort: 80, hostPort: 0 }),
    ports({ containerPort: 80, hostPort: 0 }),
  ),
  "a soft limit alone": pair({ memory: undefined, memoryReservation: 64 }, {}),
}, checkShares);
