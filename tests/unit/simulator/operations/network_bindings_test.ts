import { assert, assertEquals } from "@std/assert";
import { perform } from "../../../../demo/simulator/operations/operations.ts";
import type { Input } from "../../../../demo/simulator/request/input.ts";
import { containers, region } from "../../../harness/simulator_definitions.ts";
import { createTaskModel } from "../../../harness/simulator_tasks.ts";

type Binding = { hostPort: number; hostPortRange: string };

/** Bindings of the containers of a task on EC2, before and after their start. */
function bindings(all: Record<string, Input>, task: Input = {}): Binding[][] {
  const world = createTaskModel();
  const call = (operation: string, input: Input) =>
    perform(world.model, region, operation, { cluster: "main", ...input });
  call("RegisterTaskDefinition", containers(all, task));
  call("RunTask", { taskDefinition: "web" });
  const tasks = [...world.model.tasks.keys()];
  const read = () =>
    (call("DescribeTasks", { tasks }) as {
      tasks: { containers: { networkBindings: Binding[] }[] }[];
    }).tasks[0]?.containers.map(({ networkBindings }) => networkBindings) ?? [];
  assertEquals(read(), Object.keys(all).map(() => []), "before the start");
  world.at(2_000);
  return read();
}

const isEphemeral = (port = 0) => port >= 32_768 && port <= 60_999;

Deno.test("in bridge mode a container has the host's ports that it names, and others that are free", () => {
  const [[named, dynamic] = [], [other] = []] = bindings({
    app: {
      portMappings: [
        { containerPort: 80, hostPort: 8_080, protocol: "udp" },
        { containerPort: 81 },
      ],
    },
    side: { portMappings: [{ containerPort: 81, hostPort: 0 }] },
  });
  assertEquals<unknown>(named, {
    bindIP: "0.0.0.0",
    containerPort: 80,
    hostPort: 8_080,
    protocol: "udp",
  });
  assert(isEphemeral(dynamic?.hostPort) && isEphemeral(other?.hostPort));
  assert(dynamic?.hostPort !== other?.hostPort);
});

Deno.test("a range of ports has a range of the host's ports of the same length", () => {
  const [[range] = []] = bindings({ app: { portMappings: [{ containerPortRange: "90-99" }] } });
  const [first = 0, last = 0] = range?.hostPortRange.split("-").map(Number) ?? [];
  assertEquals([last - first, isEphemeral(first), isEphemeral(last)], [9, true, true]);
});

Deno.test("in host mode the ports are those of the container", () => {
  const all = { app: { portMappings: [{ containerPort: 80 }] } };
  assertEquals(bindings(all, { networkMode: "host" })[0]?.map(({ hostPort }) => hostPort), [80]);
});

Deno.test("without a network there are no bindings", () => {
  assertEquals(bindings({ app: {} }, { networkMode: "none" }), [[]]);
});
