import { ECSClient } from "@aws-sdk/client-ecs";
import { assertEquals, assertRejects } from "@std/assert";
import { at, callQuery, type QueryService } from "../../../src/aws/query.ts";
import { BufferedHttpHandler } from "../../../src/aws/http_handler.ts";
import { serveHttp } from "../../harness/http.ts";

const { signal } = new AbortController();
const { config } = new ECSClient({
  region: "us-east-1",
  credentials: { accessKeyId: "a", secretAccessKey: "b" },
  requestHandler: new BufferedHttpHandler(),
});

/** Calls a service that answers as told. */
async function calling(status: number, body: string) {
  const server = await serveHttp((_request, response) => {
    response.writeHead(status, { "content-type": "text/xml", "x-told": "yes" });
    response.end(body);
  });
  const service: QueryService = {
    name: "sts",
    title: "STS",
    version: "2011-06-15",
    endpoint: server.endpoint,
  };
  try {
    return await callQuery(config, service, { command: "Ask", parameters: { A: "b" }, signal });
  } finally {
    server.close();
  }
}

Deno.test("an answer is the content of its response, with its headers", async () => {
  const { document, headers } = await calling(
    200,
    "<AskResponse><AskResult><X>1</X></AskResult></AskResponse>",
  );
  assertEquals(at(document, "AskResult", "X"), "1");
  assertEquals(headers["x-told"], "yes");
  assertEquals(at(document, "AskResult", "X", "Y"), undefined);
});

Deno.test("an error of either form has its code", async () => {
  const bodies = [
    "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>",
    "<Response><Errors><Error><Code>AccessDenied</Code><Message>no</Message></Error></Errors></Response>",
  ];
  for (const body of bodies) {
    const error = await assertRejects(() => calling(403, body), Error, "no");
    assertEquals(error.name, "AccessDenied");
  }
});

Deno.test("an answer that the service did not give says so", async () => {
  for (const [status, body] of [[200, "<html/>"], [500, "<html/>"], [200, "<"]] as const) {
    await assertRejects(() => calling(status, body), SyntaxError, "none of STS's");
  }
});
