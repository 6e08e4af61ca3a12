import fc from "fast-check";
import { type Kind, ofSeed } from "./kind.ts";
import type { Site } from "./site.ts";

/** The path before a method's name. */
const driver = "/hashicorp.nomad.plugins.drivers.proto.Driver/";

/** Bytes on a connection of their own, which may be no HTTP/2 at all. */
export const rawFrames: Kind = {
  name: "frame",
  quick: 150,
  fixed: Object.entries(fixedBytes()).map(([name, parts]) => ({
    name,
    run: (site) => send(site, join(parts)),
  })),
  run: async (site, seed) => await send(site, ofSeed(anyBytes, seed)),
};

/** What once found something, or is like it. */
function fixedBytes(): Record<string, Uint8Array[]> {
  return {
    "no bytes": [],
    "HTTP/1.1": [text("GET / HTTP/1.1\r\nHost: x\r\n\r\n")],
    "a preface alone": [preface()],
    "5,000 calls that are reset at once": [opening(), ...resets(5_000)],
    "a call of no method, and headers again for it": [
      opening(),
      headers(1, call("/none")),
      body(1),
      headers(1, call("/none")),
    ],
    "20,000 pings": [opening(), ...times(20_000, () => frame(6, 0, 0, bytes(8)))],
    "20,000 settings": [opening(), ...times(20_000, () => frame(4, 0, 0, setting(3, 1)))],
    "headers that never end": [opening(), frame(1, 0, 1, call("/x")), ...continuations(2_000)],
    "a header of 4 MB": [opening(), frame(1, 0, 1, call("/x")), ...continuations(256, 16_000)],
    "a path of 60,000 characters": [opening(), headers(1, call(`/${"é".repeat(30_000)}`)), body(1)],
    "a window past its bound": [opening(), frame(8, 0, 0, word(2 ** 31 - 1)), ...events(1)],
    "windows of no bytes under a stream": [preface(), frame(4, 0, 0, setting(4, 0)), ...events(50)],
    "a message that declares 4 GB": [opening(), ...start([0, 255, 255, 255, 255], 10)],
    "a message that claims to be compressed": [opening(), ...start([1, 0, 0, 0, 9], 9)],
    "a message shorter than it says": [opening(), ...start([0, 0, 0, 1, 0], 9)],
    "a message that is no protobuf": [opening(), ...start([0, 0, 0, 0, 9], 9)],
  };
}

/** Milliseconds for which an answer is read. */
const readTime = 30;

async function send({ plugin }: Site, data: Uint8Array): Promise<void> {
  const path = plugin.handshake[3] ?? "";
  const connection = await Deno.connect({ transport: "unix", path });
  const reading = (async () => {
    const buffer = new Uint8Array(64 * 1024);
    while (await connection.read(buffer) !== null);
  })().catch(() => {});
  const writing = (async () => {
    for (let rest = data; rest.length > 0;) rest = rest.subarray(await connection.write(rest));
  })().catch(() => {});
  await Promise.race([
    Promise.all([reading, writing]),
    writing.then(() => new Promise((resolve) => setTimeout(resolve, readTime))),
    new Promise((resolve) => setTimeout(resolve, 5_000)),
  ]);
  connection.close();
  await Promise.all([reading, writing]);
}

const anyFrame: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.tuple(
    fc.nat(12),
    fc.nat(255),
    fc.constantFrom(0, 1, 1, 3, 5, 2, 2 ** 31 - 1),
    fc.uint8Array({ maxLength: 64 }),
  ).map(([type, flags, stream, payload]) => frame(type, flags, stream, payload)),
  fc.tuple(
    fc.constantFrom(1, 3, 5, 7),
    fc.constantFrom("StartTask", "StopTask", "RecoverTask", "TaskEvents", "WaitTask", "None"),
    fc.uint8Array({ maxLength: 200 }),
    fc.constantFrom(0, 1),
  ).map(([stream, method, payload, end]) =>
    join([
      headers(stream, call(driver + method)),
      frame(0, end, stream, join([new Uint8Array([0]), word(payload.length), payload])),
    ])
  ),
  fc.tuple(fc.constantFrom(1, 3), fc.string({ unit: "binary" }), fc.string({ unit: "binary" })).map(
    ([stream, name, value]) =>
      headers(stream, join([call(`${driver}StartTask`), field(name, value)])),
  ),
);

const anyBytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 500 }) },
  {
    weight: 6,
    arbitrary: fc.array(anyFrame, { maxLength: 20 }).map((frames) => join([opening(), ...frames])),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(
      fc.array(anyFrame, { minLength: 1, maxLength: 20 }),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }),
    ).map(([frames, changes]) => {
      const data = join([opening(), ...frames]);
      for (const [at, byte] of changes) data[at % data.length] = byte;
      return data;
    }),
  },
);

function opening(): Uint8Array {
  return join([preface(), frame(4, 0, 0, new Uint8Array())]);
}

function preface(): Uint8Array {
  return text("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
}

/** A frame of HTTP/2 (RFC 9113, section 4.1). */
function frame(type: number, flags: number, stream: number, payload: Uint8Array): Uint8Array {
  const head = new Uint8Array(9);
  const view = new DataView(head.buffer);
  view.setUint32(0, payload.length << 8);
  head[3] = type;
  head[4] = flags;
  view.setUint32(5, stream);
  return join([head, payload]);
}

/** HEADERS with END_HEADERS. */
function headers(stream: number, block: Uint8Array): Uint8Array {
  return frame(1, 4, stream, block);
}

/** The header block of a gRPC call. */
function call(path: string): Uint8Array {
  return join([
    field(":method", "POST"),
    field(":scheme", "http"),
    field(":path", path),
    field(":authority", "localhost"),
    field("te", "trailers"),
    field("content-type", "application/grpc"),
  ]);
}

/** A literal header without indexing and without Huffman coding (RFC 7541, section 6.2.2). */
function field(name: string, value: string): Uint8Array {
  return join([new Uint8Array([0]), counted(text(name)), counted(text(value))]);
}

function counted(content: Uint8Array): Uint8Array {
  const length: number[] = [];
  if (content.length < 127) length.push(content.length);
  else {
    length.push(127);
    let rest = content.length - 127;
    for (; rest >= 128; rest >>= 7) length.push(rest & 127 | 128);
    length.push(rest);
  }
  return join([new Uint8Array(length), content]);
}

function setting(id: number, value: number): Uint8Array {
  return join([new Uint8Array([0, id]), word(value)]);
}

function resets(count: number): Uint8Array[] {
  return times(count, (at) =>
    join([
      headers(1 + at * 2, call(`${driver}TaskEvents`)),
      frame(3, 0, 1 + at * 2, word(8)),
    ]));
}

function continuations(count: number, length = 100): Uint8Array[] {
  const block = field("x", "y".repeat(length));
  return times(count, () => frame(9, 0, 1, block));
}

/** Streams of events, each of which has something to say at once. */
function events(count: number): Uint8Array[] {
  return times(count, (at) => {
    const stream = 1 + at * 2;
    return join([
      headers(stream, call(`${driver}Fingerprint`)),
      frame(0, 1, stream, new Uint8Array(5)),
    ]);
  });
}

/** StartTask with a message of this prefix and as many bytes. */
function start(prefix: number[], length: number): Uint8Array[] {
  return [
    headers(1, call(`${driver}StartTask`)),
    frame(0, 1, 1, join([new Uint8Array(prefix), bytes(length)])),
  ];
}

/** An empty message that ends a call. */
function body(stream: number): Uint8Array {
  return frame(0, 1, stream, new Uint8Array(5));
}

function bytes(count: number): Uint8Array {
  return new Uint8Array(count).fill(0xff);
}

function word(value: number): Uint8Array {
  return new Uint8Array([24, 16, 8, 0].map((shift) => value >>> shift & 0xff));
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

function times(count: number, make: (at: number) => Uint8Array): Uint8Array[] {
  return Array.from({ length: count }, (_, at) => make(at));
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
