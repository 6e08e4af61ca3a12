/**
 * What agent and client settle before a session begins. ECS Exec shakes hands only where the cluster
 * names a KMS key: then the client has KMS make the session's key and proves that it has it.
 */
import {
  challengeOf,
  challengeResponse,
  type HandshakeAction,
  handshakeActions,
  handshakeResponse,
  type HandshakeResult,
} from "./contents.ts";
import type { SessionCipher } from "./encryption.ts";

/** What encrypts a session, and what KMS made of its key. */
export type SessionKey = { readonly cipher: SessionCipher; readonly sealedKey: Uint8Array };

/** Has KMS make a session's key. */
export type MakeKey = (keyId: string, challenge: string | undefined) => Promise<SessionKey>;

/** The answer to a handshake, and the session's cipher where the agent asked for one. */
export type Handshake = {
  readonly response: Uint8Array;
  readonly cipher: SessionCipher | undefined;
};

/** Does what a handshake request asks for. Rejects where it cannot be read, or KMS makes no key. */
export async function answerHandshake(payload: Uint8Array, makeKey: MakeKey): Promise<Handshake> {
  const actions = handshakeActions(payload);
  if (actions === undefined) throw new Error("the agent's handshake cannot be read");
  const results: HandshakeResult[] = [];
  let cipher: SessionCipher | undefined;
  for (const action of actions) {
    if (action.kind === "encryption" && cipher !== undefined) {
      throw new Error("the agent's handshake asks for two keys");
    }
    const done = await perform(action, makeKey);
    results.push(done.result);
    cipher = done.cipher ?? cipher;
  }
  return { response: handshakeResponse(results), cipher };
}

/** Answers an encryption challenge. Throws where there is no key to answer it with. */
export function answerChallenge(
  payload: Uint8Array,
  cipher: SessionCipher | undefined,
): Uint8Array {
  const challenge = challengeOf(payload);
  if (challenge === undefined || cipher === undefined) {
    throw new Error("the agent's encryption challenge cannot be answered");
  }
  return challengeResponse(cipher.encrypt(cipher.decrypt(challenge)));
}

async function perform(
  action: HandshakeAction,
  makeKey: MakeKey,
): Promise<{ result: HandshakeResult; cipher?: SessionCipher }> {
  switch (action.kind) {
    case "session type":
      return { result: { kind: "done", type: "SessionType" } };
    case "encryption": {
      const { cipher, sealedKey } = await makeKey(action.keyId, action.challenge);
      const result = {
        KMSCipherTextKey: sealedKey.toBase64(),
        // Without it the agent decrypts the key for a context without the challenge, and KMS refuses.
        ...(action.challenge === undefined ? {} : { ChallengeAcknowledgement: true }),
      };
      return { result: { kind: "done", type: "KMSEncryption", result }, cipher };
    }
    case "unsupported":
      return { result: { kind: "unsupported", type: action.type } };
  }
}
