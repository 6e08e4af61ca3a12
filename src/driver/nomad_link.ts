import type { Clock } from "../clock.ts";
import type { Predecessor, TaskIdentity } from "../lifecycle/lifecycle.ts";
import type { Logger } from "../logger.ts";
import { addressRule, defaultAddress, parseAddress } from "../nomad/address.ts";
import { createNomadApi, type NomadApi } from "../nomad/api.ts";
import type { NomadTarget, ReadFile } from "../nomad/connection.ts";
import type { NomadAgent } from "../nomad/documents.ts";
import { NomadError } from "../nomad/error.ts";
import { createTurns, type Turns } from "../nomad/turns.ts";
import { leaveOrStop, type LeaveVerdict } from "./hand_over.ts";
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

/** What a question is about. The token may be allowed to read one and not the other. */
export type Topic =
  | { readonly kind: "agent" }
  | { readonly kind: "nodes" }
  /** Allocations of this client's own jobs. */
  | { readonly kind: "allocations"; readonly namespace: string }
  /** Allocations that may be another Nomad's: that they cannot be read says nothing of hand-over. */
  | { readonly kind: "others" };

/** Why no question about a topic gets a usable answer. */
type Failure = { readonly topic: Topic; readonly error: unknown; readonly reason: string };

/**
 * Milliseconds that all requests of one question may take together, once it is its turn: less than the least
 * kill_timeout. Questions take turns besides their requests, so that of a thousand stops the first end first.
 */
const questionTime = 4_000;

/** An id that no allocation has: asking for it shows what the token may read. */
const nobody = "00000000-0000-0000-0000-000000000000";

/**
 * Milliseconds from the first failed question in which an API that has never answered causes no warning: a Nomad
 * agent starts its plugins before it listens.
 */
const agentStart = 30_000;

/** What the questions so far have shown. */
type Experience = {
  /** Whether any question was answered. */
  answered: boolean;
  /** When the first question failed, in monotonic milliseconds; undefined before that. */
  firstFailure: number | undefined;
  /** By the kind of topic, in the order in which they are told. */
  readonly failures: Map<Topic["kind"], Failure>;
  /** What was logged last; undefined where Nomad answers. */
  told: string | undefined;
};

type LinkContext = {
  readonly api: () => NomadApi | undefined;
  readonly turns: Turns;
  readonly clock: Clock;
  readonly log: Logger;
  readonly experience: Experience;
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
  const asked = connect?.(() => targetOf(settings));
  const api = () => settings.config.nomad === undefined ? undefined : asked;
  const experience: Experience = {
    answered: false,
    firstFailure: undefined,
    failures: new Map(),
    told: undefined,
  };
  const turns = createTurns({ clock, ms: questionTime });
  const context: LinkContext = { api, turns, clock, log, experience };
  return {
    api,
    attribute: () => {
      if (api() === undefined) return undefined;
      const reason = reasonOf(experience);
      if (reason !== undefined) return `off: ${reason}`;
      return experience.answered ? "on" : "off: Nomad's API has not answered yet";
    },
    agent: async (signal) => {
      const agent = await ask(
        context,
        { kind: "agent" },
        (api, bounded) => api.agent(bounded),
        signal,
      );
      const topic = experience.failures.get("allocations")?.topic;
      if (agent !== undefined && topic?.kind === "allocations") {
        await ask(
          context,
          topic,
          (api, bounded) => api.isForgotten(nobody, topic.namespace, bounded),
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
  const { api, turns } = context;
  const reachable = api();
  if (reachable === undefined) return undefined;
  const late = () =>
    new NomadError("unreachable", "questions", `no answers within ${questionTime / 1_000} s`);
  try {
    const answer = await turns.ask(
      { late, signal },
      (bounded) => question(reachable, bounded),
    );
    noteAnswer(context, topic);
    return answer;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    noteFailure(context, topic, error);
    return undefined;
  }
}

function noteAnswer(context: LinkContext, { kind }: Topic): void {
  const { experience } = context;
  const { failures } = experience;
  experience.answered = true;
  failures.delete(kind);
  // An API that answers one question can be reached for the others.
  for (const [other, { error }] of failures) if (isUnreachable(error)) failures.delete(other);
  tell(context);
}

function noteFailure(context: LinkContext, topic: Topic, error: unknown): void {
  const { failures } = context.experience;
  if (topic.kind === "others" && !isUnreachable(error)) return;
  context.experience.firstFailure ??= context.clock.monotonic();
  const message = error instanceof Error ? error.message : String(error);
  // One text for all allocations: it is a node's attribute, and is logged once.
  const reason = message.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<id>");
  // What the token may not do is told in several ways: the first one stays.
  const known = failures.get(topic.kind);
  const stays = known !== undefined && !isUnreachable(known.error) && !isUnreachable(error);
  if (!stays) failures.set(topic.kind, { topic, error, reason });
  tell(context);
}

/** Logs what has changed. */
function tell(context: LinkContext): void {
  const { experience, log } = context;
  const reason = reasonOf(experience);
  if (reason === experience.told || mayBeStarting(context)) return;
  experience.told = reason;
  if (reason === undefined) log.info("Nomad's API answers again");
  else log.warn("Nomad's API gives no answer: nothing is handed over", { error: reason });
}

/** Whether the API may only be silent because its agent has just started. */
function mayBeStarting({ experience, clock }: LinkContext): boolean {
  const { answered, firstFailure = clock.monotonic(), failures } = experience;
  if (answered || clock.monotonic() - firstFailure >= agentStart) return false;
  return [...failures.values()].every(({ error }) => isUnreachable(error));
}

/** Why nothing is handed over. Of several reasons the one that came first stays. */
function reasonOf({ failures }: Experience): string | undefined {
  const [first] = failures.values();
  return first?.reason;
}

function isUnreachable(error: unknown): boolean {
  return !(error instanceof NomadError) || error.kind === "unreachable" || error.kind === "busy";
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

function targetOf({ config: { nomad } }: Settings): NomadTarget {
  if (nomad === undefined) {
    throw new NomadError(
      "misconfigured",
      "requests",
      "the plugin block's config has no nomad block",
    );
  }
  const text = nomad.address ?? defaultAddress;
  const address = parseAddress(text);
  if (address === undefined) {
    // Options are checked when they are decoded, so this is the variable's. It may hold a password.
    const shown = /[@?#]/.test(text) ? "a URL with more than that" : JSON.stringify(text);
    throw new NomadError(
      "misconfigured",
      "requests",
      `NOMAD_ADDR of the Nomad agent's environment must be ${addressRule}; got ${shown}. Set it so, or ` +
        `set nomad.address in the plugin block's config`,
    );
  }
  return {
    address,
    token: nomad.token,
    tokenFile: nomad.token_file,
    caFile: nomad.ca_file,
    certFile: nomad.cert_file,
    keyFile: nomad.key_file,
    tlsServerName: nomad.tls_server_name,
  };
}
