import { type Clock, within } from "../clock.ts";
import type { PluginConfig } from "../config/plugin_config.ts";
import type { Predecessors, TaskIdentity } from "../lifecycle/lifecycle.ts";
import type { Logger } from "../logger.ts";
import { parseAddress } from "../nomad/address.ts";
import { createNomadApi, type NomadApi } from "../nomad/api.ts";
import type { NomadTarget, ReadFile } from "../nomad/connection.ts";
import { NomadError } from "../nomad/error.ts";
import { leaveOrStop, type LeaveVerdict, predecessorsOf } from "./hand_over.ts";
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
   * Asks something within a few seconds. Undefined where hand-over is off, or Nomad gives no usable
   * answer; that is logged once, until Nomad answers again.
   */
  ask<T>(
    question: (api: NomadApi, signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T | undefined>;
};

/** How the last question went. */
type State =
  | { readonly kind: "not asked" }
  | { readonly kind: "answering" }
  | { readonly kind: "failing"; readonly reason: string };

/** Milliseconds that all requests of one question may take together: less than the least kill_timeout. */
const questionTime = 4_000;

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
  const asked = connect?.(() => targetOf(settings.config));
  let state: State = { kind: "not asked" };
  const api = () => settings.config.nomad === undefined ? undefined : asked;

  const note = (next: State) => {
    if (next.kind === "failing" && (state.kind !== "failing" || state.reason !== next.reason)) {
      log.warn("Nomad's API gives no answer: nothing is handed over", { error: next.reason });
    }
    if (next.kind === "answering" && state.kind === "failing") {
      log.info("Nomad's API answers again");
    }
    state = next;
  };

  return {
    api,
    attribute: () => {
      if (api() === undefined) return undefined;
      switch (state.kind) {
        case "not asked":
          return "off: Nomad's API has not answered yet";
        case "answering":
          return "on";
        case "failing":
          return `off: ${state.reason}`;
      }
    },
    ask: async (question, signal) => {
      const reachable = api();
      if (reachable === undefined) return undefined;
      const late = () =>
        new NomadError("unreachable", "questions", `no answers within ${questionTime / 1_000} s`);
      try {
        const answer = await within(
          { clock, ms: questionTime, late, signal },
          (bounded) => question(reachable, bounded),
        );
        note({ kind: "answering" });
        return answer;
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        const reason = error instanceof Error ? error.message : String(error);
        note({ kind: "failing", reason });
        return undefined;
      }
    },
  };
}

/** What Nomad says of the allocations that a task's own replaces; undefined where hand-over is off. */
export async function predecessorsFrom(
  link: NomadLink,
  task: TaskIdentity,
  signal: AbortSignal,
): Promise<Predecessors | undefined> {
  if (link.api() === undefined) return undefined;
  const answer = await link.ask((api, bounded) => predecessorsOf(api, task, bounded), signal);
  return answer ?? { chain: [], complete: false };
}

/** Whether a task that Nomad stops runs on. Without an answer it is stopped. */
export async function leaveVerdict(
  link: NomadLink,
  task: TaskIdentity,
  signal: AbortSignal,
): Promise<LeaveVerdict> {
  const answer = await link.ask((api, bounded) => leaveOrStop(api, task, bounded), signal);
  return answer ?? { kind: "stop" };
}

/** Makes the questions over HTTP. `readFile` reads tokens and certificates. */
export function connectNomadOver(readFile: ReadFile, clock: Clock): ConnectNomad {
  return (target) => createNomadApi({ target, readFile, clock });
}

function targetOf({ nomad }: PluginConfig): NomadTarget {
  const address = parseAddress(nomad?.address ?? "");
  if (nomad === undefined || address === undefined) {
    throw new NomadError("misconfigured", "requests", "the nomad block has no usable address");
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
