import { assertEquals, assertRejects } from "@std/assert";
import { answerLimit, get } from "../../../src/nomad/connection.ts";
import { NomadError, type NomadErrorKind } from "../../../src/nomad/error.ts";
import { selfSigned } from "../../harness/certificate.ts";
import { serving, targetOf } from "../../harness/nomad_server.ts";

const noFiles = (path: string): Promise<string> => Promise.reject(new Error(`no file ${path}`));
const never = new AbortController().signal;

async function kindOf(work: Promise<unknown>): Promise<NomadErrorKind> {
  const error = await assertRejects(() => work, NomadError);
  return error.kind;
}

Deno.test("a request carries the token, and the answer is its JSON", async () => {
  let seen: Headers | undefined;
  await serving((request) => {
    seen = request.headers;
    return Response.json({ path: new URL(request.url).pathname });
  }, async (address) => {
    const target = targetOf(address, { token: "s3cret" });
    const answer = await get(target, "/v1/node/a", { readFile: noFiles, signal: never });
    assertEquals(answer, { kind: "found", value: { path: "/v1/node/a" } });
  });
  assertEquals(seen?.get("x-nomad-token"), "s3cret");
});

Deno.test("a token file is read at each request, as tokens are renewed", async () => {
  const tokens = ["first\n", "second\n"];
  const seen: (string | null)[] = [];
  await serving((request) => {
    seen.push(request.headers.get("x-nomad-token"));
    return Response.json({});
  }, async (address) => {
    const target = targetOf(address, { token: "unused", tokenFile: "/token" });
    const readFile = () => Promise.resolve(tokens.shift() ?? "");
    await get(target, "/v1/agent/self", { readFile, signal: never });
    await get(target, "/v1/agent/self", { readFile, signal: never });
  });
  assertEquals(seen, ["first", "second"]);
});

Deno.test("a unix socket is an address", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/api.sock`;
  const server = Deno.serve({ path, onListen: () => {} }, () => Response.json({ ok: true }));
  try {
    const answer = await get(targetOf(`unix://${path}`), "/v1/agent/self", {
      readFile: noFiles,
      signal: never,
    });
    assertEquals(answer, { kind: "found", value: { ok: true } });
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("HTTPS trusts the named authority alone, under the name that is configured", async () => {
  const { certificate, key } = await selfSigned();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, cert: certificate, key, onListen: () => {} },
    () => Response.json({ ok: true }),
  );
  const readFile = () => Promise.resolve(certificate);
  const address = `https://127.0.0.1:${server.addr.port}`;
  try {
    const trusted = targetOf(address, { caFile: "/ca.pem", tlsServerName: "localhost" });
    const answer = await get(trusted, "/v1/agent/self", { readFile, signal: never });
    assertEquals(answer.kind, "found");
    assertEquals(
      await kindOf(get(targetOf(address), "/v1/agent/self", { readFile, signal: never })),
      "untrusted",
    );
  } finally {
    await server.shutdown();
  }
});

Deno.test("an answer is judged by what Nomad documents", async (t) => {
  const cases: [string, () => Response, NomadErrorKind | "unknown"][] = [
    ["404 of a thing", () => new Response("alloc not found", { status: 404 }), "unknown"],
    [
      "404 of a path that the agent does not have",
      () => new Response("404 page not found\n", { status: 404 }),
      "unusable",
    ],
    ["404 of a proxy", () => new Response("<html>", { status: 404 }), "unusable"],
    ["403", () => new Response("Permission denied", { status: 403 }), "denied"],
    ["401", () => new Response("", { status: 401 }), "denied"],
    [
      "500 without a leader",
      () => new Response("No cluster leader", { status: 500 }),
      "busy",
    ],
    ["429", () => new Response("too many", { status: 429 }), "busy"],
    ["a redirect", () => new Response("", { status: 302 }), "unusable"],
    ["a page", () => new Response("<html></html>"), "unusable"],
    ["an answer without end", () => new Response("x".repeat(answerLimit + 1)), "too_large"],
  ];
  for (const [name, answer, expected] of cases) {
    await t.step(name, () =>
      serving(answer, async (address) => {
        const asked = get(targetOf(address), "/v1/allocation/a", {
          readFile: noFiles,
          signal: never,
        });
        if (expected === "unknown") assertEquals(await asked, { kind: "unknown" });
        else assertEquals(await kindOf(asked), expected);
      }));
  }
});

Deno.test("an agent that is not there is unreachable, and a file that is not there misconfigured", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const options = { readFile: noFiles, signal: never };
  assertEquals(
    await kindOf(get(targetOf(`http://127.0.0.1:${port}`), "/v1/node/a", options)),
    "unreachable",
  );
  const target = targetOf(`http://127.0.0.1:${port}`, { tokenFile: "/gone" });
  assertEquals(await kindOf(get(target, "/v1/node/a", options)), "misconfigured");
});

Deno.test("an error never holds the token", async () => {
  await serving(() => new Response("Permission denied", { status: 403 }), async (address) => {
    const target = targetOf(address, { token: "s3cret" });
    const error = await assertRejects(
      () => get(target, "/v1/node/a?x=1", { readFile: noFiles, signal: never }),
      NomadError,
    );
    assertEquals(error.message.includes("s3cret"), false);
    assertEquals(
      error.message,
      `Nomad API GET /v1/node/a of ${address}: HTTP 403: Permission denied; check the token of ` +
        `the plugin's nomad block, or NOMAD_TOKEN of the Nomad agent's environment where that has ` +
        `none, and the token's ACL policy`,
    );
  });
});

Deno.test("a request that is given up ends with the signal's reason", async () => {
  const given = Promise.withResolvers<void>();
  await serving(async () => {
    await given.promise;
    return Response.json({});
  }, async (address) => {
    const over = new AbortController();
    const asked = get(targetOf(address), "/v1/node/a", { readFile: noFiles, signal: over.signal });
    over.abort(new Error("given up"));
    await assertRejects(() => asked, Error, "given up");
    given.resolve();
  });
});
