import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ChannelCredentials, logVerbosity, Server, setLogVerbosity } from "@grpc/grpc-js";
import { HealthClient } from "../../../src/gen/grpc/health/v1/health.ts";
import { listen } from "../../../src/plugin/listen.ts";
import { hostServices } from "../../../src/plugin/services.ts";
import { insecure } from "../../../src/plugin/tls.ts";
import { call } from "../../harness/plugin.ts";

// Of a port that is taken the library tells on the console as well.
setLogVerbosity(logVerbosity.NONE);

Deno.test("TCP: the server is on loopback, at the first free port of the host's range", async () => {
  const taken = takeTwoPorts();
  try {
    await withServer(async (server) => {
      const { network, address, remove } = await listenTcp(server, taken.port, taken.port + 20);
      assertEquals(network, "tcp");
      const [host, port] = address.split(":");
      assertEquals(host, "127.0.0.1");
      assert(Number(port) > taken.port + 1 && Number(port) <= taken.port + 20, address);
      await answers(address);
      remove(); // there is nothing to remove, and it goes on
      await answers(address);
    });
  } finally {
    taken.close();
  }
});

Deno.test("TCP: without a range any port does, and the address tells which", async () => {
  await withServer(async (server) => {
    const { address } = await listenTcp(server, 0, 0);
    assert(Number(address.split(":")[1]) > 0, address);
    await answers(address);
  });
});

Deno.test("TCP: a range without a free port is refused by its bounds", async () => {
  const taken = takeTwoPorts();
  try {
    await withServer(async (server) => {
      const { message } = await assertRejects(
        () => listenTcp(server, taken.port, taken.port + 1),
        Error,
      );
      assertStringIncludes(message, `no port from ${taken.port} to ${taken.port + 1} on 127.0.0.1`);
    });
  } finally {
    taken.close();
  }
});

function listenTcp(server: Server, minPort: number, maxPort: number) {
  const injector = server.createConnectionInjector(insecure().credentials);
  return listen(
    { kind: "tcp", minPort, maxPort },
    (connection) => injector.injectConnection(connection),
  );
}

async function withServer(use: (server: Server) => Promise<void>): Promise<void> {
  const server = new Server();
  for (const { definition, implementation } of hostServices(() => {})) {
    server.addService(definition, implementation);
  }
  try {
    await use(server);
  } finally {
    server.forceShutdown();
  }
}

async function answers(address: string): Promise<void> {
  const health = new HealthClient(address, ChannelCredentials.createInsecure());
  try {
    assertEquals((await call(health, health.check, { service: "plugin" })).status, 1);
  } finally {
    health.close();
  }
}

/** Two ports of loopback in a row, which nobody else can have for the time being. */
function takeTwoPorts(): { port: number; close(): void } {
  for (let attempt = 0; attempt < 100; attempt++) {
    const first = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = first.addr;
    try {
      const second = Deno.listen({ hostname: "127.0.0.1", port: port + 1 });
      return {
        port,
        close: () => {
          first.close();
          second.close();
        },
      };
    } catch {
      first.close(); // somebody has the next one
    }
  }
  throw new Error("no two free ports in a row");
}
