import { readDistortions } from "../state/distortions.ts";
import { readRules } from "../state/faults.ts";
import { describeTask } from "../operations/describe_task.ts";
import { containerNamed } from "../state/dependencies.ts";
import { advance, containerExited, healthReported, stop } from "../state/task_life.ts";
import { type EcsTask, type StopCode, subnetKinds, type TaskContainer } from "../state/model.ts";
import { readChannelHabits } from "../session_manager/sessions.ts";
import { readHabits } from "../logs/store.ts";
import { readQuotas } from "../state/quotas.ts";
import { readRefusals, resetRefusals } from "../state/throttle.ts";
import type { Simulator } from "../simulator.ts";

/** Where the simulator is controlled, on the same port as ECS. */
export const controlPrefix = "/_sim/";

/** Answers a control request; README.md of the simulator lists them. */
export function control(
  simulator: Simulator,
  method: string,
  path: string,
  body: string,
): { status: number; json: unknown } {
  try {
    advance(simulator.model);
    const json = route(simulator, `${method} ${path.slice(controlPrefix.length - 1)}`, read(body));
    simulator.schedule();
    return json === undefined
      ? { status: 404, json: { error: `no control request ${method} ${path}` } }
      : { status: 200, json };
  } catch (error) {
    return { status: 400, json: { error: error instanceof Error ? error.message : String(error) } };
  }
}

function route(simulator: Simulator, request: string, body: Record<string, unknown>): unknown {
  const { model } = simulator;
  switch (request) {
    case "GET /tasks":
      return [...model.tasks.values()].map((task) => ({
        ...describeTask(model, task, true),
        output: simulator.containers.output(task),
      }));
    case "GET /calls":
      return { ...simulator.calls.read(), byCategory: readRefusals(model.throttle) };
    case "POST /calls/reset":
      simulator.calls.reset();
      resetRefusals(model.throttle);
      return {};
    case "POST /faults":
      simulator.faults = readRules(body["faults"], Date.now());
      return {};
    case "POST /distortions":
      simulator.distortions = readDistortions(body["distortions"]);
      return {};
    case "GET /quotas":
      return Object.fromEntries(model.throttle.quotas);
    case "POST /quotas":
      model.throttle.quotas = readQuotas(body["quotas"], model.throttle.quotas);
      return {};
    case "POST /speed":
      model.speed = positive(body["speed"], "speed");
      return {};
    case "POST /freeze":
      model.frozen = body["frozen"] === true;
      return {};
    case "POST /cluster": {
      const cluster = [...model.clusters.values()].find(({ name }) => name === body["name"]);
      if (cluster === undefined) throw new Error(`no cluster ${body["name"]}`);
      cluster.status = body["status"] === "ACTIVE" ? "ACTIVE" : "INACTIVE";
      return {};
    }
    case "POST /role":
      simulator.sts.externalIds.set(String(body["arn"]), String(body["externalId"]));
      return {};
    case "POST /exit":
      return changeChosen(simulator, body, (task) => {
        const exitCode = typeof body["exitCode"] === "number" ? body["exitCode"] : 0;
        const reason = body["oom"] === true
          ? { reason: "OutOfMemoryError: Container killed due to memory usage" }
          : {};
        const container = containerOf(task, body);
        containerExited(model, task, container.definition.name, { exitCode, ...reason });
        simulator.containers.kill(container);
      });
    case "POST /health": {
      const health = (["HEALTHY", "UNHEALTHY", "UNKNOWN"] as const)
        .find((candidate) => candidate === body["health"]);
      if (health === undefined) throw new Error("health must be HEALTHY, UNHEALTHY or UNKNOWN");
      return changeChosen(simulator, body, (task) => {
        healthReported(model, task, containerOf(task, body).definition.name, health);
      });
    }
    case "POST /reason":
      return changeChosen(simulator, body, (task) => {
        containerOf(task, body).reason = String(body["reason"]);
      });
    case "GET /sessions":
      return simulator.channels.reports();
    case "POST /channels": {
      const { cut, paused, ...habits } = body;
      Object.assign(model.sessions.habits, readChannelHabits(habits));
      if (typeof paused === "boolean") {
        simulator.channels.pause(paused ? "paused" : "published");
      }
      if (cut === true) simulator.channels.cut();
      return model.sessions.habits;
    }
    case "POST /agent": {
      const { status } = body;
      return changeChosen(simulator, body, (task) => {
        const container = containerOf(task, body);
        if (status === "STOPPED" || status === "UNREACHABLE") container.agent = status;
        else delete container.agent;
      });
    }
    case "POST /logs":
      Object.assign(model.logs.habits, readHabits(body));
      return model.logs.habits;
    case "POST /subnet": {
      const kind = subnetKinds.find((candidate) => candidate === body["kind"]);
      if (kind === undefined) throw new Error(`kind must be one of ${subnetKinds.join(", ")}`);
      model.subnets.set(String(body["id"]), kind);
      return {};
    }
    case "POST /stop": {
      const code = String(body["stopCode"] ?? "UserInitiated") as StopCode;
      const reason = String(body["reason"] ?? "Task stopped by user");
      return changeChosen(simulator, body, (task) => {
        stop(model, task, { code, reason });
      });
    }
    case "POST /forget":
      return changeChosen(simulator, body, (task) => {
        model.tasks.delete(task.arn);
      });
    default:
      return undefined;
  }
}

/** Changes each task that a request speaks of. Answers their ARNs. */
function changeChosen(
  simulator: Simulator,
  body: Record<string, unknown>,
  change: (task: EcsTask) => void,
): string[] {
  const tasks = chosen(simulator, body);
  tasks.forEach(change);
  return tasks.map(({ arn }) => arn);
}

/** The tasks that a request speaks of: those of `arns`, or the first `count` that run. */
function chosen({ model }: Simulator, body: Record<string, unknown>): EcsTask[] {
  const { arns, count } = body;
  if (Array.isArray(arns)) return arns.flatMap((arn) => model.tasks.get(String(arn)) ?? []);
  const running = [...model.tasks.values()].filter(({ status }) => status === "RUNNING");
  return running.slice(0, typeof count === "number" ? count : 0);
}

/** The container that a request names, or the first of the task. */
function containerOf(task: EcsTask, body: Record<string, unknown>): TaskContainer {
  const { container: name } = body;
  const container = typeof name === "string" ? containerNamed(task, name) : task.containers[0];
  if (container === undefined) throw new Error(`task ${task.arn} has no container ${name}`);
  return container;
}

function read(body: string): Record<string, unknown> {
  const value: unknown = body === "" ? {} : JSON.parse(body);
  if (typeof value !== "object" || value === null) throw new Error("the body must be an object");
  return value as Record<string, unknown>;
}

function positive(value: unknown, name: string): number {
  if (typeof value === "number" && value > 0) return value;
  throw new Error(`${name} must be a positive number`);
}
