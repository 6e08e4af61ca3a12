import { createServer, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { orAborted } from "../../../src/aws/retry.ts";
import { type Clock, systemClock } from "../../../src/clock.ts";
import { createNomadApi, type NomadApi, requestTimeout } from "../../../src/nomad/api.ts";
import { NomadError } from "../../../src/nomad/error.ts";
import { mostAtOnce } from "../../../src/nomad/turns.ts";
import { createVirtualTime } from "../../simulation/virtual_time.ts";
import { drainedDocument } from "../../harness/nomad_documents.ts";
import { serving, targetOf } from "../../harness/nomad_server.ts";

const never = new AbortController().signal;
const nodeDocument = { ID: "node-a", Status: "ready" };

/** The API of a server on loopback that answers with `answer`. */
function withApi(
  answer: (url: URL) => Response | Promise<Response>,
  use: (api: NomadApi) => Promise<void>,
  clock = systemClock,
): Promise<void> {
  return serving(
    (request) => answer(new URL(request.url)),
    (address) => {
      const target = targetOf(address);
      const readFile = () => Promise.reject(new Error("no files"));
      return use(createNomadApi({ target: () => target, readFile, clock }));
    },
  );
}

Deno.test("an allocation is asked for in its own namespace", async () => {
  const asked: string[] = [];
  await withApi((url) => {
    asked.push(`${url.pathname}${url.search}`);
    return Response.json(drainedDocument);
  }, async (api) => {
    const found = await api.allocation(drainedDocument.ID, "team a", never);
    assertEquals(
      found === "unknown" ? undefined : found.nextAllocation,
      drainedDocument.NextAllocation,
    );
  });
  assertEquals(asked, [`/v1/allocation/${drainedDocument.ID}?namespace=team%20a`]);
});

Deno.test("a job's allocations are those of every job that had its name", async () => {
  const asked: string[] = [];
  const { Job: _, ...stub } = drainedDocument;
  await withApi((url) => {
    asked.push(`${url.pathname}${url.search}`);
    return Response.json([{ ...stub, JobVersion: 3 }]);
  }, async (api) => {
    const [found] = await api.allocationsOf("web/a", "team a", never);
    assertEquals([found?.id, found?.name, found?.jobVersion], [stub.ID, "web.group[0]", 3]);
  });
  assertEquals(asked, ["/v1/job/web%2Fa/allocations?namespace=team%20a&all=true"]);
});

Deno.test("what Nomad does not know is unknown, and no error", async () => {
  await withApi(() => new Response("alloc not found", { status: 404 }), async (api) => {
    assertEquals(await api.allocation("gone", "default", never), "unknown");
  });
  await withApi(() => new Response("node not found", { status: 404 }), async (api) => {
    assertEquals(await api.node("gone", never), "unknown");
  });
});

Deno.test("the agent tells its node id", async () => {
  const self = { config: { Region: "global" }, stats: { client: { node_id: "node-a" } } };
  await withApi(() => Response.json(self), async (api) => {
    assertEquals(await api.agent(never), { nodeId: "node-a", region: "global" });
  });
});

Deno.test("a request has two seconds, then the agent counts as unreachable", async () => {
  const time = createVirtualTime(0);
  const given = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  await withApi(async () => {
    arrived.resolve();
    await given.promise;
    return Response.json({});
  }, async (api) => {
    const asked = assertRejects(
      () => api.node("node-a", never),
      NomadError,
      "no answer within 2 s",
    );
    await arrived.promise;
    await time.step(requestTimeout);
    assertEquals((await asked).kind, "unreachable");
    given.resolve();
  }, time.clock({ alive: true }));
});

Deno.test("a burst of a thousand questions is answered over a few connections", async () => {
  let most = 0;
  let connections: ReadonlySet<Socket> = new Set();
  await withServer((_, response) => {
    most = Math.max(most, connections.size);
    // As Nomad does with more than limits.http_max_conns_per_client.
    if (connections.size > 100) response.writeHead(429).end("too many");
    else response.end(JSON.stringify(nodeDocument));
  }, async (address, open) => {
    connections = open;
    const target = targetOf(address);
    // Time stands still: the wait for a turn is nobody's failure.
    const clock = createVirtualTime(0).clock({ alive: true });
    const api = createNomadApi({ target: () => target, readFile: Deno.readTextFile, clock });
    const questions = Array.from({ length: 1_000 }, () => api.node("node-a", never));
    for (const node of await Promise.all(questions)) assert(node !== "unknown");
  });
  assert(most > 0 && most <= mostAtOnce, `${most} connections`);
});

Deno.test("a thousand questions to a silent agent are given up within two seconds", async () => {
  const time = createVirtualTime(0);
  const arrived = Promise.withResolvers<void>();
  await withServer(() => arrived.resolve(), async (address) => {
    const target = targetOf(address);
    const clock = time.clock({ alive: true });
    const api = createNomadApi({ target: () => target, readFile: Deno.readTextFile, clock });
    const questions = Array.from(
      { length: 1_000 },
      () => api.node("node-a", never).catch((error) => error.kind),
    );
    await arrived.promise;
    await time.pass(requestTimeout);
    assertEquals(new Set(await Promise.all(questions)), new Set(["unreachable"]));
  });
});

for (
  const [how, refuse] of [
    ["answers 429", (response: ServerResponse) => response.writeHead(429).end("too many")],
    ["cuts the connection", (response: ServerResponse) => response.socket?.destroy()],
  ] as const
) {
  Deno.test(`an agent that is too busy is asked again twice, where it ${how}`, async () => {
    let asked = 0;
    const answer = (_: unknown, response: ServerResponse) => {
      asked += 1;
      if (asked % 3 === 0) response.end(JSON.stringify(nodeDocument));
      else refuse(response);
    };
    await withServer(answer, async (address) => {
      const pauses: number[] = [];
      const clock: Clock = {
        now: () => 0,
        monotonic: () => 0,
        sleep: async (ms, signal) => {
          if (ms < requestTimeout) pauses.push(ms);
          else await orAborted(new Promise<void>(() => {}), signal ?? never).catch(() => {});
        },
      };
      const target = targetOf(address);
      const api = createNomadApi({ target: () => target, readFile: Deno.readTextFile, clock });
      assert(await api.node("node-a", never) !== "unknown");
      assertEquals(pauses, [250, 750]);
    });
    assertEquals(asked, 3);
  });
}

Deno.test("an agent that stays busy is no answer", async () => {
  let asked = 0;
  await withApi(() => {
    asked += 1;
    return new Response("too many", { status: 429 });
  }, async (api) => {
    const error = await assertRejects(() => api.node("node-a", never), NomadError);
    assertEquals([error.kind, asked], ["busy", 3]);
  }, {
    ...systemClock,
    sleep: (ms, signal) => systemClock.sleep(ms < requestTimeout ? 0 : ms, signal),
  });
});

/** Serves `answer` on loopback while `use` runs, and shows the connections that are open. */
async function withServer(
  answer: (request: unknown, response: ServerResponse) => void,
  use: (address: string, open: ReadonlySet<Socket>) => Promise<void>,
): Promise<void> {
  const open = new Set<Socket>();
  const server = createServer(answer);
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert(address !== null && typeof address === "object");
  try {
    await use(`http://127.0.0.1:${address.port}`, open);
  } finally {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of open) socket.destroy();
    await closed;
  }
}
