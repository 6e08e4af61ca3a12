import { createServer, type RequestListener } from "node:http";
import { gzipSync } from "node:zlib";

/** Serves HTTP on loopback. */
export async function serveHttp(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Sends blanks without end until its connection goes, and tells how many bytes it has sent. */
export async function serveEndlessly(mode: "blanks" | "gzip") {
  const blanks = new Uint8Array(65_536).fill(32);
  // Members of gzip follow each other in one stream: some 100 MB in each.
  const piece = mode === "gzip" ? gzipSync(new Uint8Array(100_000_000).fill(32)) : blanks;
  let sent = 0;
  const server = await serveHttp((request, response) => {
    request.resume();
    response.writeHead(200, {
      "content-type": "application/x-amz-json-1.1",
      ...(mode === "gzip" ? { "content-encoding": "gzip" } : {}),
    });
    const send = () => {
      while (!response.destroyed) {
        sent += piece.length;
        if (!response.write(piece)) return;
      }
    };
    response.on("drain", send);
    response.on("error", () => {}); // the client has gone
    send();
  });
  return { ...server, sent: () => sent };
}
