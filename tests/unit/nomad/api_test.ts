import { assertEquals, assertRejects } from "@std/assert";
import { systemClock } from "../../../src/clock.ts";
import { createNomadApi, type NomadApi, requestTimeout } from "../../../src/nomad/api.ts";
import { NomadError } from "../../../src/nomad/error.ts";
import { createVirtualTime } from "../../simulation/virtual_time.ts";
import { drainedDocument } from "../../harness/nomad_documents.ts";
import { serving, targetOf } from "../../harness/nomad_server.ts";

const never = new AbortController().signal;

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
