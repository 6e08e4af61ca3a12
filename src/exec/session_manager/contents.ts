/** The JSON that messages of the data channel carry. */
import { fromBase64 } from "../../bytes.ts";
import { type JsonObject, jsonObjectIn, parseJsonObject } from "../../json_object.ts";
import type { Frame } from "./frame.ts";

/** Version that the client states. Agents compare it; from this one on the upgrade is signed. */
export const clientVersion = "1.2.764.0";

/** The text message that opens a data channel. */
export function openChannel(
  { requestId, clientId, token }: { requestId: string; clientId: string; token: string },
): string {
  return JSON.stringify({
    MessageSchemaVersion: "1.0",
    RequestId: requestId,
    TokenValue: token,
    ClientId: clientId,
    ClientVersion: clientVersion,
  });
}

/** Payload of the acknowledgement of a message. */
export function acknowledgement({ type, id, sequence }: Frame): Uint8Array {
  return encode({
    AcknowledgedMessageType: type,
    AcknowledgedMessageId: id,
    AcknowledgedMessageSequenceNumber: sequence,
    IsSequentialMessage: true,
  });
}

/** The number that an acknowledgement speaks of; undefined where it is none. */
export function acknowledgedSequence(payload: Uint8Array): number | undefined {
  const sequence = fieldsOf(payload)?.["AcknowledgedMessageSequenceNumber"];
  return typeof sequence === "number" ? sequence : undefined;
}

/** Payload that tells the terminal's size, in characters. */
export function terminalSize({ columns, rows }: { columns: number; rows: number }): Uint8Array {
  return encode({ cols: columns, rows });
}

/** Why the service closed the channel; empty on the normal end. */
export function closingReason(payload: Uint8Array): string {
  const output = fieldsOf(payload)?.["Output"];
  return typeof output === "string" ? output : "";
}

/** An action that the agent asks of the client before the session begins. */
export type HandshakeAction =
  | { readonly kind: "session type"; readonly type: string }
  | {
    readonly kind: "encryption";
    readonly keyId: string;
    /** Value that a newer agent wants back in the key's encryption context. */
    readonly challenge: string | undefined;
  }
  | { readonly kind: "unsupported"; readonly type: string };

/** The actions of a handshake request; undefined where the payload is none. */
export function handshakeActions(payload: Uint8Array): HandshakeAction[] | undefined {
  const actions = fieldsOf(payload)?.["RequestedClientActions"];
  if (!Array.isArray(actions)) return undefined;
  return actions.map(actionOf);
}

function actionOf(action: unknown): HandshakeAction {
  const fields = jsonObjectIn(action);
  const parameters = jsonObjectIn(fields?.["ActionParameters"]);
  const type = String(fields?.["ActionType"]);
  if (type === "SessionType" && typeof parameters?.["SessionType"] === "string") {
    return { kind: "session type", type: parameters["SessionType"] };
  }
  const keyId = parameters?.["KMSKeyId"];
  if (type === "KMSEncryption" && typeof keyId === "string") {
    const challenge = parameters?.["Challenge"];
    return {
      kind: "encryption",
      keyId,
      challenge: typeof challenge === "string" ? challenge : undefined,
    };
  }
  return { kind: "unsupported", type };
}

/** What the client did of a handshake's action. */
export type HandshakeResult =
  | { readonly kind: "done"; readonly type: string; readonly result?: JsonObject }
  | { readonly kind: "failed"; readonly type: string; readonly error: string }
  | { readonly kind: "unsupported"; readonly type: string };

/** Payload that answers a handshake request. */
export function handshakeResponse(results: readonly HandshakeResult[]): Uint8Array {
  return encode({
    ClientVersion: clientVersion,
    ProcessedClientActions: results.map((result) => {
      switch (result.kind) {
        case "done":
          return { ActionType: result.type, ActionStatus: 1, ActionResult: result.result ?? null };
        case "failed":
          return { ActionType: result.type, ActionStatus: 2, Error: result.error };
        case "unsupported":
          return {
            ActionType: result.type,
            ActionStatus: 3,
            Error: `this client does not support ${result.type}`,
          };
      }
    }),
    Errors: results.flatMap((result) => result.kind === "failed" ? [result.error] : []),
  });
}

/** The bytes of an encryption challenge; undefined where the payload holds none. */
export function challengeOf(payload: Uint8Array): Uint8Array | undefined {
  const text = fieldsOf(payload)?.["Challenge"];
  return typeof text === "string" ? fromBase64(text) : undefined;
}

/** Payload that answers an encryption challenge. */
export function challengeResponse(challenge: Uint8Array): Uint8Array {
  return encode({ Challenge: challenge.toBase64() });
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function fieldsOf(payload: Uint8Array): JsonObject | undefined {
  return parseJsonObject(new TextDecoder().decode(payload));
}
