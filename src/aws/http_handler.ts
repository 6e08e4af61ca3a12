import { FetchHttpHandler } from "@smithy/fetch-http-handler";

/**
 * Of HTTP/1.1, where a call that is given up closes its connection, so that a dead one is not shared.
 * A connection keeps the 128 KB that it has once read an answer into, so only as many are kept open as
 * the usual rate of calls needs, and not what a burst of starts has opened.
 */
const client = Deno.createHttpClient({ http2: false, poolMaxIdlePerHost: 8 });

/**
 * Bytes of the longest answer that is read. The longest that AWS gives is that of DescribeTasks for
 * a hundred tasks: 150 KB as tasks usually are, and some 10 MB where all of a task is as long as AWS
 * lets it be.
 */
const longestAnswer = 16 * 1024 ** 2;

type Handle = FetchHttpHandler["handle"];

/**
 * Carries the SDK's requests by `fetch`, through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and
 * `NO_PROXY` name, and hands on each answer when it is here in full. Rejects for one that is longer
 * than 16 MB.
 */
export class BufferedHttpHandler extends FetchHttpHandler {
  constructor() {
    // What is signed for AWS is not sent on to whom an answer names.
    super({ requestInit: () => ({ redirect: "manual", client }) });
  }

  override async handle(...args: Parameters<Handle>): ReturnType<Handle> {
    try {
      const { response } = await super.handle(...args);
      response.body = await readBody(response.body, response.headers);
      return { response };
    } catch (error) {
      throw error instanceof TypeError ? networkingError(error) : error;
    }
  }
}

/**
 * Reads a body. One whose length is known is read at once: of a body read in pieces, Deno keeps the
 * pieces until a full garbage collection, and AWS tells the length. Otherwise bytes are counted as
 * they come, after decompression.
 */
async function readBody(
  body: ReadableStream<Uint8Array>,
  headers: Readonly<Record<string, string>>,
): Promise<Uint8Array> {
  const encoded = headers["content-encoding"] !== undefined;
  const length = encoded ? NaN : Number(headers["content-length"] ?? NaN);
  if (length > longestAnswer) {
    await body.cancel();
    throw tooLong();
  }
  if (length >= 0) return await new Response(body).bytes();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let read = 0;
  for await (const piece of body) {
    read += piece.length;
    if (read > longestAnswer) throw tooLong();
    pieces.push(piece as Uint8Array<ArrayBuffer>);
  }
  return await new Response(new Blob(pieces)).bytes();
}

function tooLong(): Error {
  const text = `the answer is longer than ${longestAnswer / 1024 ** 2} MB`;
  return Object.assign(new Error(text), { name: "AnswerTooLong" });
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
