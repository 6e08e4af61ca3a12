import { SignatureV4 } from "@smithy/signature-v4";
import { domainsOf } from "./partitions.ts";
import type { ServiceClient, Signing } from "./service_client.ts";

/** The operations of Session Manager's message service, as pairs of input and output. */
export type SessionMessagesApi = {
  OpenDataChannel: [DataChannelInput, { readonly connection: Connection }];
};

/** The data channel to open, and who hears what comes over it. */
export type DataChannelInput = {
  /** The session's `streamUrl`, as ExecuteCommand answers it. */
  readonly url: string;
  readonly listener: ConnectionListener;
};

/** A connection to a data channel. */
export type Connection = {
  send(message: string | Uint8Array<ArrayBuffer>): void;
  close(): void;
};

/** Told what comes over a connection. */
export type ConnectionListener = {
  onMessage(message: Uint8Array): void;
  /** Told once that the connection is no more, unless it was closed from here. */
  onCut(reason: string): void;
};

/**
 * Makes a client that opens data channels. Since 2025 the upgrade request carries a signature of the
 * caller for `ssmmessages`. `endpoint` is a URL whose host may be connected to besides AWS's own, for
 * an AWS that is simulated.
 */
export function createDataChannelClient(
  config: Signing,
  endpoint: string | undefined,
): ServiceClient {
  return {
    config,
    perform: async (_command, input, signal) => {
      const { url: text, listener } = input as DataChannelInput;
      const url = new URL(text);
      if (!isTrusted(url, endpoint)) {
        throw new Error(
          `ECS named ${url.host} as the session's host, which is not Session Manager's`,
        );
      }
      const headers = await signedHeaders(url, config);
      return { connection: await connect(url, headers, listener, signal) };
    },
  };
}

function isTrusted(url: URL, endpoint: string | undefined): boolean {
  if (endpoint !== undefined && new URL(endpoint).hostname === url.hostname) return true;
  return url.protocol === "wss:" && isSessionHost(url.hostname);
}

/**
 * Whether a host is Session Manager's, in its region's own domains. The token that opens a session goes to no
 * other. Source: endpoints of `ssmmessages` in the AWS General Reference.
 */
export function isSessionHost(host: string): boolean {
  const [, region = "", domain] = /^ssmmessages(?:-fips)?\.([a-z0-9-]+)\.(.+)$/.exec(host) ?? [];
  const { services, dualStack } = domainsOf(region);
  return domain === services || domain === dualStack;
}

async function signedHeaders(url: URL, config: Signing): Promise<Record<string, string>> {
  const signer = new SignatureV4({
    service: "ssmmessages",
    region: await config.region(),
    credentials: config.credentials,
    sha256: config.sha256,
  });
  const { headers } = await signer.sign({
    method: "GET",
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { host: url.host },
  }, { signingDate: new Date(Date.now() + config.systemClockOffset) });
  const { host: _, ...others } = headers;
  return others;
}

function connect(
  url: URL,
  headers: Record<string, string>,
  listener: ConnectionListener,
  signal: AbortSignal,
): Promise<Connection> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const socket = new WebSocket(url, { headers });
    socket.binaryType = "arraybuffer";
    let closed: "no" | "here" = "no";
    const connection: Connection = {
      send: (message) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(message);
      },
      close: () => {
        closed = "here";
        socket.close();
      },
    };
    const giveUp = () => {
      connection.close();
      reject(signal.reason);
    };
    signal.addEventListener("abort", giveUp, { once: true });
    let reason = "the connection to Session Manager was closed";
    socket.onopen = () => {
      signal.removeEventListener("abort", giveUp);
      resolve(connection);
    };
    socket.onerror = (event) => {
      if (event instanceof ErrorEvent && event.message !== "") reason = event.message;
    };
    socket.onclose = (event) => {
      signal.removeEventListener("abort", giveUp);
      if (event.reason !== "") reason = event.reason;
      // Without effect once the connection was open.
      reject(Object.assign(new Error(reason), { name: "NetworkingError" }));
      if (closed === "no") listener.onCut(reason);
    };
    socket.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) listener.onMessage(new Uint8Array(data));
    };
  });
}
