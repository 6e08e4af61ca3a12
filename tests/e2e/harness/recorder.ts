/** A request's or an answer's JSON. */
export type Json = Readonly<Record<string, unknown>>;

/** Stands between the driver and ECS, passes everything on and keeps what was asked. */
export type Recorder = {
  /** Starts to listen on loopback for what goes on to `target`; answers its own URL. */
  listen(target: string): string;
  /** The requests for an operation so far, in their order. */
  asked(operation: string): Json[];
  close(): Promise<void>;
};

/** Makes a recorder. DescribeTasks tells little of what RunTask was asked for, so it is heard here. */
export function createRecorder(): Recorder {
  const asked = new Map<string, Json[]>();
  let server: Deno.HttpServer<Deno.NetAddr> | undefined;
  return {
    listen: (target) => {
      server = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen: () => {} },
        async (request) => {
          const body = await request.text();
          const operation = request.headers.get("x-amz-target")?.split(".").at(-1) ?? "";
          const requests = asked.get(operation) ?? [];
          asked.set(operation, [...requests, JSON.parse(body) as Json]);
          return await fetch(target, { method: "POST", headers: request.headers, body });
        },
      );
      return `http://127.0.0.1:${server.addr.port}`;
    },
    asked: (operation) => asked.get(operation) ?? [],
    close: async () => {
      await server?.shutdown();
    },
  };
}

/** Calls ECS as any client of it does. The simulator looks at the region, and at no signature. */
export async function callEcs(
  endpoint: string,
  region: string,
  operation: string,
  input: Json,
): Promise<Json> {
  const scope = `simulated/20260101/${region}/ecs/aws4_request`;
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `AmazonEC2ContainerServiceV20141113.${operation}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}`,
    },
    body: JSON.stringify(input),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${operation}: ${text}`);
  return JSON.parse(text) as Json;
}
