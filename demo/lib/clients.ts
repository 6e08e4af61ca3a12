import type { Agent, Node } from "./nomad.ts";
import { until } from "./play.ts";
import type { Stage } from "./stage.ts";

/** The client whose node has this id. */
export async function clientOf({ server, clients }: Stage, node: string): Promise<Agent> {
  const { Name } = await server.api<Node & { Name: string }>(`/node/${node}`);
  const found = clients.find(({ folder }) => Name.endsWith(folder.split("/").at(-1) ?? Name));
  if (found === undefined) throw new Error(`no client of the demo has node ${node}`);
  return found;
}

/** Waits until every client that is ready is healthy and hands ECS tasks over, or Nomad itself does. */
export async function handingOver(stage: Stage): Promise<void> {
  const { server } = stage;
  await until(stage, "waiting until both clients can take over", async () => {
    const nodes = (await server.api<{ ID: string; Status: string }[]>("/nodes"))
      .filter(({ Status }) => Status === "ready");
    const whole = await Promise.all(nodes.map(({ ID }) => server.api<Node>(`/node/${ID}`)));
    // Nomad places nothing on a client whose driver has not healed from an outage yet.
    const ready = whole.every(({ Attributes, Drivers }) =>
      Drivers["ecs"]?.Healthy === true &&
      (Attributes["driver.ecs.handover"] === "on" ||
        // Up to 1.9 Nomad itself moves the handle of a remote task.
        /^1\.[1-9]\./.test(Attributes["nomad.version"] ?? ""))
    );
    return nodes.length > 1 && ready ? true : undefined;
  });
}
