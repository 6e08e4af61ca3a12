import { FetchHttpHandler } from "@smithy/fetch-http-handler";

/**
 * HTTP/1.1, because a call that is given up then closes its connection, and no other call shares a dead
 * one. Each open connection keeps a buffer of 128 KB. So 8 stay open, which the usual rate of calls
 * needs, and those that a burst of starts has opened besides are closed.
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
    // Follow no redirect: the signed request is for AWS alone.
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
 * Reads a body. One whose length is known is read at once, as AWS's are: Deno keeps the pieces of a
 * body that is read in pieces until a full garbage collection. Otherwise the bytes are counted as they
 * come, after decompression.
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
 * The error of a connection that failed. The cause of `fetch`'s own error says why. The addresses of
 * both ends are cut out of it: else Nomad would see a new health text for each connection.
 */
function networkingError(error: TypeError): Error {
  const { message } = error.cause instanceof Error ? error.cause : error;
  const text = message.replace(/ from \S+(?= for )/, "").replace(/ \([\d.:[\]a-f]+\)(?=:)/, "");
  return Object.assign(new Error(text, { cause: error }), { name: "NetworkingError" });
}
