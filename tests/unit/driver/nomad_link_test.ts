import { encode } from "@msgpack/msgpack";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { decodePluginConfig } from "../../../src/config/mod.ts";
import {
  createNomadLink,
  leaveVerdict,
  type NomadLink,
  predecessorsFrom,
} from "../../../src/driver/nomad_link.ts";
import { createSettings } from "../../../src/driver/settings.ts";
import type { NomadTarget } from "../../../src/nomad/connection.ts";
import { NomadError } from "../../../src/nomad/error.ts";
import { allocationWith } from "../../harness/nomad_documents.ts";
import { createNomadServers } from "../../simulation/nomad_servers.ts";
import { createChances } from "../../simulation/random.ts";
import { createVirtualTime } from "../../simulation/virtual_time.ts";
import { ownerOf, silent } from "../../harness/world.ts";

const never = new AbortController().signal;
const alloc = "0b8d5d7e-9c0f-4f0e-8f3a-5f6f0a9c3d11";

function linkWith(
  block: Record<string, unknown> | undefined,
  environment: Record<string, string> = { token: "t" },
) {
  const time = createVirtualTime(0);
  const clock = time.clock({ alive: true });
  const servers = createNomadServers(time, createChances(1), ["node-a"]);
  const decoded = decodePluginConfig(encode({ cluster: "web", nomad: block }));
  assert(decoded.kind === "ok");
  const settings = createSettings(decoded.value, { nomad: environment });
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
  assertEquals(await predecessorsFrom(link, ownerOf(), "during a start", never), undefined);
  assertEquals(await leaveVerdict(link, ownerOf(), never), { kind: "stop" });
});

