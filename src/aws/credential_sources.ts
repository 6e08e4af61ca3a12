import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { CredentialsError } from "./credentials_error.ts";
import type { ClientRequest, IncomingMessage } from "node:http";

/** Bytes of the longest answer of a source of credentials; they are of some 2 KB. */
const longestAnswer = 256 * 1024;

/** Where Node.js tells of each request that one of its own HTTP clients makes. */
const created = "http.client.request.created";

/**
 * Asks a source of credentials. Its HTTP answers end after 256 KB, and are no credentials then. The SDK
 * itself sets no bound for STS, SSO and the metadata services of containers and instances, and its HTTP
 * clients for the metadata services cannot be replaced. So the bound is set on Node.js's requests.
 *
 * Rejects with a `CredentialsError`, whatever the source's own error is. Error codes of STS and SSO would
 * otherwise be read as those of the call that needs the credentials.
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

/** Ends a response after the longest answer. It raises no error: no client of the SDK listens for one. */
function endAfter(response: IncomingMessage, request: ClientRequest): void {
  const push = response.push.bind(response);
  let length = 0;
  response.push = (piece: Uint8Array | null, encoding?: BufferEncoding) => {
    length += piece?.length ?? 0;
    if (length <= longestAnswer) return push(piece, encoding);
    response.push = () => false;
    // The rest of the answer is still on its way, so no other request may use the connection.
    response.once("end", () => request.socket?.destroy());
    return push(null);
  };
}
