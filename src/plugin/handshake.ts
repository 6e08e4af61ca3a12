import { Buffer } from "node:buffer";
import { protocolVersion } from "./environment.ts";

/** Version of go-plugin's own protocol: the form of the handshake line. */
const coreProtocolVersion = 1;

/** Where the plugin listens, and what the host must know to connect. */
export type Handshake = {
  readonly network: "unix" | "tcp";
  /** A socket's path, or `host:port`. */
  readonly address: string;
  /** The plugin's certificate in DER, with mutual TLS. */
  readonly certificate: Uint8Array | undefined;
  /** Whether the host must be told that connections are not multiplexed. */
  readonly refuseMultiplexing: boolean;
};

/** The one line, with its line feed, that the plugin prints once it listens. */
export function handshakeLine(
  { network, address, certificate, refuseMultiplexing }: Handshake,
): string {
  const fields = [coreProtocolVersion, protocolVersion, network, address, "grpc"].map(String);
  // A later field needs all earlier ones, even empty.
  if (certificate !== undefined || refuseMultiplexing) fields.push(rawBase64(certificate));
  if (refuseMultiplexing) fields.push("false");
  return fields.join("|") + "\n";
}

/** Base64 without padding, as the host reads it. */
function rawBase64(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? "" : Buffer.from(bytes).toString("base64").replace(/=+$/, "");
}
