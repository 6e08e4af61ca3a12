import { signerOf } from "../http/signature.ts";
import { isSignedWith } from "../http/verify_signature.ts";
import type { Model } from "../state/model.ts";
import { type Agent, startAgent } from "./agent.ts";
import { sessionKeys } from "./encryption.ts";
import { decryptDataKey } from "./kms.ts";
import { kmsKeyOf } from "./operations.ts";
import type { Link } from "./publisher.ts";
import { idleMs, nextSession, type Session, targetId } from "./sessions.ts";
import type { Terminals } from "./terminal.ts";

/** What became of a session's data channel. */
export type ChannelReport = {
  readonly sessionId: string;
  readonly state: Session["state"];
  readonly command: string;
  /** Connections that were opened, and of these with a signature. */
  readonly connections: number;
  readonly signed: number;
  /** Whether the command has its terminal. */
  readonly ready: boolean;
  /** Messages of the client whose payload has another digest than they say. */
  readonly wrongDigests: number;
};

/** The message service of Session Manager, with the agents of containers behind it. */
export type DataChannels = {
  /** Starts the agent of a new session, unless it has to wait. */
  open(session: Session): void;
  terminate(session: Session): void;
  /** Ends the sessions of a container that has ended. */
  containerEnded(container: Session["container"]): void;
  /** Cuts all connections. */
  cut(): void;
  pause(paused: "paused" | "published"): void;
  reports(): ChannelReport[];
  /** Ends all sessions and stops listening. */
  close(): Promise<void>;
};

type Channel = {
  readonly session: Session;
  readonly agent: Agent;
  readonly sockets: Set<WebSocket>;
  connections: number;
  signed: number;
  /** Messages that the client has been sent since the connection was cut. */
  sent: number;
  idle: ReturnType<typeof setTimeout> | undefined;
};

type Service = {
  readonly model: Model;
  readonly terminals: Terminals;
  readonly signal: (session: Session, signal: string) => void;
  /** The secret of an access key id. Undefined: any is accepted. */
  readonly secretOf: (key: string) => string | undefined;
  readonly channels: Map<string, Channel>;
  /** Connects a client whose session is queued, by session id. */
  readonly waiting: Map<string, () => void>;
};

/**
 * Serves data channels on loopback, and puts their address into the model. `signal` hands a signal
 * for process 1 of a container to the container.
 */
export function serveDataChannels(
  model: Model,
  { terminals, signal, secretOf }: Pick<Service, "terminals" | "signal" | "secretOf">,
): DataChannels {
  const service: Service = {
    model,
    terminals,
    signal,
    secretOf,
    channels: new Map(),
    waiting: new Map(),
  };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => upgrade(service, request),
  );
  model.sessions.endpoint = `ws://127.0.0.1:${server.addr.port}`;
  const channels = () => [...service.channels.values()];
  return {
    open: (session) => startNext(service, session.container),
    terminate: ({ id }) => service.channels.get(id)?.agent.terminate(),
    containerEnded: (container) => {
      for (const { session, agent } of channels()) {
        if (session.container === container) agent.terminate();
      }
    },
    cut: () => {
      for (const { sockets } of channels()) for (const socket of sockets) socket.close();
    },
    pause: (paused) => {
      for (const { agent } of channels()) agent.pause(paused);
    },
    reports: () =>
      channels().map(({ session, agent, connections, signed }) => ({
        sessionId: session.id,
        state: session.state,
        command: session.command,
        connections,
        signed,
        ready: agent.isReady(),
        wrongDigests: agent.wrongDigests(),
      })),
    close: async () => {
      for (const { agent } of channels()) agent.terminate();
      await Promise.all(channels().map(({ agent }) => agent.ended));
      terminals.close();
      await server.shutdown();
    },
  };
}

