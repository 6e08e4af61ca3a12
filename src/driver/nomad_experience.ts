import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { NomadError } from "../nomad/error.ts";

/** What a question is about. The token may be allowed to read one and not the other. */
export type Topic =
  | { readonly kind: "agent" }
  | { readonly kind: "nodes" }
  | AllocationsTopic
  /** Allocations that may be another Nomad's: that they cannot be read says nothing of hand-over. */
  | { readonly kind: "others" };

/** Allocations of this client's own jobs. */
type AllocationsTopic = { readonly kind: "allocations"; readonly namespace: string };

/** What the questions so far have shown of Nomad's API: whether it answers, and why it does not. */
export type NomadExperience = {
  /** Notes that a question about the topic was answered. */
  noteAnswer(topic: Topic): void;
  /** Notes that a question about the topic got no usable answer. */
  noteFailure(topic: Topic, error: unknown): void;
  /** What the node's attribute `driver.ecs.handover` says: "on", or "off" and why. */
  attribute(): string;
  /** The allocations that could not be read, until some were; undefined where there are none such. */
  unreadAllocations(): AllocationsTopic | undefined;
};

/** Why no question about a topic gets a usable answer. */
type Failure = { readonly topic: Topic; readonly error: unknown; readonly reason: string };

/**
 * Milliseconds from the first failed question in which an API that has never answered causes no warning: a Nomad
 * agent starts its plugins before it listens.
 */
const agentStart = 30_000;

type State = {
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether any question was answered. */
  answered: boolean;
  /** When the first question failed, in monotonic milliseconds; undefined before that. */
  firstFailure: number | undefined;
  /** By the kind of topic, in the order in which they are told. */
  readonly failures: Map<Topic["kind"], Failure>;
  /** What was logged last; undefined where Nomad answers. */
  told: string | undefined;
};

/**
 * Makes the experience of a process that has asked nothing yet. Why Nomad gives no answer is logged once,
 * until it answers again.
 */
export function createNomadExperience(
  { clock, log }: { clock: Clock; log: Logger },
): NomadExperience {
  const state: State = {
    clock,
    log,
    answered: false,
    firstFailure: undefined,
    failures: new Map(),
    told: undefined,
  };
  return {
    noteAnswer: (topic) => noteAnswer(state, topic),
    noteFailure: (topic, error) => noteFailure(state, topic, error),
    attribute: () => {
      const reason = reasonOf(state);
      if (reason !== undefined) return `off: ${reason}`;
      return state.answered ? "on" : "off: Nomad's API has not answered yet";
    },
    unreadAllocations: () => {
      const topic = state.failures.get("allocations")?.topic;
      return topic?.kind === "allocations" ? topic : undefined;
    },
  };
}

function noteAnswer(state: State, { kind }: Topic): void {
  const { failures } = state;
  state.answered = true;
  failures.delete(kind);
  // An API that answers one question can be reached for the others.
  for (const [other, { error }] of failures) if (isUnreachable(error)) failures.delete(other);
  tell(state);
}

function noteFailure(state: State, topic: Topic, error: unknown): void {
  const { failures, clock } = state;
  if (topic.kind === "others" && !isUnreachable(error)) return;
  state.firstFailure ??= clock.monotonic();
  const message = error instanceof Error ? error.message : String(error);
  // One text for all allocations: it is a node's attribute, and is logged once.
  const reason = message.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<id>");
  // What the token may not do is told in several ways: the first one stays.
  const known = failures.get(topic.kind);
  const stays = known !== undefined && !isUnreachable(known.error) && !isUnreachable(error);
  if (!stays) failures.set(topic.kind, { topic, error, reason });
  tell(state);
}

/** Logs what has changed. */
function tell(state: State): void {
  const { log } = state;
  const reason = reasonOf(state);
  if (reason === state.told || mayBeStarting(state)) return;
  state.told = reason;
  if (reason === undefined) log.info("Nomad's API answers again");
  else log.warn("Nomad's API gives no answer: nothing is handed over", { error: reason });
}

/** Whether the API may only be silent because its agent has just started. */
function mayBeStarting({ answered, firstFailure, failures, clock }: State): boolean {
  const now = clock.monotonic();
  if (answered || now - (firstFailure ?? now) >= agentStart) return false;
  return [...failures.values()].every(({ error }) => isUnreachable(error));
}

/** Why nothing is handed over. Of several reasons the one that came first stays. */
function reasonOf({ failures }: State): string | undefined {
  const [first] = failures.values();
  return first?.reason;
}

function isUnreachable(error: unknown): boolean {
  return !(error instanceof NomadError) || error.kind === "unreachable" || error.kind === "busy";
}
