/** The web server that most chapters need. */
import { type Asker, startAsking } from "./asker.ts";
import type { Allocation } from "./nomad.ts";
import { allocationOf, runs, type, until } from "./play.ts";
import type { Stage } from "./stage.ts";

type Registration = { AllocID: string; Address: string; Port: number };

/** The web server's allocation that runs. It is started where no chapter before this one has. */
export async function webServer(stage: Stage): Promise<Allocation> {
  const { screen, server } = stage;
  const jobs = await server.api<{ ID: string; Status: string }[]>("/jobs?prefix=web");
  if (!jobs.some(({ ID, Status }) => ID === "web" && Status !== "dead")) {
    screen.say("This chapter needs a web server, so it is started first.");
    await type(stage, "nomad job run -detach web.nomad.hcl");
  }
  const known = await steadyWebServer(stage);
  return known ??
    await until(stage, "waiting for the web server", () => steadyWebServer(stage));
}

/** The web server's only running allocation, once its address answers. */
export async function steadyWebServer(stage: Stage): Promise<Allocation | undefined> {
  const running = await allocationOf(stage, "web", runs);
  const found = (await webAddresses(stage)).find(({ alloc }) => alloc === running?.ID);
  return found !== undefined && await answers(found.address) ? running : undefined;
}

/** Whether something answers. A container is RUNNING before its server listens. */
async function answers(address: string): Promise<boolean> {
  try {
    const { body } = await fetch(`http://${address}/`, { signal: AbortSignal.timeout(2_000) });
    await body?.cancel();
    return true;
  } catch {
    return false;
  }
}

/** Where instances of the web server listen, by Nomad's service discovery. */
export async function webAddresses(
  { server }: Stage,
): Promise<{ alloc: string; address: string }[]> {
  const found = await server.api<Registration[]>("/service/web");
  return found.map(({ AllocID, Address, Port }) => ({
    alloc: AllocID,
    address: `${Address}:${Port}`,
  }));
}

/** Asks the web server once a second while `work` goes on. */
export async function whileAsking<T>(
  stage: Stage,
  work: (asker: Asker) => Promise<T>,
): Promise<T> {
  const asker = startAsking(async () => (await webAddresses(stage)).map(({ address }) => address));
  try {
    return await work(asker);
  } finally {
    await asker.stop();
  }
}
