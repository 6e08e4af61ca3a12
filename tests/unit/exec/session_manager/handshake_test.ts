import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  createSessionCipher,
  dataKeyLength,
} from "../../../../src/exec/session_manager/encryption.ts";
import {
  answerChallenge,
  answerHandshake,
} from "../../../../src/exec/session_manager/handshake.ts";

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const read = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes));
const key = Uint8Array.from({ length: dataKeyLength }, (_, index) => index);
const nonce = () => new Uint8Array(12).fill(7);
const cipher = createSessionCipher(key, nonce);
const encryption = {
  RequestedClientActions: [
    { ActionType: "KMSEncryption", ActionParameters: { KMSKeyId: "key", Challenge: "c" } },
  ],
};

Deno.test("a handshake without encryption gives no cipher, and asks KMS for nothing", async () => {
  const request = { RequestedClientActions: [{ ActionType: "Dance" }] };
  const handshake = await answerHandshake(json(request), () => {
    throw new Error("KMS was asked");
  });
  assertEquals(handshake.cipher, undefined);
});

Deno.test("the key that the agent names is made, with its challenge", async () => {
  const asked: unknown[] = [];
  const handshake = await answerHandshake(json(encryption), (keyId, challenge) => {
    asked.push(keyId, challenge);
    return Promise.resolve({ cipher, sealedKey: Uint8Array.of(1) });
  });
  assertEquals(asked, ["key", "c"]);
  assertEquals(handshake.cipher, cipher);
  const [action] = read(handshake.response).ProcessedClientActions;
  assertEquals(action.ActionResult, {
    KMSCipherTextKey: Uint8Array.of(1).toBase64(),
    ChallengeAcknowledgement: true,
  });
});

Deno.test("a key that KMS does not make, and a request that is none, end the handshake", async () => {
  const refused = () => Promise.reject(new Error("AccessDenied"));
  await assertRejects(() => answerHandshake(json(encryption), refused), Error, "AccessDenied");
  await assertRejects(() => answerHandshake(json({}), refused), Error, "cannot be read");
});

Deno.test("a challenge is answered with its text under the client's key", () => {
  const agents = createSessionCipher(
    Uint8Array.from([...key.subarray(32), ...key.subarray(0, 32)]),
    nonce,
  );
  const text = new TextEncoder().encode("prove it");
  const answer = read(
    answerChallenge(json({ Challenge: agents.encrypt(text).toBase64() }), cipher),
  );
  assertEquals(agents.decrypt(Uint8Array.fromBase64(answer.Challenge)), text);
  assertThrows(() => answerChallenge(json({ Challenge: "AA==" }), undefined), Error, "answered");
  assertThrows(() => answerChallenge(json({}), cipher), Error, "answered");
});

Deno.test("KMS is asked for one key, however many a handshake asks for", async () => {
  const [action] = encryption.RequestedClientActions;
  let asked = 0;
  const makeKey = () => {
    asked += 1;
    return Promise.resolve({ cipher, sealedKey: Uint8Array.of(1) });
  };
  const request = json({ RequestedClientActions: Array.from({ length: 1_000 }, () => action) });
  await assertRejects(() => answerHandshake(request, makeKey), Error, "asks for two keys");
  assertEquals(asked, 1);
});
