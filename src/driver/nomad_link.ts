import type { Clock } from "../clock.ts";
import type { Predecessor, TaskIdentity } from "../lifecycle/lifecycle.ts";
import type { Logger } from "../logger.ts";
import { createNomadApi, type NomadApi } from "../nomad/api.ts";
import type { NomadTarget, ReadFile } from "../nomad/connection.ts";
import type { NomadAgent } from "../nomad/documents.ts";
import { NomadError } from "../nomad/error.ts";
import { createTurns, type Turns } from "../nomad/turns.ts";
import { leaveOrStop, type LeaveVerdict } from "./hand_over.ts";
import { createNomadExperience, type NomadExperience, type Topic } from "./nomad_experience.ts";
import { nomadTarget } from "./nomad_target.ts";
import {
  type PredecessorsAnswer,
  predecessorsOf,
  type PredecessorsQuestion,
} from "./predecessors.ts";
import type { Settings } from "./settings.ts";

/** Makes the questions to the agent at a target, which is read again for each. */
export type ConnectNomad = (target: () => NomadTarget) => NomadApi;

/** The driver's way to ask Nomad. Off without a `nomad` block. */
export type NomadLink = {
  /** Undefined where the plugin block has no `nomad` block. */
  api(): NomadApi | undefined;
  /** What the node's attribute `driver.ecs.handover` says; undefined where hand-over is off. */
  attribute(): string | undefined;
  /**
   * Asks for the agent that answers. Where the token could not read allocations, that is tried again.
   * Undefined as with `ask`.
   */
  agent(signal: AbortSignal): Promise<NomadAgent | undefined>;
  /**
   * Asks something within a few seconds, once it is its turn. Undefined where hand-over is off, or Nomad gives no usable
   * answer; that is logged once, until Nomad answers again.
   */
  ask<T>(
    topic: Topic,
    question: (api: NomadApi, signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T | undefined>;
};

/**
 * Milliseconds that all requests of one question may take together, once it is its turn: less than the least
 * kill_timeout. Questions take turns besides their requests, so that of a thousand stops the first end first.
 */
const questionTime = 4_000;

/** An id that no allocation has: asking for it shows what the token may read. */
const nobody = "00000000-0000-0000-0000-000000000000";

type LinkContext = {
  readonly api: () => NomadApi | undefined;
  readonly turns: Turns;
  readonly experience: NomadExperience;
};

/** Makes the link. It asks nothing before it is asked to. */
export function createNomadLink(
  { settings, connect, clock, log }: {
    settings: Settings;
    /** Undefined where this process has no way to Nomad. */
    connect: ConnectNomad | undefined;
    clock: Clock;
    log: Logger;
  },
): NomadLink {
  const connected = connect?.(() => nomadTarget(settings));
  const api = () => settings.config.nomad === undefined ? undefined : connected;
  const experience = createNomadExperience({ clock, log });
  const turns = createTurns({ clock, ms: questionTime });
  const context: LinkContext = { api, turns, experience };
  return {
    api,
    attribute: () => api() === undefined ? undefined : experience.attribute(),
    agent: async (signal) => {
      const agent = await ask(
        context,
        { kind: "agent" },
        (api, bounded) => api.agent(bounded),
        signal,
      );
      const unread = experience.unreadAllocations();
      if (agent !== undefined && unread !== undefined) {
        await ask(
          context,
          unread,
          (api, bounded) => api.isForgotten(nobody, unread.namespace, bounded),
          signal,
        );
      }
      return agent;
    },
    ask: (topic, question, signal) => ask(context, topic, question, signal),
  };
}

async function ask<T>(
  context: LinkContext,
  topic: Topic,
  question: (api: NomadApi, signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  const { turns, experience } = context;
  const api = context.api();
  if (api === undefined) return undefined;
  const late = () =>
    new NomadError("unreachable", "questions", `no answers within ${questionTime / 1_000} s`);
  try {
    const answer = await turns.ask(
      { late, signal },
      (bounded) => question(api, bounded),
    );
    experience.noteAnswer(topic);
    return answer;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    experience.noteFailure(topic, error);
    return undefined;
  }
}

/**
 * What Nomad says of the allocations that a task's own replaces; undefined where hand-over is off. Where Nomad
 * stops answering, those that it has named count.
 */
export async function predecessorsFrom(
  link: NomadLink,
  task: TaskIdentity,
  when: PredecessorsQuestion["when"],
  signal: AbortSignal,
): Promise<PredecessorsAnswer | undefined> {
  if (link.api() === undefined) return undefined;
  const named: Predecessor[] = [];
  const question = { when, onNamed: (predecessor: Predecessor) => void named.push(predecessor) };
  const answer = await link.ask(
    { kind: "allocations", namespace: task.namespace },
    (api, bounded) => predecessorsOf(api, task, question, bounded),
    signal,
  );
  return answer ?? { chain: [...named], complete: false, certain: false };
}

/** Whether a task that Nomad stops runs on. Without an answer it is stopped. */
export async function leaveVerdict(
  link: NomadLink,
  task: TaskIdentity,
  signal: AbortSignal,
): Promise<LeaveVerdict> {
  const answer = await link.ask(
    { kind: "allocations", namespace: task.namespace },
    (api, bounded) => leaveOrStop(api, task, bounded),
    signal,
  );
  return answer ?? { kind: "stop" };
}

/** Makes the questions over HTTP. `readFile` reads tokens and certificates. */
export function connectNomadOver(readFile: ReadFile, clock: Clock): ConnectNomad {
  return (target) => createNomadApi({ target, readFile, clock });
}