function startNext(service: Service, container: Session["container"]): void {
  const { model, terminals, signal } = service;
  const session = nextSession(model, container);
  if (session === undefined) return;
  const kmsKeyId = kmsKeyOf(session);
  const agent = startAgent({
    sessionId: session.id,
    command: session.command,
    environment: container.definition.environment,
    terminals,
    habits: model.sessions.habits,
    speed: () => model.speed,
    signalled: (name) => signal(session, name),
    encryption: kmsKeyId === undefined ? undefined : {
      kmsKeyId,
      keysOf: (sealed, random) => {
        const key = decryptDataKey(model, sealed, {
          "aws:ssm:SessionId": session.id,
          "aws:ssm:TargetId": targetId(session),
          ...(random === undefined ? {} : { "aws:ssm:RandomChallenge": random }),
        });
        return key === undefined ? undefined : sessionKeys(key);
      },
    },
  });
  const channel: Channel = {
    session,
    agent,
    sockets: new Set(),
    connections: 0,
    signed: 0,
    sent: 0,
    idle: undefined,
  };
  service.channels.set(session.id, channel);
  stir(service, channel);
  service.waiting.get(session.id)?.();
  service.waiting.delete(session.id);
  agent.ended.then(() => {
    session.state = "terminated";
    clearTimeout(channel.idle);
    startNext(service, container);
  });
}

/** Sets the time at which a session without input and output ends. */
function stir({ model }: Service, channel: Channel): void {
  clearTimeout(channel.idle);
  channel.idle = setTimeout(channel.agent.terminate, idleMs / model.speed);
  Deno.unrefTimer(channel.idle);
}

function upgrade(service: Service, request: Request): Response {
  const { pathname } = new URL(request.url);
  const [, id = ""] = /^\/v1\/data-channel\/([^/]+)$/.exec(pathname) ?? [];
  const session = service.model.sessions.byId.get(id);
  if (session === undefined) return new Response("no such channel", { status: 404 });
  const authorization = request.headers.get("authorization") ?? undefined;
  const signed = authorization !== undefined;
  if (!signed && service.model.sessions.habits.requireSignature > 0) {
    return new Response("Missing Authentication Token", { status: 403 });
  }
  if (signed && !isTrusted(service, request, authorization)) {
    return new Response("The signature does not match.", { status: 403 });
  }
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return new Response("a WebSocket is expected", { status: 400 });
  }
  const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
  socket.binaryType = "arraybuffer";
  // The first message opens the channel: it is the only text.
  socket.onmessage = ({ data }) => {
    if (!opens(session, data)) return socket.close(1_008, "the token is not valid");
    connect(service, session, socket, signed);
  };
  return response;
}

/**
 * Whether an upgrade is signed for Session Manager. The signature is verified where the simulator
 * knows the secret: of the key `simulated`, and of keys that its STS has given out.
 */
function isTrusted({ secretOf }: Service, request: Request, authorization: string): boolean {
  try {
    const { key } = signerOf(authorization, "ssmmessages");
    const secret = secretOf(key);
    return secret === undefined || isSignedWith(secret, {
      method: request.method,
      url: new URL(request.url),
      headers: request.headers,
    });
  } catch {
    return false;
  }
}

/** Whether a message has the token of a session that has not ended. */
function opens({ token, state }: Session, data: unknown): boolean {
  if (typeof data !== "string" || state === "terminated") return false;
  try {
    const { TokenValue, MessageSchemaVersion } = JSON.parse(data);
    return TokenValue === token && MessageSchemaVersion === "1.0";
  } catch {
    return false;
  }
}

function connect(service: Service, session: Session, socket: WebSocket, signed: boolean): void {
  const channel = service.channels.get(session.id);
  if (channel === undefined) {
    // A queued session has a channel and nobody on its other end.
    socket.onmessage = () => {};
    service.waiting.set(session.id, () => connect(service, session, socket, signed));
    return;
  }
  const { agent, sockets } = channel;
  const { habits } = service.model.sessions;
  const { random } = service.model;
  const times = () => random() < habits.lossRate ? 0 : random() < habits.duplicateRate ? 2 : 1;
  channel.connections += 1;
  channel.signed += signed ? 1 : 0;
  channel.sent = 0;
  sockets.add(socket);
  const link: Link = {
    send: (bytes) => {
      stir(service, channel);
      for (let time = times(); time > 0; time--) {
        if (socket.readyState === WebSocket.OPEN) socket.send(bytes);
      }
      channel.sent += 1;
      if (habits.cutAfterMessages > 0 && channel.sent >= habits.cutAfterMessages) socket.close();
    },
    close: () => socket.close(),
  };
  socket.onmessage = ({ data }) => {
    if (!(data instanceof ArrayBuffer)) return;
    stir(service, channel);
    for (let time = times(); time > 0; time--) agent.take(new Uint8Array(data));
  };
  socket.onclose = () => {
    sockets.delete(socket);
    agent.disconnect(link);
  };
  agent.connect(link);
}
