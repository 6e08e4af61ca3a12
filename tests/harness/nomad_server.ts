import { parseAddress } from "../../src/nomad/address.ts";
import type { NomadTarget } from "../../src/nomad/connection.ts";

/** Nomad's API at an address, without token and TLS; `changes` are the fields of another case. */
export function targetOf(address: string, changes: Partial<NomadTarget> = {}): NomadTarget {
  const parsed = parseAddress(address);
  if (parsed === undefined) throw new Error(`${address} is no address`);
  return {
    address: parsed,
    token: undefined,
    tokenFile: undefined,
    caFile: undefined,
    certFile: undefined,
    keyFile: undefined,
    tlsServerName: undefined,
    ...changes,
  };
}

/** Serves `answer` on loopback while `use` runs. */
export async function serving(
  answer: (request: Request) => Response | Promise<Response>,
  use: (address: string) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  try {
    await use(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}
