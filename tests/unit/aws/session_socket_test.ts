import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { type ConnectionListener, isSessionHost } from "../../../src/aws/session_socket.ts";
import { operationsAt } from "../../harness/aws.ts";

const never = new AbortController().signal;
const silent: ConnectionListener = { onMessage: () => {}, onCut: () => {} };

/** A data channel endpoint on loopback. */
async function withEndpoint(
  use: (endpoint: string, seen: { headers: Headers[]; sockets: WebSocket[] }) => Promise<void>,
): Promise<void> {
  const seen = { headers: [] as Headers[], sockets: [] as WebSocket[] };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    seen.headers.push(new Headers(request.headers));
    const { socket, response } = Deno.upgradeWebSocket(request);
    seen.sockets.push(socket);
    socket.onmessage = ({ data }) => socket.send(data);
    return response;
  });
  try {
    await use(`ws://127.0.0.1:${server.addr.port}`, seen);
  } finally {
    for (const socket of seen.sockets) if (socket.readyState === WebSocket.OPEN) socket.close();
    await server.shutdown();
  }
}

Deno.test("the upgrade is signed for ssmmessages, and messages go both ways as they are", async () => {
  await withEndpoint(async (endpoint, { headers }) => {
    const operations = operationsAt("http://127.0.0.1:1", { ssmmessages: endpoint });
    const arrived = Promise.withResolvers<Uint8Array>();
    const { connection } = await operations.openDataChannel({
      url: `${endpoint}/v1/data-channel/session?role=publish_subscribe&cell-number=AA%3D%3D`,
      listener: { ...silent, onMessage: arrived.resolve },
    }, never);
    connection.send(Uint8Array.of(0, 1, 255));
    assertEquals(await arrived.promise, Uint8Array.of(0, 1, 255));
    connection.close();
    const authorization = headers[0]?.get("authorization") ?? "";
    assertMatch(
      authorization,
      /^AWS4-HMAC-SHA256 Credential=simulated\/\d{8}\/us-east-1\/ssmmessages\/aws4_request/,
    );
    assert(headers[0]?.has("x-amz-date"));
  });
});

Deno.test("a session's token goes to no host but Session Manager's", async (t) => {
  const operations = operationsAt("http://127.0.0.1:1", { ssmmessages: "ws://127.0.0.1:1" });
  const hosts = [
    "wss://ssmmessages.us-east-1.amazonaws.com.example.org/v1/data-channel/x",
    "wss://example.org/v1/data-channel/x",
    "ws://ssmmessages.us-east-1.amazonaws.com/v1/data-channel/x",
    "wss://127.0.0.2/v1/data-channel/x",
  ];
  for (const url of hosts) {
    await t.step(url, async () => {
      await assertRejects(
        () => operations.openDataChannel({ url, listener: silent }, never),
        Error,
        "which is not Session Manager's",
      );
    });
  }
});

Deno.test("Session Manager has hosts in every partition, each in the domains of its own region", () => {
  const hosts = [
    "ssmmessages.us-east-1.amazonaws.com",
    "ssmmessages-fips.us-east-1.api.aws",
    "ssmmessages.cn-north-1.amazonaws.com.cn",
    "ssmmessages.us-gov-west-1.amazonaws.com",
    "ssmmessages.eusc-de-east-1.amazonaws.eu",
    "ssmmessages.us-iso-east-1.c2s.ic.gov",
  ];
  assertEquals(hosts.filter(isSessionHost), hosts);
  const others = [
    "ssmmessages.amazonaws.com",
    "ssmmessages.us-east-1.amazonaws.eu",
    "ssmmessages.eusc-de-east-1.amazonaws.com",
    "ssmmessages.us-east-1.example.amazonaws.com",
    "ecs.us-east-1.amazonaws.com",
    "xssmmessages.us-east-1.amazonaws.com",
  ];
  assertEquals(others.filter(isSessionHost), []);
});

Deno.test("a connection that ends tells so once, and one that is closed from here does not", async () => {
  await withEndpoint(async (endpoint, { sockets }) => {
    const operations = operationsAt("http://127.0.0.1:1", { ssmmessages: endpoint });
    const cut = Promise.withResolvers<string>();
    await operations.openDataChannel({
      url: `${endpoint}/v1/data-channel/session`,
      listener: { ...silent, onCut: cut.resolve },
    }, never);
    sockets[0]?.close(1_000, "going away");
    assertEquals(await cut.promise, "going away");

    let told = 0;
    const ended = Promise.withResolvers<void>();
    const { connection } = await operations.openDataChannel({
      url: `${endpoint}/v1/data-channel/session`,
      listener: { ...silent, onCut: () => told += 1 },
    }, never);
    sockets[1]?.addEventListener("close", () => ended.resolve());
    connection.close();
    await ended.promise;
    assertEquals(told, 0);
  });
});

Deno.test("an endpoint that is not there is an error, and a caller that leaves gets its reason", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const endpoint = `ws://127.0.0.1:${port}`;
  const operations = operationsAt("http://127.0.0.1:1", { ssmmessages: endpoint });
  const input = { url: `${endpoint}/v1/data-channel/session`, listener: silent };
  const over = new AbortController();
  const waiting = assertRejects(
    () => operations.openDataChannel(input, over.signal),
    Error,
    "left",
  );
  const accepted = await listener.accept();
  over.abort(new Error("left"));
  await waiting;
  accepted.close();
  listener.close();
  await assertRejects(() => operations.openDataChannel(input, never), Error);
});
