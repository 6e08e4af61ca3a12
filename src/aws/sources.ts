import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { CredentialsError } from "./credentials_error.ts";
import type { ClientRequest, IncomingMessage } from "node:http";

/** Bytes of the longest answer of a source of credentials; they are of some 2 KB. */
const longestAnswer = 256 * 1024;

/** Where Node.js tells of each request that one of its own HTTP clients makes. */
const created = "http.client.request.created";

/**
 * Asks a source of credentials. What it is answered over HTTP ends after 256 KB, which makes it no
 * credentials: the SDK reads answers of STS, of SSO, and of the metadata services of containers and
 * instances, however long they are, and lets none of its clients for the latter be replaced.
 * Rejects with a `CredentialsError` whatever the source fails with: STS and SSO have error codes of
 * their own, which would else pass for refusals of what the credentials are for.
 */
export async function askSource<T>(ask: () => Promise<T>): Promise<T> {
  const bound = (message: unknown) => {
    const { request } = message as { request: ClientRequest };
    request.prependOnceListener("response", (response) => endAfter(response, request));
  };
  subscribe(created, bound);
  try {
    return await ask();
  } catch (error) {
    throw new CredentialsError(error);
  } finally {
    unsubscribe(created, bound);
  }
}

/** Ends a response after the longest answer. An error would be one that no client listens for. */
function endAfter(response: IncomingMessage, request: ClientRequest): void {
  const push = response.push.bind(response);
  let length = 0;
  response.push = (piece: Uint8Array | null, encoding?: BufferEncoding) => {
    length += piece?.length ?? 0;
    if (length <= longestAnswer) return push(piece, encoding);
    response.push = () => false;
    // Its connection, with what is still to come on it, is not to serve another request.
    response.once("end", () => request.socket?.destroy());
    return push(null);
  };
}
