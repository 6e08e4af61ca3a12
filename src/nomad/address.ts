/** Where Nomad's HTTP API listens. */
export type NomadAddress =
  | { readonly kind: "tcp"; readonly protocol: "http:" | "https:"; readonly url: URL }
  | { readonly kind: "unix"; readonly path: string };

/** Address of an agent's HTTP API where nothing else is configured. Source: Nomad's own default. */
export const defaultAddress = "http://127.0.0.1:4646";

/** What an address must be, for messages. */
export const addressRule =
  "http://host:port, https://host:port or unix:///path, without user, password and query";

/**
 * Parses `http://host:port`, `https://host:port` or `unix:///path/to/socket`.
 *
 * @example
 * ```ts
 * parseAddress("unix:///var/run/nomad.sock"); // { kind: "unix", path: "/var/run/nomad.sock" }
 * parseAddress("nomad.example:4646"); // undefined: it names no protocol
 * ```
 */
export function parseAddress(text: string): NomadAddress | undefined {
  if (text.startsWith("unix://")) {
    const path = text.slice("unix://".length);
    return path.startsWith("/") ? { kind: "unix", path } : undefined;
  }
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const { protocol } = url;
  if (protocol !== "http:" && protocol !== "https:") return undefined;
  // Credentials have options of their own; in an address they would show in errors.
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    return undefined;
  }
  return { kind: "tcp", protocol, url };
}

/** Whether the address is certain to lead to this machine: a unix socket, or a loopback address. */
export function isOfThisMachine(address: NomadAddress): boolean {
  if (address.kind === "unix") return true;
  const { hostname } = address.url;
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.[0-9]+){3}$/.test(hostname);
}

/** The address for messages. */
export function describeAddress(address: NomadAddress): string {
  return address.kind === "unix" ? `unix://${address.path}` : address.url.origin;
}
