import { randomBytes } from "node:crypto";
import { decrypt, encrypt, type SessionKeys } from "./encryption.ts";
import { type Frame, payloadTypes } from "./frame.ts";

/** Milliseconds that the agent waits for an answer of the client. */
export const answerMs = 15_000;
/** The version that the agent states. */
const agentVersion = "3.3.1142.0";

/** The handshake of an encrypted session, as the agent leads it. */
export type Handshake = {
  readonly state: "asked" | "challenged" | "done";
  readonly keys: SessionKeys | undefined;
  readonly challenge: Uint8Array;
};

/** What comes of an answer of the client: what the agent sends next, or why the session fails. */
export type Step =
  | { readonly kind: "next"; readonly handshake: Handshake; readonly send: Message }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "ignored" };

/** A message of the agent. */
export type Message = { readonly payloadType: number; readonly payload: Uint8Array };

/** The request that begins a handshake. `random` is a part of the encryption context. */
export function handshakeRequest(kmsKeyId: string, random: string): Message {
  return message(payloadTypes.handshakeRequest, {
    AgentVersion: agentVersion,
    RequestedClientActions: [
      {
        ActionType: "SessionType",
        ActionParameters: { SessionType: "InteractiveCommands", Properties: {} },
      },
      {
        ActionType: "KMSEncryption",
        ActionParameters: { KMSKeyId: kmsKeyId, Challenge: random },
      },
    ],
  });
}

/** A handshake of which the request has been sent. */
export function createHandshake(): Handshake {
  return { state: "asked", keys: undefined, challenge: Uint8Array.from(randomBytes(64)) };
}

/** A random text for the encryption context. */
export function randomChallenge(): string {
  return randomBytes(16).toString("base64");
}

/**
 * Takes a message of the client. `decryptKey` decrypts a data key: `acknowledged` says whether the
 * random text is a part of its context.
 */
export function continueHandshake(
  handshake: Handshake,
  { payloadType, payload }: Pick<Frame, "payloadType" | "payload">,
  decryptKey: (sealed: string, acknowledged: boolean) => SessionKeys | undefined,
): Step {
  if (payloadType === payloadTypes.handshakeResponse && handshake.state === "asked") {
    return takeResponse(handshake, read(payload), decryptKey);
  }
  const { keys } = handshake;
  if (
    payloadType === payloadTypes.encryptionChallengeResponse && handshake.state === "challenged" &&
    keys !== undefined
  ) {
    const answered = decrypt(keys.fromClient, fromBase64(read(payload)["Challenge"]));
    if (answered.some((byte, index) => byte !== handshake.challenge[index])) {
      return { kind: "failed", reason: "Encryption challenge does not match!" };
    }
    return {
      kind: "next",
      handshake: { ...handshake, state: "done" },
      send: message(payloadTypes.handshakeComplete, {
        HandshakeTimeToComplete: 1_000_000,
        CustomerMessage: "This session is encrypted using AWS KMS.\n",
      }),
    };
  }
  return { kind: "ignored" };
}

function takeResponse(
  handshake: Handshake,
  response: Record<string, unknown>,
  decryptKey: (sealed: string, acknowledged: boolean) => SessionKeys | undefined,
): Step {
  const actions = (response["ProcessedClientActions"] ?? []) as Record<string, unknown>[];
  for (const { ActionType, ActionStatus, Error: problem } of actions) {
    if (ActionStatus !== 1) {
      return {
        kind: "failed",
        reason: `${ActionType} failed on client with status ${ActionStatus} error: ${problem}`,
      };
    }
  }
  const action = actions.find(({ ActionType }) => ActionType === "KMSEncryption");
  const result = (action?.["ActionResult"] ?? {}) as Record<string, unknown>;
  const keys = decryptKey(
    String(result["KMSCipherTextKey"]),
    result["ChallengeAcknowledgement"] === true,
  );
  if (keys === undefined) {
    return { kind: "failed", reason: "Fetching data key failed: Unable to retrieve data key" };
  }
  const challenge = encrypt(keys.toClient, handshake.challenge);
  return {
    kind: "next",
    handshake: { ...handshake, state: "challenged", keys },
    send: message(payloadTypes.encryptionChallengeRequest, { Challenge: toBase64(challenge) }),
  };
}

function message(payloadType: number, value: unknown): Message {
  return { payloadType, payload: new TextEncoder().encode(JSON.stringify(value)) };
}

function read(payload: Uint8Array): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(payload));
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function fromBase64(text: unknown): Uint8Array {
  return Uint8Array.from(atob(String(text)), (character) => character.charCodeAt(0));
}
