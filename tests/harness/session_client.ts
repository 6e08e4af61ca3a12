import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import {
  type Frame,
  type MessageType,
  readFrame,
  writeFrame,
} from "../../demo/simulator/session_manager/frame.ts";

/** A client of a data channel, as a test drives it. It resends nothing unless it is told to. */
export type SessionClient = {
  /** What the command has printed, in order and each byte once. */
  output(): string;
  /** Frames as they came, repeated ones too. */
  readonly frames: Frame[];
  /** Why the channel was closed; undefined while it is open. */
  closed(): string | undefined;
  /** Resolves once this is true, which is looked at with each frame and when the connection ends. */
  until(met: () => boolean): Promise<void>;
  send(payloadType: number, payload: string | Uint8Array): void;
  /** Sends all again that was sent and not acknowledged. */
  resend(): void;
  /** Connects anew. */
  connect(url: string, token: string, headers?: Record<string, string>): void;
  /** Answers with a key of KMS from now on: encrypts input and decrypts output. */
  useKey(dataKey: Uint8Array): void;
  /** Whether messages of the agent are acknowledged. */
  acknowledges: boolean;
  close(): void;
};

/** Makes a client and connects it. */
export function createSessionClient(
  url: string,
  token: string,
  headers: Record<string, string> = {},
): SessionClient {
  const frames: Frame[] = [];
  const seen = new Map<number, Frame>();
  const unacknowledged = new Map<number, Uint8Array<ArrayBuffer>>();
  let next = 0;
  let closed: string | undefined;
  let socket: WebSocket | undefined;
  let key: Uint8Array | undefined;
  let wake = () => {};

  const write = (type: MessageType, sequence: number, payloadType: number, payload: Uint8Array) =>
    writeFrame({
      type,
      sequence,
      flags: 0,
      id: crypto.randomUUID(),
      createdAt: Date.now(),
      payloadType,
      payload,
    });
  const transmit = (data: string | Uint8Array<ArrayBuffer>) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(data);
  };
  const take = (frame: Frame) => {
    frames.push(frame);
    if (frame.type === "acknowledge") {
      const { AcknowledgedMessageSequenceNumber } = JSON.parse(textOf(frame));
      unacknowledged.delete(AcknowledgedMessageSequenceNumber);
    }
    if (frame.type === "channel_closed") closed = JSON.parse(textOf(frame)).Output;
    if (frame.type === "output_stream_data" && client.acknowledges) {
      seen.set(frame.sequence, frame);
      const content = JSON.stringify({
        AcknowledgedMessageType: frame.type,
        AcknowledgedMessageId: frame.id,
        AcknowledgedMessageSequenceNumber: frame.sequence,
        IsSequentialMessage: true,
      });
      transmit(write("acknowledge", 0, 0, new TextEncoder().encode(content)));
    }
    wake();
  };
  const client: SessionClient = {
    acknowledges: true,
    frames,
    output: () => {
      let text = "";
      for (let sequence = 0;; sequence++) {
        const frame = seen.get(sequence);
        if (frame === undefined) return text;
        if (frame.payloadType !== 1) continue;
        const payload = key === undefined ? frame.payload : open(key.slice(0, 32), frame.payload);
        text += Buffer.from(payload).toString("latin1");
      }
    },
    closed: () => closed,
    until: async (met) => {
      while (!met()) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        await promise;
      }
    },
    send: (payloadType, content) => {
      const plain = typeof content === "string" ? new TextEncoder().encode(content) : content;
      const payload = key !== undefined && payloadType === 1 ? seal(key.slice(32), plain) : plain;
      const sequence = next++;
      const bytes = write("input_stream_data", sequence, payloadType, payload);
      unacknowledged.set(sequence, bytes);
      transmit(bytes);
    },
    resend: () => {
      for (const bytes of unacknowledged.values()) transmit(bytes);
    },
    connect: (url, token, headers = {}) => {
      const opened = new WebSocket(url, { headers });
      opened.binaryType = "arraybuffer";
      opened.onopen = () => {
        opened.send(JSON.stringify({
          MessageSchemaVersion: "1.0",
          RequestId: crypto.randomUUID(),
          TokenValue: token,
          ClientId: crypto.randomUUID(),
          ClientVersion: "1.2.764.0",
        }));
        wake();
      };
      opened.onmessage = ({ data }) => take(readFrame(new Uint8Array(data)));
      opened.onclose = ({ reason }) => {
        if (socket === opened) socket = undefined;
        closed ??= socket === undefined && frames.length === 0 ? `refused: ${reason}` : undefined;
        wake();
      };
      opened.onerror = () => {};
      socket = opened;
    },
    useKey: (dataKey) => key = dataKey,
    close: () => socket?.close(),
  };
  client.connect(url, token, headers);
  return client;
}

/** The payload of a frame as text. */
export function textOf({ payload }: Frame): string {
  return new TextDecoder().decode(payload);
}

/** AES-256-GCM with the nonce in front, apart from the simulator's own. */
export function seal(key: Uint8Array, plain: Uint8Array): Uint8Array {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  return new Uint8Array(
    Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]),
  );
}

/** The plain text of what the other side sealed. */
export function open(key: Uint8Array, sealed: Uint8Array): Uint8Array {
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12));
  decipher.setAuthTag(sealed.subarray(-16));
  return new Uint8Array(
    Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]),
  );
}
