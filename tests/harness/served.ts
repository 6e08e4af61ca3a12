import { credentials, Server, ServerCredentials } from "@grpc/grpc-js";
import type { Service } from "../../src/plugin/services.ts";

/** Serves gRPC services on loopback while `use` runs with their address. */
export async function withServed(
  services: readonly Service[],
  use: (address: string, channel: ReturnType<typeof credentials.createInsecure>) => Promise<void>,
): Promise<void> {
  const server = new Server();
  for (const { definition, implementation } of services) {
    server.addService(definition, implementation);
  }
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync(
      "127.0.0.1:0",
      ServerCredentials.createInsecure(),
      (error, bound) => error === null ? resolve(bound) : reject(error),
    )
  );
  try {
    await use(`127.0.0.1:${port}`, credentials.createInsecure());
  } finally {
    server.forceShutdown();
  }
}