Deno.test("the attribute is on once Nomad has answered, and says why it is off", async () => {
  const { link, servers, settle, logged } = linkWith({});
  const ask = () => settle(link.agent(never));
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

Deno.test("a token that may not read allocations shows until it may, and is logged once", async () => {
  const { link, servers, settle, logged } = linkWith({});
  servers.put(allocationWith({ id: alloc }));
  await settle(link.agent(never));
  servers.readJob = false;
  for (const allocId of [alloc, alloc.replace("0b8d", "1c9e")]) {
    const task = { ...ownerOf("1", allocId) };
    const nothing = { chain: [], complete: false, certain: false };
    assertEquals(await settle(predecessorsFrom(link, task, "during a start", never)), nothing);
    // That the agent answers does not mend what the token may not do.
    await settle(link.agent(never));
  }
  assertEquals(
    link.attribute()?.replace(/;.*/, ""),
    "off: Nomad API GET /v1/allocation/<id>: it does not show the allocation that is being started",
  );
  assertEquals(logged.length, 1);
  servers.readJob = true;
  await settle(link.agent(never));
  assertEquals([link.attribute(), logged.length], ["on", 2]);
});

Deno.test("once Nomad answers anything, it can be reached for everything", async () => {
  const { link, servers, settle } = linkWith({});
  servers.weather = "silent";
  await settle(predecessorsFrom(link, ownerOf(), "during a start", never));
  assert(link.attribute()?.startsWith("off: "), link.attribute());
  servers.weather = undefined;
  await settle(link.ask({ kind: "nodes" }, (api, signal) => api.nodes(signal), never));
  assertEquals(link.attribute(), "on");
});

Deno.test("an agent that starts is no warning, and one that never answers is within half a minute", async () => {
  const { link, servers, settle, logged, time } = linkWith({});
  const ask = () => settle(link.agent(never));
  const wait = (ms: number) => settle(time.clock({ alive: true }).sleep(ms));
  servers.weather = "silent";
  await ask();
  assert(link.attribute()?.startsWith("off: "), "the node's attribute says so from the first on");
  assertEquals(logged, []);
  await wait(30_000);
  await ask();
  assertEquals(logged, ["Nomad's API gives no answer: nothing is handed over"]);

  const starting = linkWith({});
  starting.servers.weather = "silent";
  await starting.settle(starting.link.agent(never));
  starting.servers.weather = undefined;
  await starting.settle(starting.link.agent(never));
  assertEquals([starting.link.attribute(), starting.logged], ["on", []]);
  // Once it has answered, its silence is told at once.
  starting.servers.weather = "silent";
  await starting.settle(starting.link.agent(never));
  assertEquals(starting.logged, ["Nomad's API gives no answer: nothing is handed over"]);
});

Deno.test("an agent that denies is a warning at once", async () => {
  const { link, servers, settle, logged } = linkWith({});
  servers.weather = "denied";
  await settle(link.agent(never));
  assertEquals(logged, ["Nomad's API gives no answer: nothing is handed over"]);
});

Deno.test("what another Nomad's allocations tell says nothing of hand-over", async () => {
  const { link, servers, settle } = linkWith({});
  await settle(link.agent(never));
  servers.weather = "denied";
  const question = settle(
    link.ask({ kind: "others" }, (api, signal) => api.isForgotten(alloc, "theirs", signal), never),
  );
  assertEquals([await question, link.attribute()], [undefined, "on"]);
});

Deno.test("an unusable NOMAD_ADDR is named, with what it must be", () => {
  const messageOf = (address: string) => {
    const { target } = linkWith({}, { address });
    return assertThrows(target, NomadError).message;
  };
  assertEquals(
    messageOf("nomad.example:4646"),
    "Nomad API requests: NOMAD_ADDR of the Nomad agent's environment must be http://host:port, " +
      "https://host:port or unix:///path, without user, password and query; got " +
      '"nomad.example:4646". Set it so, or set nomad.address in the plugin block\'s config',
  );
  assertEquals(messageOf("http://user:s3cret@nomad.example").includes("s3cret"), false);
});

Deno.test("a question has four seconds, whatever its requests do", async () => {
  const { link, settle, time } = linkWith({});
  const began = time.now();
  const answer = await settle(
    link.ask(
      { kind: "nodes" },
      (_api, signal) => untilAborted(signal),
      never,
    ),
  );
  assertEquals([answer, time.now() - began], [undefined, 4_000]);
});

Deno.test("of a thousand questions at once none waits for a silent API longer than four seconds", async () => {
  const { link, time } = linkWith({});
  const silence = (signal: AbortSignal) =>
    new Promise<never>((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason))
    );
  const questions = Array.from(
    { length: 1_000 },
    () =>
      link.ask({ kind: "nodes" }, (_api, signal) => silence(signal), never)
        .then((answer) => ({ answer, at: time.now() })),
  );
  await time.pass(60_000);
  const answers = await Promise.all(questions);
  assertEquals(answers.filter(({ answer, at }) => answer !== undefined || at > 4_000), []);
});

Deno.test("a thousand questions are all answered, though the last one waits longer than its own time", async () => {
  const { link, time } = linkWith({});
  const clock = time.clock({ alive: true });
  const questions = Array.from(
    { length: 1_000 },
    () =>
      link.ask({ kind: "nodes" }, () => clock.sleep(200).then(() => "answered"), never)
        .then((answer) => ({ answer, at: time.now() })),
  );
  await time.pass(60_000);
  const answers = await Promise.all(questions);
  assertEquals(answers.filter(({ answer }) => answer === "answered").length, 1_000);
  // Twenty at a time, the first ones first.
  assertEquals(
    answers.map(({ at }) => at),
    answers.map((_, index) => 200 * Math.floor(index / 20 + 1)),
  );
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
  assertEquals(await settle(predecessorsFrom(link, ownerOf(), "during a start", never)), {
    chain: [],
    complete: false,
    certain: false,
  });
  assertEquals(await settle(leaveVerdict(link, ownerOf(), never)), { kind: "stop" });
});

Deno.test("predecessors that Nomad has named count although it then stops answering", async () => {
  const { link, servers, settle } = linkWith({});
  const { allocId } = ownerOf();
  servers.put(allocationWith({ id: allocId, previousAllocation: "b" }));
  servers.put(allocationWith({ id: "b", clientStatus: "lost", previousAllocation: "a" }));
  const failing: NomadLink = {
    ...link,
    ask: (topic, question, signal) =>
      link.ask(topic, (known, bounded) =>
        question({
          ...known,
          allocation: (id, ...rest) =>
            id === "a" ? untilAborted(bounded) : known.allocation(id, ...rest),
        }, bounded), signal),
  };
  assertEquals(await settle(predecessorsFrom(failing, ownerOf(), "during a start", never)), {
    chain: [{ allocId: "b", runs: "same", lost: true }],
    complete: false,
    certain: false,
  });
});

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}
