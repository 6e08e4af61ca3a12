import { containerExited, stop } from "../../demo/simulator/state/task_life.ts";
import { damageHandle } from "./foreign.ts";
import { weatherModes } from "./network.ts";
import type { Node } from "./node.ts";
import { clusters, deleteCluster } from "./simulated_ecs.ts";
import type { Action, Stage } from "./stage.ts";

/** Operations that weather may hit alone. */
const operations = [
  "DescribeTasks",
  "ListTasks",
  "RunTask",
  "StopTask",
  "TagResource",
  "DescribeTaskDefinition",
  "RegisterTaskDefinition",
];

/** What happens on every Nomad: to ECS tasks, plugins, agents, AWS, configurations and clocks. */
export function sharedActions(stage: Stage): Action[] {
  const { time, chances, ecs, nodes, note } = stage;
  const task = chances.pick(ecs.live().filter(({ status }) => status === "RUNNING"));
  const node = chances.pick(nodes);
  return [
    [2, () => {
      if (task === undefined) return;
      note(`${task.id.slice(0, 6)} exits`);
      containerExited(ecs.model, task, "main", { exitCode: Math.floor(chances.next() * 3) });
    }],
    [1, () => {
      if (task === undefined) return;
      note(`${task.id.slice(0, 6)} is interrupted`);
      stop(ecs.model, task, {
        code: "SpotInterruption",
        reason: "Your Spot Task was interrupted.",
      });
    }],
    [0.5, () => damageHandle(stage)],
    [1, () => {
      const name = chances.pick(clusters) ?? "second";
      const createAnew = deleteCluster(ecs, name);
      if (createAnew === undefined) return;
      note(`cluster ${name} is deleted`);
      // Without their own cluster the nodes could do nothing more in this run.
      if (name === "second" && chances.happens(0.5)) return;
      time.until(time.now() + chances.between(1_000, 200_000)).then(() => {
        note(`cluster ${name} is created anew`);
        createAnew();
      });
    }],
    [3, () => {
      note(`plugin of ${node?.id} dies`);
      node?.killPlugin();
    }],
    [2, () => node && killAgent(stage, node)],
    [4, () => {
      const mode = chances.pick(weatherModes) ?? "throttle";
      const operation = chances.happens(0.3) ? chances.pick(operations) : undefined;
      ecs.weather = { mode, rate: chances.pick([0.05, 0.2, 0.5, 1]) ?? 1, operation };
      note(`weather ${mode} ${ecs.weather.rate} ${operation ?? ""}`);
    }],
    [4, () => {
      ecs.weather = undefined;
      note("weather clears");
    }, "harmless"],
    [3, () => {
      // A partial outage: what runs is seen and more is started, and nothing can be stopped.
      ecs.weather = { mode: "error503", rate: 1, operation: "StopTask" };
      note("weather: no StopTask is answered");
    }],
    [2, () => {
      // No cluster seems to be there, while everything runs on.
      ecs.weather = { mode: "another account", rate: 1 };
      note("weather: the credentials are those of another account");
    }],
    [1, () => {
      if (node === undefined) return;
      note(`${node.id} is configured anew`);
      const stage = String(Math.floor(chances.next() * 3));
      node.configure({
        ...node.config(),
        default_tags: { stage },
        max_api_rate: chances.pick([2, 10, 100]) ?? 10,
      });
    }, "harmless"],
    [1, () => time.jump(chances.between(-7_200_000, 7_200_000)), "harmless"],
    [2, () => {
      if (node === undefined) return;
      node.disk.state = chances.pick(["fine", "fine", "full", "broken"]) ?? "fine";
      note(`the disk of ${node.id} is ${node.disk.state}`);
    }],
    [1, () => {
      if (node === undefined || !node.isOn()) return;
      const kept = chances.happens(0.5) ? "kept" : "gone";
      note(`${node.id} loses its power; its allocations' directories are ${kept}`);
      // Until it has asked for the time, the machine goes by a clock of its own.
      time.jump(chances.between(-60_000, 5_000));
      node.killAgent("dies too");
      if (kept === "gone") node.disk.wipe();
    }],
  ];
}

/** Kills a node's agent, and with it its plugin or not. */
export function killAgent({ chances, note }: Stage, node: Node): void {
  const fate = chances.happens(0.5) ? "dies too" : "lives on";
  note(`agent of ${node.id} dies, its plugin ${fate}`);
  node.killAgent(fate);
}

/** Does one of the actions, drawn by their weights. `disturb` is told before one that does harm. */
export function actOnce(
  { chances }: Stage,
  actions: readonly Action[],
  disturb: () => void,
): void {
  let draw = chances.next() * actions.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, act, effect] of actions) {
    draw -= weight;
    if (draw >= 0) continue;
    if (effect !== "harmless") disturb();
    return act();
  }
}
