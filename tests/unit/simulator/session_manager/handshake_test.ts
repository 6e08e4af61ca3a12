import { assertEquals, assertThrows } from "@std/assert";
import {
  decrypt,
  encrypt,
  sessionKeys,
} from "../../../../demo/simulator/session_manager/encryption.ts";
import { payloadTypes } from "../../../../demo/simulator/session_manager/frame.ts";
import {
  continueHandshake,
  createHandshake,
  handshakeRequest,
} from "../../../../demo/simulator/session_manager/handshake.ts";
import { open, seal } from "../../../harness/session_client.ts";

const dataKey = Uint8Array.from({ length: 64 }, (_, index) => index);
const keys = sessionKeys(dataKey);
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const read = (payload: Uint8Array) => JSON.parse(new TextDecoder().decode(payload));

function response(more: object = {}) {
  return {
    payloadType: payloadTypes.handshakeResponse,
    payload: json({
      ClientVersion: "1.2.764.0",
      ProcessedClientActions: [
        { ActionType: "SessionType", ActionStatus: 1, ActionResult: null, Error: "" },
        {
          ActionType: "KMSEncryption",
          ActionStatus: 1,
          ActionResult: { KMSCipherTextKey: "c2VhbGVk", ChallengeAcknowledgement: true },
          Error: "",
          ...more,
        },
      ],
      Errors: [],
    }),
  };
}

Deno.test("the request names the session's type, its key and a random text", () => {
  const { payloadType, payload } = handshakeRequest("alias/exec", "random");
  assertEquals(payloadType, 5);
  assertEquals(
    read(payload).RequestedClientActions.map((one: Record<string, unknown>) => one),
    [
      {
        ActionType: "SessionType",
        ActionParameters: { SessionType: "InteractiveCommands", Properties: {} },
      },
      {
        ActionType: "KMSEncryption",
        ActionParameters: { KMSKeyId: "alias/exec", Challenge: "random" },
      },
    ],
  );
});

Deno.test("a handshake is done once the client has answered the challenge with its key", () => {
  const asked = createHandshake();
  const challenged = continueHandshake(asked, response(), (sealed, acknowledged) => {
    assertEquals([sealed, acknowledged], ["c2VhbGVk", true]);
    return keys;
  });
  if (challenged.kind !== "next") throw new Error(challenged.kind);
  assertEquals(challenged.send.payloadType, 8);
  const { Challenge } = read(challenged.send.payload);
  const plain = open(
    dataKey.slice(0, 32),
    Uint8Array.from(atob(Challenge), (c) => c.charCodeAt(0)),
  );
  const answer = (bytes: Uint8Array) => ({
    payloadType: payloadTypes.encryptionChallengeResponse,
    payload: json({ Challenge: btoa(String.fromCharCode(...seal(dataKey.slice(32), bytes))) }),
  });
  const done = continueHandshake(challenged.handshake, answer(plain), () => keys);
  if (done.kind !== "next") throw new Error(done.kind);
  assertEquals([done.handshake.state, done.send.payloadType], ["done", 7]);
  assertEquals(
    continueHandshake(challenged.handshake, answer(plain.map((byte) => byte ^ 1)), () => keys),
    { kind: "failed", reason: "Encryption challenge does not match!" },
  );
});

Deno.test("a client that cannot, or whose key KMS does not know, fails the session", () => {
  const asked = createHandshake();
  assertEquals(
    continueHandshake(asked, response({ ActionStatus: 2, Error: "denied" }), () => keys),
    { kind: "failed", reason: "KMSEncryption failed on client with status 2 error: denied" },
  );
  assertEquals(continueHandshake(asked, response(), () => undefined), {
    kind: "failed",
    reason: "Fetching data key failed: Unable to retrieve data key",
  });
});

Deno.test("input before the end of the handshake is ignored", () => {
  const input = { payloadType: payloadTypes.output, payload: json("x") };
  assertEquals(continueHandshake(createHandshake(), input, () => keys), { kind: "ignored" });
});

Deno.test("what one side encrypts the other decrypts, and nothing else", () => {
  const plain = Uint8Array.of(1, 2, 3);
  assertEquals(open(keys.toClient, encrypt(keys.toClient, plain)), plain);
  assertEquals(decrypt(keys.fromClient, seal(keys.fromClient, plain)), plain);
  assertThrows(() => decrypt(keys.fromClient, encrypt(keys.toClient, plain)), Error);
  assertThrows(() => decrypt(keys.fromClient, plain), Error, "too short");
  assertThrows(() => sessionKeys(plain), Error, "a data key has 3 bytes");
});
