import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { AwsError } from "../request/aws_error.ts";
import type { Simulator } from "../simulator.ts";
import { faultFor, type FaultMode, type RefusalMode, refusalOf } from "../state/faults.ts";
import { isCbor, readCbor } from "./aws_cbor.ts";
import { readJson } from "./aws_json.ts";
import { control, controlPrefix } from "./control.ts";
import type { Answer, Exchange } from "./exchange.ts";
import { containerMetadata } from "./metadata.ts";
import { queryOf, readQuery } from "./query.ts";

/** Serves the simulator on loopback. Resolves with its address once it listens. */
export async function serve(
  simulator: Simulator,
  port: number,
): Promise<{ endpoint: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    answer(simulator, request, response).catch((error) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  simulator: Simulator,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const bytes = concat(chunks);
  const body = new TextDecoder().decode(bytes);
  const path = request.url ?? "/";
  if (path.startsWith(controlPrefix)) {
    const { status, json } = control(simulator, request.method ?? "GET", path, body);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(json));
    return;
  }
  const metadata = containerMetadata(simulator.model, path);
  if (metadata !== undefined) {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(metadata));
    return;
  }
  const query = queryOf(request.headers, path, body);
  const exchange = isCbor(request.headers)
    ? readCbor(simulator, request.headers, path, bytes)
    : query !== undefined
    ? readQuery(simulator, request.headers, query)
    : readJson(simulator, request.headers, body);
  simulator.calls.count(exchange.operation);
  const fault = faultFor(simulator.faults, exchange.operation, {
    now: Date.now(),
    random: simulator.model.random,
  });
  if (fault === "hang") return; // until the caller leaves
  if (fault === "cut-before") {
    request.socket.destroy();
    return;
  }
  const result = carryOut(simulator, exchange, fault);
  if (fault === "cut-after") {
    request.socket.destroy();
    return;
  }
  write(request, response, result, fault);
}

function carryOut(
  simulator: Simulator,
  exchange: Exchange,
  fault: FaultMode | RefusalMode | undefined,
): Answer {
  const refusal = fault === undefined ? undefined : refusalOf(fault);
  if (refusal !== undefined) return exchange.refuse(refusal);
  if (fault === "capacity") {
    const failures = [{ reason: "Capacity is unavailable at this time" }];
    const headers = { "content-type": "application/x-amz-json-1.1" };
    return { status: 200, headers, body: JSON.stringify({ tasks: [], failures }) };
  }
  try {
    return exchange.carryOut();
  } catch (error) {
    if (error instanceof AwsError) return exchange.refuse(error);
    return exchange.refuse(new AwsError("ServerException", `Service Unavailable: ${error}`, 500));
  } finally {
    simulator.schedule();
  }
}

function write(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: Answer,
  fault: FaultMode | RefusalMode | undefined,
): void {
  const text = fault === "garbage" ? "<html>bad gateway</html>" : body;
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  response.writeHead(status, {
    "content-length": String(bytes.length),
    "x-amzn-requestid": crypto.randomUUID(),
    ...headers,
  });
  if (fault === "half-body") {
    response.write(
      bytes.subarray(0, Math.floor(bytes.length / 2)),
      () => request.socket.destroy(),
    );
    return;
  }
  response.end(bytes);
}

function concat(chunks: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
