import { FetchHttpHandler } from "@smithy/fetch-http-handler";

/**
 * Of HTTP/1.1, where a call that is given up closes its connection, so that a dead one is not shared.
 * A connection keeps the 128 KB that it has once read an answer into, so only as many are kept open as
 * the usual rate of calls needs, and not what a burst of starts has opened.
 */
const client = Deno.createHttpClient({ http2: false, poolMaxIdlePerHost: 8 });

type Handle = FetchHttpHandler["handle"];

/**
 * Carries the SDK's requests by `fetch`, through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and
 * `NO_PROXY` name, and hands on each answer when it is here in full. Of an answer read in pieces,
 * Deno keeps the pieces until a full garbage collection, with `node:http` as with a stream of
 * `fetch`'s: a hundred tasks are described in 150 KB, several times a second.
 */
export class BufferedHttpHandler extends FetchHttpHandler {
  constructor() {
    // What is signed for AWS is not sent on to whom an answer names.
    super({ requestInit: () => ({ redirect: "manual", client }) });
  }

  override async handle(...args: Parameters<Handle>): ReturnType<Handle> {
    try {
      const { response } = await super.handle(...args);
      response.body = await new Response(response.body).bytes();
      return { response };
    } catch (error) {
      throw error instanceof TypeError ? networkingError(error) : error;
    }
  }
}

/**
 * What `fetch` throws for a connection that fails says how in its cause, where it has one; there
 * without the addresses of both ends, as Nomad would take each connection's for a new state of health.
 */
function networkingError(error: TypeError): Error {
  const { message } = error.cause instanceof Error ? error.cause : error;
  const text = message.replace(/ from \S+(?= for )/, "").replace(/ \([\d.:[\]a-f]+\)(?=:)/, "");
  return Object.assign(new Error(text, { cause: error }), { name: "NetworkingError" });
}
