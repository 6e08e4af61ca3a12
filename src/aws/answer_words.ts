/** Longest part of an answer's body that is told, in characters. */
const longestLine = 200;

/** An answer as the SDK keeps it with the error that it throws for it. */
type Response = {
  readonly statusCode?: unknown;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
};

/**
 * Describes an answer that did not come from AWS: HTTP status, content type and first line of the body.
 * They say more than a parser's complaint about it. Undefined where there was no answer.
 *
 * A damaged answer of AWS may hold credentials or a job's environment. So of an answer that is no error,
 * only an HTML page is told, and of others the size.
 */
export function answerInWords(thrown: Error): string | undefined {
  const { $response: response } = thrown as { $response?: Response };
  const status = response?.statusCode;
  if (typeof status !== "number") return undefined;
  const type = response?.headers?.["content-type"];
  const line = firstLine(response?.body);
  const isShown = status < 200 || status > 299 || isPage(line);
  return `HTTP ${status}` + (typeof type === "string" ? `, ${cut(type)}` : "") +
    (line === "" ? ", without a body" : isShown ? `: ${line}` : `: ${sizeOf(response?.body)}`);
}

/** Whether a body begins as a page for browsers does. */
function isPage(line: string): boolean {
  return /^<(!doctype html|html|head|body|title|h1)\b/i.test(line);
}

function sizeOf(body: unknown): string {
  return body instanceof Uint8Array
    ? `${body.length} bytes that cannot be read`
    : `${String(body).length} characters that cannot be read`;
}

function firstLine(body: unknown): string {
  // A character takes up to four bytes, and blank lines may come before the first that says something.
  const text = body instanceof Uint8Array
    ? new TextDecoder().decode(body.subarray(0, longestLine * 40))
    : typeof body === "string"
    ? body.slice(0, longestLine * 40)
    : "";
  return cut(text.split(/[\r\n]/).map((line) => line.trim()).find((line) => line !== "") ?? "");
}

/** A text without control characters, cut to what is told. */
function cut(text: string): string {
  const plain = text.replace(/\p{Cc}+/gu, " ");
  return plain.length > longestLine ? `${plain.slice(0, longestLine)}...` : plain;
}
