import { encode } from "@msgpack/msgpack";
import { assert, assertEquals } from "@std/assert";
import { decodePluginConfig } from "../../../src/config/mod.ts";
import { createNomadLink, leaveVerdict, predecessorsFrom } from "../../../src/driver/nomad_link.ts";
import { createSettings } from "../../../src/driver/settings.ts";
import type { NomadTarget } from "../../../src/nomad/connection.ts";
import { createNomadServers } from "../../simulation/nomad_servers.ts";
import { createChances } from "../../simulation/random.ts";
import { createVirtualTime } from "../../simulation/virtual_time.ts";
import { ownerOf, silent } from "../../harness/world.ts";

const never = new AbortController().signal;

function linkWith(block: Record<string, unknown> | undefined) {
  const time = createVirtualTime(0);
  const clock = time.clock({ alive: true });
  const servers = createNomadServers(time, createChances(1), ["node-a"]);
  const decoded = decodePluginConfig(encode({ cluster: "web", nomad: block }));
  assert(decoded.kind === "ok");
  const settings = createSettings(decoded.value, { nomad: { token: "t" } });
  const logged: string[] = [];
  let target: () => NomadTarget = () => {
    throw new Error("no target");
  };
  const link = createNomadLink({
    settings,
    clock,
    log: {
      ...silent,
      warn: (message) => void logged.push(message),
      info: (message) => void logged.push(message),
    },
    connect: (of) => {
      target = of;
      return servers.api("node-a", { alive: true });
    },
  });
  const settle = async <T>(promise: Promise<T>) => {
    let done = false;
    promise.finally(() => done = true).catch(() => {});
    while (!done && await time.step(time.now() + 60_000));
    return await promise;
  };
  return { link, servers, logged, settle, target: () => target(), time };
}

Deno.test("without a nomad block nothing is asked, and nothing is told", async () => {
  const { link } = linkWith(undefined);
  assertEquals([link.api(), link.attribute()], [undefined, undefined]);
  assertEquals(await predecessorsFrom(link, ownerOf(), never), undefined);
  assertEquals(await leaveVerdict(link, ownerOf(), never), { kind: "stop" });
});

Deno.test("the attribute is on once Nomad has answered, and says why it is off", async () => {
  const { link, servers, settle, logged } = linkWith({});
  const ask = () => settle(link.ask((api, signal) => api.agent(signal), never));
  assertEquals(link.attribute(), "off: Nomad's API has not answered yet");
  assertEquals((await ask())?.nodeId, "node-a");
  assertEquals(link.attribute(), "on");
  servers.weather = "denied";
  assertEquals([await ask(), await ask()], [undefined, undefined]);
  assert(link.attribute()?.startsWith("off: Nomad API GET agent: HTTP 403"), link.attribute());
  servers.weather = undefined;
  await ask();
  assertEquals(link.attribute(), "on");
  // Each change is logged once.
  assertEquals(logged.length, 2);
});

Deno.test("a question has four seconds, whatever its requests do", async () => {
  const { link, settle, time } = linkWith({});
  const began = time.now();
  const answer = await settle(
    link.ask(
      (_api, signal) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
      never,
    ),
  );
  assertEquals([answer, time.now() - began], [undefined, 4_000]);
});

Deno.test("options that are not set are those of the agent's environment", () => {
  const { target } = linkWith({ address: "https://nomad.example", token_file: "/token" });
  const { address, token, tokenFile } = target();
  assertEquals(address.kind === "tcp" && address.url.host, "nomad.example");
  assertEquals([token, tokenFile], ["t", "/token"]);
  assertEquals(linkWith({}).target().address.kind, "tcp");
});

Deno.test("an API that fails is no answer about predecessors, which is not the same as none", async () => {
  const { link, servers, settle } = linkWith({});
  servers.weather = "silent";
  assertEquals(await settle(predecessorsFrom(link, ownerOf(), never)), {
    chain: [],
    complete: false,
  });
  assertEquals(await settle(leaveVerdict(link, ownerOf(), never)), { kind: "stop" });
});
