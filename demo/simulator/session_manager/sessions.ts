import type { EcsTask, Model, TaskContainer } from "../state/model.ts";

/** One session of ECS Exec. */
export type Session = {
  readonly id: string;
  readonly task: EcsTask;
  readonly container: TaskContainer;
  readonly command: string;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  /** The token that opens the data channel. Each ResumeSession gives another. */
  token: string;
  /** A queued session waits until its container has less than two others. */
  state: "queued" | "running" | "terminated";
};

/** All sessions of the account, and how data channels behave. */
export type Sessions = {
  readonly byId: Map<string, Session>;
  /** URL of the data channels, without path. Undefined: nobody serves them. */
  endpoint: string | undefined;
  readonly habits: ChannelHabits;
};

/** How data channels behave. */
export type ChannelHabits = {
  /** Milliseconds by which the agent's acknowledgements are late. */
  ackDelayMs: number;
  /** Share of the messages of either direction that are lost, and of those that come twice. */
  lossRate: number;
  duplicateRate: number;
  /** The connection is cut after so many messages of the agent; 0 is never. */
  cutAfterMessages: number;
  /** 1: an upgrade without a signature is refused. 0: it is accepted. */
  requireSignature: number;
};

/** Sessions that run in a container at one time: the limit that ECS gives its SSM agent. */
export const sessionsEach = 2;
/** Milliseconds without input and output after which ECS ends a session. */
export const idleMs = 20 * 60_000;

const habits: ChannelHabits = {
  ackDelayMs: 0,
  lossRate: 0,
  duplicateRate: 0,
  cutAfterMessages: 0,
  requireSignature: 0,
};

/** Makes a list without sessions. */
export function createSessions(): Sessions {
  return { byId: new Map(), endpoint: undefined, habits: { ...habits } };
}

/** Reads habits from a control request. Throws an `Error` that names what is wrong. */
export function readChannelHabits(
  body: Readonly<Record<string, unknown>>,
): Partial<ChannelHabits> {
  for (const [name, value] of Object.entries(body)) {
    if (!Object.hasOwn(habits, name)) {
      throw new Error(`no habit ${name}; there are ${Object.keys(habits).join(", ")}`);
    }
    if (typeof value !== "number" || value < 0) throw new Error(`${name} must be a number`);
  }
  return body;
}

/** Adds a session, queued if its container has two already. */
export function addSession(
  model: Model,
  { task, container, command }: { task: EcsTask; container: TaskContainer; command: string },
): Session {
  const session: Session = {
    id: `ecs-execute-command-${randomText(model, 26)}`,
    task,
    container,
    command,
    startedAt: model.now(),
    token: newToken(model),
    state: "queued",
  };
  model.sessions.byId.set(session.id, session);
  return session;
}

/** The oldest queued session of a container that may run now. It runs from now on. */
export function nextSession(model: Model, container: TaskContainer): Session | undefined {
  const all = [...model.sessions.byId.values()].filter((one) => one.container === container);
  if (all.filter(({ state }) => state === "running").length >= sessionsEach) return undefined;
  const next = all.find(({ state }) => state === "queued");
  if (next !== undefined) next.state = "running";
  return next;
}

/** Where a session's data channel is opened. */
export function streamUrl({ sessions }: Model, { id, task }: Session): string {
  const endpoint = sessions.endpoint ?? `wss://ssmmessages.${task.region}.amazonaws.com`;
  const cell = encodeURIComponent(btoa("simulated"));
  return `${endpoint}/v1/data-channel/${id}?role=publish_subscribe&cell-number=${cell}`;
}

/** The target of a session in KMS contexts. */
export function targetId({ task, container }: Session): string {
  return `ecs:${task.cluster.name}_${task.id}_${container.runtimeId}`;
}

/** A token of about 1 KB, as AWS's are. */
export function newToken(model: Model): string {
  return `AAEAA${randomText(model, 1_000)}`;
}

function randomText({ random }: Model, length: number): string {
  const digits = "abcdefghijklmnopqrstuvwxyz0123456789";
  return Array.from({ length }, () => digits[Math.floor(random() * digits.length)]).join("");
}
