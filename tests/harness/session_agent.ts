import type { Connection, ConnectionListener } from "../../src/aws/session_socket.ts";
import type { Session } from "../../src/exec/session_manager/context.ts";
import { decodeFrame, encodeFrame, type Frame } from "../../src/exec/session_manager/frame.ts";
import type { Chances } from "../simulation/random.ts";
import type { VirtualTime } from "../simulation/virtual_time.ts";

/** The container's side of a session, behind a network that may lose, double and reorder messages. */
export type SessionAgent = {
  connect(session: Session, listener: ConnectionListener): Promise<Connection>;
  /** Tokens that connections were opened with, in order. */
  readonly tokens: string[];
  /** What the client has sent, in order, by payload type. */
  readonly received: Frame[];
  /** Sends a payload to the client until it is acknowledged. */
  send(payloadType: number, payload: Uint8Array): void;
  /** Closes the channel, as when the command has ended. */
  close(reason: string): void;
  /** Cuts the connection. */
  cut(): void;
  /** Messages of the client that were not acknowledged because `deaf` was set. */
  deaf: boolean;
};

/** Milliseconds that a message takes at the most. */
const longestTrip = 40;

/** Makes an agent. `loss` is the share of messages that are lost, and of those that come twice. */
export function createSessionAgent(
  { time, chances, loss }: { time: VirtualTime; chances: Chances; loss: number },
): SessionAgent {
  const received: Frame[] = [];
  const tokens: string[] = [];
  const early = new Map<number, Frame>();
  const unacknowledged = new Map<number, Uint8Array>();
  let listener: ConnectionListener | undefined;
  let sequence = 0;

  const travel = (arrive: () => void) => {
    for (const _ of chances.happens(loss) ? [1, 2] : [1]) {
      if (chances.happens(loss)) continue;
      time.until(time.now() + chances.between(1, longestTrip)).then(arrive);
    }
  };
  const toClient = (bytes: Uint8Array) => {
    const to = listener;
    travel(() => {
      if (to !== undefined && to === listener) to.onMessage(bytes);
    });
  };
  const frame = (type: Frame["type"], number: number, payloadType: number, payload: Uint8Array) =>
    encodeFrame({
      type,
      sequence: number,
      flags: 0,
      id: crypto.randomUUID(),
      createdAt: time.now(),
      payloadType,
      payload,
    });
  const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

  const acknowledge = ({ type, id, sequence: number }: Frame) =>
    toClient(frame(
      "acknowledge",
      0,
      0,
      json({
        AcknowledgedMessageType: type,
        AcknowledgedMessageId: id,
        AcknowledgedMessageSequenceNumber: number,
        IsSequentialMessage: true,
      }),
    ));

  const arrived = (bytes: Uint8Array) => {
    const decoded = decodeFrame(bytes);
    if (decoded.kind !== "frame" || agent.deaf) return;
    if (decoded.frame.type === "acknowledge") {
      const { AcknowledgedMessageSequenceNumber: number } = JSON.parse(
        new TextDecoder().decode(decoded.frame.payload),
      );
      unacknowledged.delete(number);
      return;
    }
    acknowledge(decoded.frame);
    early.set(decoded.frame.sequence, decoded.frame);
    for (let next; (next = early.get(received.length)) !== undefined;) received.push(next);
  };

  const agent: SessionAgent = {
    deaf: false,
    tokens,
    received,
    connect: (session, heard) => {
      listener = heard;
      tokens.push(session.token);
      for (const bytes of unacknowledged.values()) toClient(bytes);
      return Promise.resolve({
        send: (message) => {
          if (listener !== heard || typeof message === "string") return;
          travel(() => arrived(message));
        },
        close: () => {
          if (listener === heard) listener = undefined;
        },
      });
    },
    send: (payloadType, payload) => {
      const number = sequence++;
      const bytes = frame("output_stream_data", number, payloadType, payload);
      unacknowledged.set(number, bytes);
      const again = async () => {
        while (unacknowledged.has(number)) {
          toClient(bytes);
          await time.until(time.now() + 200);
        }
      };
      again();
    },
    close: async (reason) => {
      // The agent waits for what it has sent to be acknowledged.
      while (unacknowledged.size > 0) await time.until(time.now() + 50);
      listener?.onMessage(frame("channel_closed", 0, 0, json({ Output: reason })));
    },
    cut: () => {
      const was = listener;
      listener = undefined;
      was?.onCut("the connection was cut");
    },
  };
  return agent;
}
