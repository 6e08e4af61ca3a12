import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Allocation } from "../../../demo/lib/nomad.ts";
import { eventually } from "../../../demo/lib/process.ts";
import type { SimulatedTask } from "../../../demo/lib/simulator.ts";
import { callEcs, type Json } from "./recorder.ts";
import { eventsOf, isOver, isRunning, type Site } from "./site.ts";
import { fileURLToPath } from "node:url";

/** How an example is brought to run, once it is registered, and to what. */
export type Expected = {
  readonly ends: "running" | "complete";
  /** Parameters to dispatch it with, or that it is to run ahead of its time; else it runs by itself. */
  readonly by?: { readonly meta: Record<string, string> } | "force";
  /** What it needs to be there. */
  readonly before?: (site: Site) => Promise<void>;
  /** Whether it does what it promises. */
  readonly check: (run: Run) => void | Promise<void>;
};

/** An example's run. */
export type Run = {
  readonly site: Site;
  readonly file: string;
  readonly job: string;
  readonly allocation: Allocation;
  readonly task: SimulatedTask;
  /** The request of RunTask that it came from. */
  readonly asked: Json;
  /** The definition that was registered for it, if one was. */
  readonly definition: Json | undefined;
};

/** Where the examples are. */
export const folder = fileURLToPath(new URL("../../../docs/examples/", import.meta.url));

/** Where a site has its copy of an example. */
export function pathOf({ agent }: Site, file: string): string {
  return `${agent.folder}/${file}`;
}

/** Another image tag is another revision, another task, and the end of the first of both. */
export async function changeImage(
  { site, file, job, allocation, task, definition }: Run,
): Promise<void> {
  const { cpu, memory, executionRoleArn } = definition ?? {};
  assertEquals([cpu, memory], ["512", "1024"]);
  assertStringIncludes(String(executionRoleArn), "ecsTaskExecutionRole");
  const [container] = definition?.["containerDefinitions"] as Json[];
  assertEquals((container?.["secrets"] as Json[])[0]?.["name"], "DATABASE_URL");
  const told = eventsOf(allocation).map(({ message }) => message).join("\n");
  assertStringIncludes(
    told,
    "cpu = 512, from resources, which ask for 300; memory = 1024, from resources",
  );

  const run = ["job", "run", "-detach", "-var", "tag=2.4.62", pathOf(site, file)];
  const { code, output } = await site.agent.cli(...run);
  assertEquals(code, 0, output);
  await site.allocation(job, (other) => other.ID !== allocation.ID && isRunning(other));
  await site.allocation(job, (other) => other.ID === allocation.ID && isOver(other));
  const [live, ...others] = (await site.live()).filter((other) =>
    tagsOf(other)["nomad:job_id"] === job
  );
  assertEquals(others, []);
  const describe = async (arn = "") => {
    const input = { taskDefinition: arn };
    const answer = await callEcs(site.ecs.endpoint, "us-east-1", "DescribeTaskDefinition", input);
    const { status, containerDefinitions } = answer["taskDefinition"] as Json;
    return { status, image: (containerDefinitions as Json[])[0]?.["image"] };
  };
  assertEquals((await describe(task.taskDefinitionArn)).status, "INACTIVE");
  const { status, image } = await describe(live?.taskDefinitionArn);
  assertEquals([status, String(image).split(":").at(-1)], ["ACTIVE", "2.4.62"]);
}

/** Its logs come to Nomad, a command runs in it, and it ends by its own signal. */
export async function followAndEnter({ site, job, allocation: { ID } }: Run): Promise<void> {
  const prints = (text: string, ...flags: string[]) =>
    eventually(`the logs have ${text}`, async () => {
      const { output } = await site.agent.cli("alloc", "logs", ...flags, ID);
      return output.includes(text) ? true : undefined;
    });
  await prints("working\n");
  await prints("sidecar: ready\n", "-stderr");
  const hello = ["echo", "hello", "from", "inside"];
  const { code, output } = await site.agent.cli("alloc", "exec", "-task", "crawler", ID, ...hello);
  assertEquals([code, output], [0, "hello from inside\n"]);
  await site.agent.cli("job", "stop", "-detach", job);
  await site.allocation(job, (other) => other.ID === ID && isOver(other));
  await prints("stopped by SIGINT\n");
}

/** Tags by their keys, of a task or of a request. */
export function tagsOf(
  { tags }: { tags: { key: string; value: string }[] } | Json,
): Record<string, string> {
  const list = (tags ?? []) as { key: string; value: string }[];
  return Object.fromEntries(list.map(({ key, value }) => [key, value]));
}

/** What a container has printed. */
export function outputOf({ output }: SimulatedTask, container: string): string {
  return output[container]?.stdout ?? "";
}
