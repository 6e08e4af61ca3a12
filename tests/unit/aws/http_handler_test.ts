import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { toEcsError } from "../../../src/aws/error.ts";
import { operationsAt } from "../../harness/aws.ts";
import { serveEndlessly, serveHttp } from "../../harness/http.ts";

const unheeded = new AbortController().signal;

/** Answers every connection with a text, as a server that may break any rule of HTTP. */
function startAnswering(text: string) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const asked: string[] = [];
  const open = new Set<Deno.Conn>();
  const serve = async (connection: Deno.Conn) => {
    const buffer = new Uint8Array(65_536);
    const length = await connection.read(buffer);
    asked.push(new TextDecoder().decode(buffer.subarray(0, length ?? 0)));
    await connection.write(new TextEncoder().encode(text));
  };
  const accepting = (async () => {
    for await (const connection of listener) {
      open.add(connection);
      await serve(connection).catch(() => {}); // the client has gone
      if (!text.endsWith("...")) connection.close();
    }
  })();
  return {
    endpoint: `http://127.0.0.1:${listener.addr.port}`,
    asked,
    close: async () => {
      listener.close();
      await accepting;
      for (const connection of open) {
        try {
          connection.close();
        } catch {
          // it was closed after its answer
        }
      }
    },
  };
}

function answer(status: string, body: string, length = body.length): string {
  return `HTTP/1.1 ${status}\r\nContent-Type: application/x-amz-json-1.1\r\n` +
    `Content-Length: ${length}\r\n\r\n${body}`;
}

/** What the driver makes of a call's failure. */
async function failureAt(endpoint: string, signal = unheeded) {
  const thrown = await assertRejects(() => operationsAt(endpoint).describeClusters({}, signal));
  return toEcsError(thrown, "DescribeClusters");
}

const unusable: [what: string, text: string, shows: string][] = [
  ["closes without an answer", "", "NetworkingError: error sending request for http://127.0.0.1"],
  ["ends half way through its body", answer("200 OK", '{"clus', 100), "NetworkingError"],
  [
    "answers no JSON",
    answer("200 OK", "<html></html>"),
    "HTTP 200, application/x-amz-json-1.1: <html></html>",
  ],
];
for (const [what, text, shows] of unusable) {
  Deno.test(`an endpoint that ${what} is unavailable`, async () => {
    const server = startAnswering(text);
    try {
      const { kind, answer } = await failureAt(server.endpoint);
      assertEquals(kind, "unavailable");
      assertStringIncludes(answer, shows);
      assertEquals(
        answer.includes("(127.0.0.1"),
        false,
        "an address that may be another next time",
      );
    } finally {
      await server.close();
    }
  });
}

Deno.test("an endpoint that nobody listens at is named in the error", async () => {
  const server = startAnswering("");
  await server.close();
  const { kind, answer } = await failureAt(server.endpoint);
  assertEquals(kind, "unavailable");
  assertStringIncludes(answer, server.endpoint);
  assertStringIncludes(answer, "Connection refused");
});

Deno.test("a call is given up while its answer's body hangs", async () => {
  const server = startAnswering(answer("200 OK", "{...", 100));
  const patience = new AbortController();
  const asked = failureAt(server.endpoint, patience.signal);
  setTimeout(() => patience.abort(), 200);
  assertEquals((await asked).kind, "unavailable");
  await server.close();
});

Deno.test("what is signed for one endpoint is not sent on to another", async () => {
  const other = startAnswering(answer("200 OK", '{"clusters":[]}'));
  const server = startAnswering(
    `HTTP/1.1 307 Temporary Redirect\r\nLocation: ${other.endpoint}/\r\nContent-Length: 0\r\n\r\n`,
  );
  assertEquals((await failureAt(server.endpoint)).kind, "unavailable");
  assertEquals([server.asked.length, other.asked.length], [1, 0]);
  await server.close();
  await other.close();
});

for (const mode of ["blanks", "gzip"] as const) {
  Deno.test(`an answer of ${mode} without end is given up, not read into memory`, async () => {
    const server = await serveEndlessly(mode);
    try {
      const { kind, answer } = await failureAt(server.endpoint);
      assertEquals(kind, "unavailable");
      assertStringIncludes(answer, "longer than 16 MB");
    } finally {
      server.close();
    }
  });
}

Deno.test("an answer that is announced as too long is not read", async () => {
  const server = startAnswering(answer("200 OK", "{...", 1_000_000_000_000));
  assertStringIncludes((await failureAt(server.endpoint)).answer, "longer than 16 MB");
  await server.close();
});

Deno.test("an answer of a hundred tasks with all that AWS lets a task have is read", async () => {
  const tags = Array.from({ length: 50 }, () => ({ key: "k".repeat(128), value: "v".repeat(256) }));
  const reason = "x".repeat(8_192);
  const containers = Array.from({ length: 10 }, (_, at) => ({ name: `${at}`, reason }));
  const tasks = Array.from({ length: 100 }, () => ({ lastStatus: "RUNNING", tags, containers }));
  const text = JSON.stringify({ tasks });
  for (const headers of [{ "content-length": String(text.length) }, undefined]) {
    const server = await serveHttp((request, response) => {
      request.resume();
      response.writeHead(200, headers);
      response.end(text);
    });
    const described = await operationsAt(server.endpoint).describeTasks({ tasks: [] }, unheeded);
    assertEquals(described.tasks?.length, 100);
    server.close();
  }
});
