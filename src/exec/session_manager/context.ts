import type { Connection, ConnectionListener } from "../../aws/session_socket.ts";
import type { Clock } from "../../clock.ts";
import type { SessionCipher } from "./encryption.ts";
import type { MakeKey } from "./handshake.ts";
import type { Incoming } from "./incoming.ts";
import type { Outgoing } from "./unacknowledged.ts";

/** Where a session's data channel is, and what opens it. The token is a secret. */
export type Session = { readonly url: string; readonly token: string };

/** What a channel needs of its surroundings. */
export type ChannelContext = {
  readonly connect: (session: Session, listener: ConnectionListener) => Promise<Connection>;
  /** A new token for a session whose connection was cut; undefined where the session is over. */
  readonly resume: () => Promise<Session | undefined>;
  readonly makeKey: MakeKey;
  /** Takes what the terminal shows. More comes only once it resolves. */
  readonly onOutput: (stream: "output" | "error", bytes: Uint8Array) => Promise<void> | void;
  readonly clock: Clock;
  /** Makes a UUID. */
  readonly newId: () => string;
  /** Ends the channel where it is; the session itself goes on until it is terminated. */
  readonly signal: AbortSignal;
};

/** How a channel came to its end. */
export type ChannelEnd =
  /** The service closed it; the reason is empty where the command has ended. */
  | { readonly kind: "closed"; readonly reason: string }
  /** It was cut and could not be resumed, so the command may run on. */
  | { readonly kind: "lost"; readonly reason: string };

/** Ends a channel, once. */
export type Finish = (end: ChannelEnd) => void;

/** What a channel knows of itself while it is open. */
export type State = {
  readonly incoming: Incoming;
  readonly outgoing: Outgoing;
  readonly clientId: string;
  connection: Connection | undefined;
  cipher: SessionCipher | undefined;
  /** Input is held while the agent and the client shake hands, as the agent would throw it away. */
  handshake: "none" | "under way";
  /** Whether the agent has asked for a handshake before. */
  isShaken: boolean;
  /** Messages of the agent are taken in one after the other: a handshake's answer takes time. */
  work: Promise<void>;
  end: ChannelEnd | undefined;
  /** Called when room, the handshake or the end may have changed. */
  changed: PromiseWithResolvers<void>;
  /** Whether what is due is being sent again. */
  isResending: boolean;
};
