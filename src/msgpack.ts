import { decode, type DecoderOptions } from "@msgpack/msgpack";

/**
 * Levels of lists and maps in one another. A task's configuration has nine; the Go driver's handle,
 * which holds one, ten.
 */
const mostLevels = 32;
/**
 * Values, map keys among them. Nomad sends each option of a block, set or not: a definition of ten
 * containers, each with a hundred variables and thirty ports, comes to 8,000. AWS takes 64 KiB of one
 * as JSON, in which there is room for some 20,000.
 */
const mostValues = 30_000;

/**
 * Decodes msgpack from another process. Throws an `Error` that says what is wrong, and shows no value. It
 * refuses bytes that are no msgpack, and bytes that would take far more memory than they are: the decoder
 * reserves what a list declares, and its result is walked recursively.
 */
export function decodeMsgpack(bytes: Uint8Array, options?: DecoderOptions): unknown {
  checkStructure(bytes);
  return decode(bytes, options);
}

/** One value: the bytes of its head and content, and the number of values in it. */
type Head = { readonly bytes: number; readonly values: number };

function checkStructure(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  /** Values that each open list or map still lacks, outermost first. */
  const open = [1];
  /** Declared values that have not come yet. */
  let pending = 1;
  let values = 0;
  let at = 0;
  while (true) {
    while (open.at(-1) === 0) open.pop();
    if (open.length === 0) return;
    open[open.length - 1] = (open.at(-1) ?? 0) - 1;
    pending -= 1;
    values += 1;
    const head = headAt(view, at);
    at += head.bytes;
    pending += head.values;
    const left = bytes.length - at;
    if (left < 0) throw new Error(`its ${bytes.length} bytes end within a value`);
    if (pending > left) {
      throw new Error(`it declares ${pending} values, and ${left} bytes are left`);
    }
    if (values + pending > mostValues) {
      throw new Error(`it has ${values + pending} values; at most ${mostValues} are read`);
    }
    if (head.values > 0) open.push(head.values);
    if (open.length > mostLevels) {
      throw new Error(`it is nested deeper than ${mostLevels} levels`);
    }
  }
}

/** Types of fixed length: their bytes, type byte included. */
const fixedLengths: Readonly<Record<number, number>> = {
  ...{ 0xcc: 2, 0xd0: 2, 0xcd: 3, 0xd1: 3, 0xce: 5, 0xd2: 5, 0xcf: 9, 0xd3: 9 }, // integers
  ...{ 0xca: 5, 0xcb: 9 }, // floats
  ...{ 0xd4: 3, 0xd5: 4, 0xd6: 6, 0xd7: 10, 0xd8: 18 }, // extensions
};
/** Texts, binary data and extensions: bytes of their length, and bytes before their content. */
const contents: Readonly<Record<number, readonly [width: Width, more: number]>> = {
  ...{ 0xd9: [1, 0], 0xda: [2, 0], 0xdb: [4, 0] },
  ...{ 0xc4: [1, 0], 0xc5: [2, 0], 0xc6: [4, 0] },
  ...{ 0xc7: [1, 1], 0xc8: [2, 1], 0xc9: [4, 1] },
};
/** Lists and maps: bytes of their length, and values of each entry. */
const holders: Readonly<Record<number, readonly [width: Width, each: number]>> = {
  ...{ 0xdc: [2, 1], 0xdd: [4, 1] },
  ...{ 0xde: [2, 2], 0xdf: [4, 2] },
};

type Width = 1 | 2 | 4;

/** The value at `at`. Where its head is cut short, the value ends past the end of the bytes. */
function headAt(view: DataView, at: number): Head {
  if (at >= view.byteLength) return { bytes: 1, values: 0 };
  const type = view.getUint8(at);
  if (type < 0x80 || type >= 0xe0) return { bytes: 1, values: 0 };
  if (type < 0x90) return { bytes: 1, values: (type & 0x0f) * 2 };
  if (type < 0xa0) return { bytes: 1, values: type & 0x0f };
  if (type < 0xc0) return { bytes: 1 + (type & 0x1f), values: 0 };
  const content = contents[type];
  if (content !== undefined) {
    const [width, more] = content;
    return { bytes: 1 + width + more + lengthAt(view, at + 1, width), values: 0 };
  }
  const holder = holders[type];
  if (holder !== undefined) {
    const [width, each] = holder;
    return { bytes: 1 + width, values: lengthAt(view, at + 1, width) * each };
  }
  // Nil and booleans are a type byte alone. The decoder reports the one type byte that has no meaning.
  return { bytes: fixedLengths[type] ?? 1, values: 0 };
}

function lengthAt(view: DataView, at: number, width: Width): number {
  if (at + width > view.byteLength) return 0;
  switch (width) {
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at);
    case 4:
      return view.getUint32(at);
  }
}
