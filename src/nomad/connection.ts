import http from "node:http";
import https from "node:https";
import { joined } from "../bytes.ts";
import { describeAddress, type NomadAddress } from "./address.ts";
import { NomadError, type NomadErrorKind } from "./error.ts";

/** How a Nomad agent is reached, and as whom. Files are read at each request: they may be renewed. */
export type NomadTarget = {
  readonly address: NomadAddress;
  readonly token: string | undefined;
  /** File that holds the token; read in place of `token`. */
  readonly tokenFile: string | undefined;
  /** PEM file of the authority that signed the agent's certificate. */
  readonly caFile: string | undefined;
  /** PEM files of the certificate and key that the agent wants of its clients. */
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  /** Name in the agent's certificate, where it is not the address's host. */
  readonly tlsServerName: string | undefined;
};

/** What an agent answered. */
export type NomadAnswer =
  | { readonly kind: "found"; readonly value: unknown }
  /** There is no such thing, or the token may not know of it: Nomad answers both alike. */
  | { readonly kind: "unknown" };

/** Reads a file as text. */
export type ReadFile = (path: string) => Promise<string>;

/**
 * Most bytes of an answer. An allocation holds its whole job, whose templates may hold files; Nomad
 * itself takes jobs of some MB.
 */
export const answerLimit = 16 * 1024 * 1024;

/**
 * Asks for one document. `signal` bounds the time. Rejects with a `NomadError`, or with the signal's
 * reason.
 */
export async function get(
  target: NomadTarget,
  path: string,
  { readFile, signal }: { readFile: ReadFile; signal: AbortSignal },
): Promise<NomadAnswer> {
  const attempted = `GET ${path.split("?")[0]} of ${describeAddress(target.address)}`;
  const options = await optionsOf(target, path, readFile, attempted);
  const { status, body } = await exchange(target.address, options, signal, attempted);
  // Nomad answers 404 with "alloc not found", and a path that it does not have with another text.
  if (status === 404 && /not found/i.test(body) && !/page not found/i.test(body)) {
    return { kind: "unknown" };
  }
  if (status === 401 || status === 403) {
    throw new NomadError("denied", attempted, `HTTP ${status}: ${firstLine(body)}`);
  }
  if (status === 429 || status >= 500) {
    throw new NomadError("busy", attempted, `HTTP ${status}: ${firstLine(body)}`);
  }
  if (status !== 200) {
    throw new NomadError("unusable", attempted, `HTTP ${status}: ${firstLine(body)}`);
  }
  try {
    return { kind: "found", value: JSON.parse(body) };
  } catch (cause) {
    throw new NomadError("unusable", attempted, `not JSON: ${firstLine(body)}`, { cause });
  }
}

async function optionsOf(
  target: NomadTarget,
  path: string,
  readFile: ReadFile,
  attempted: string,
): Promise<https.RequestOptions> {
  const read = async (
    option: string,
    file: string | undefined,
  ): Promise<string | undefined> => {
    if (file === undefined) return undefined;
    try {
      return await readFile(file);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      const what =
        `the driver cannot read ${file}, which ${option} names: ${why}; name a file that ` +
        `the Nomad agent's user may read`;
      throw new NomadError("misconfigured", attempted, what, { cause });
    }
  };
  const { address } = target;
  const token = (await read("nomad.token_file", target.tokenFile))?.trim() ?? target.token;
  const headers = token === undefined || token === "" ? {} : { "X-Nomad-Token": token };
  if (address.kind === "unix") return { socketPath: address.path, path, headers };
  const { url } = address;
  const plain = {
    // Brackets of an IPv6 address belong to the URL alone.
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    ...(url.port === "" ? {} : { port: Number(url.port) }),
    path: url.pathname.replace(/\/$/, "") + path,
    headers,
  };
  if (address.protocol === "http:") return plain;
  const [ca, cert, key] = await Promise.all([
    read("nomad.ca_file or NOMAD_CACERT", target.caFile),
    read("nomad.cert_file or NOMAD_CLIENT_CERT", target.certFile),
    read("nomad.key_file or NOMAD_CLIENT_KEY", target.keyFile),
  ]);
  return {
    ...plain,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(target.tlsServerName === undefined ? {} : { servername: target.tlsServerName }),
    // Certificates may be renewed, and a connection that is kept would outlive them.
    agent: false,
  };
}

function exchange(
  address: NomadAddress,
  options: https.RequestOptions,
  signal: AbortSignal,
  attempted: string,
): Promise<{ status: number; body: string }> {
  const secure = address.kind === "tcp" && address.protocol === "https:";
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const fail = (cause: Error) =>
      reject(
        signal.aborted
          ? signal.reason
          : new NomadError(kindOf(cause), attempted, cause.message, { cause }),
      );
    const request = (secure ? https : http).get(options, (response) => {
      const pieces: Uint8Array[] = [];
      let size = 0;
      response.on("data", (piece: Uint8Array) => {
        size += piece.byteLength;
        if (size <= answerLimit) return void pieces.push(piece);
        reject(
          new NomadError("too_large", attempted, `an answer of more than ${answerLimit} bytes`),
        );
        request.destroy();
      });
      response.on("error", fail);
      response.on("aborted", () => fail(new Error("the connection was cut")));
      response.on("end", () => {
        const body = new TextDecoder().decode(joined(...pieces));
        resolve({ status: response.statusCode ?? 0, body });
      });
    });
    request.on("error", fail);
    const leave = () => {
      reject(signal.reason);
      request.destroy();
    };
    signal.addEventListener("abort", leave, { once: true });
    request.on("close", () => signal.removeEventListener("abort", leave));
  });
}

/** What a connection that failed shows. The runtime tells of certificates in the message alone. */
function kindOf({ message }: Error): NomadErrorKind {
  return /certificate|\b(tls|ssl)\b/i.test(message) ? "untrusted" : "unreachable";
}

/** The first line of a text, cut to what a message can hold. */
function firstLine(text: string): string {
  const [line = ""] = text.trim().split("\n");
  return line.length > 200 ? `${line.slice(0, 200)}…` : line === "" ? "an empty answer" : line;
}
