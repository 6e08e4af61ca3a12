/** Bytes of a chunk that are sent, and those that are held until more comes. */
export type Split = { readonly sent: Uint8Array; readonly held: Uint8Array };

/**
 * Passes output through a reader of UTF-8, with the losses of the SSM agent's: an invalid byte is
 * sent as it is, but within the last three bytes of a chunk it is held with what follows; of a
 * U+FFFD, which the reader cannot tell from an invalid byte, only the first byte is sent. What is
 * held at the end of a session is lost.
 */
export function readUtf8(held: Uint8Array, chunk: Uint8Array): Split {
  const bytes = new Uint8Array(held.length + chunk.length);
  bytes.set(held);
  bytes.set(chunk, held.length);
  const sent: number[] = [];
  let at = 0;
  while (at < bytes.length) {
    const length = characterLength(bytes, at);
    const isReplacement = bytes[at] === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd;
    if (length === 0 || isReplacement) {
      if (bytes.length - at < 4) break;
      sent.push(bytes[at] ?? 0);
      at += isReplacement ? 3 : 1;
    } else {
      sent.push(...bytes.subarray(at, at + length));
      at += length;
    }
  }
  return { sent: Uint8Array.from(sent), held: bytes.slice(at) };
}

/** Bytes of the valid character at an index; 0 if there is none. */
function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + length > bytes.length) return 0;
  try {
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes.subarray(at, at + length));
    return length;
  } catch {
    return 0; // overlong, a surrogate, beyond U+10FFFF, or without its continuation
  }
}
