/** The parts, one after the other. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.byteLength;
  }
  return all;
}

/** The bytes that a text has in base64; undefined where it is none. */
export function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    return undefined;
  }
}

/** A UUID's 16 bytes in the form of RFC 9562. */
export function uuidText(bytes: Uint8Array): string {
  return bytes.toHex().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** A UUID of version 4 (RFC 9562) from 16 random bytes. */
export function uuidOf(random: Uint8Array): string {
  const bytes = Uint8Array.from(random);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return uuidText(bytes);
}

/** The last bytes of a stream. */
export type Tail = {
  add(bytes: Uint8Array): void;
  /** The last bytes that were added, as many as are kept. */
  bytes(): Uint8Array<ArrayBuffer>;
};

/** Pieces of a tail that are kept apart: each takes memory of its own. */
const mostPieces = 1_000;

/**
 * Makes a tail that keeps the last `length` bytes. It seldom cuts, as each cut copies, and bytes may come in
 * thousands of pieces.
 */
export function createTail(length: number): Tail {
  let pieces: Uint8Array[] = [];
  let size = 0;
  const cut = () => {
    const kept = joined(...pieces).slice(-length);
    pieces = [kept];
    size = kept.byteLength;
    return kept;
  };
  return {
    add: (bytes) => {
      pieces.push(bytes);
      size += bytes.byteLength;
      if (size > 2 * length || pieces.length > mostPieces) cut();
    },
    bytes: cut,
  };
}
