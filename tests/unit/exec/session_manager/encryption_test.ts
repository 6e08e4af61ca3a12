import { assertEquals, assertThrows } from "@std/assert";
import {
  createSessionCipher,
  dataKeyLength,
  encryptionContext,
} from "../../../../src/exec/session_manager/encryption.ts";

const key = Uint8Array.from({ length: dataKeyLength }, (_, index) => index);
/** The agent's cipher has the halves of the key the other way round. */
const agentsKey = Uint8Array.from([...key.subarray(32), ...key.subarray(0, 32)]);
const nonce = () => new Uint8Array(12).fill(7);
const text = new TextEncoder().encode("whoami\n");

Deno.test("what a client encrypts its agent decrypts, and the other way round", () => {
  const client = createSessionCipher(key, nonce);
  const agent = createSessionCipher(agentsKey, nonce);
  assertEquals(agent.decrypt(client.encrypt(text)), text);
  assertEquals(client.decrypt(agent.encrypt(text)), text);
});

Deno.test("an encrypted text is nonce, text and tag, as any AES-256-GCM reads it", async () => {
  const sealed = createSessionCipher(key, nonce).encrypt(text);
  const own = await crypto.subtle.importKey("raw", key.slice(32), "AES-GCM", false, ["decrypt"]);
  const opened = await crypto.subtle.decrypt(
    { name: "AES-GCM", iv: sealed.slice(0, 12) },
    own,
    sealed.slice(12),
  );
  assertEquals(new Uint8Array(opened), text);
});

Deno.test("a text that was changed on its way is refused", () => {
  const sealed = createSessionCipher(agentsKey, nonce).encrypt(text);
  sealed[14] = (sealed[14] ?? 0) ^ 1;
  assertThrows(() => createSessionCipher(key, nonce).decrypt(sealed));
  assertThrows(() => createSessionCipher(key, nonce).decrypt(new Uint8Array(27)), RangeError);
});

Deno.test("a data key of another length is refused", () => {
  assertThrows(() => createSessionCipher(new Uint8Array(32), nonce), RangeError, "got 32");
});

Deno.test("the encryption context names session and target, and the challenge where one is given", () => {
  const session = { sessionId: "ecs-execute-command-0", targetId: "ecs:web_0_1" };
  assertEquals(encryptionContext({ ...session, challenge: undefined }), {
    "aws:ssm:SessionId": "ecs-execute-command-0",
    "aws:ssm:TargetId": "ecs:web_0_1",
  });
  assertEquals(
    encryptionContext({ ...session, challenge: "abc" })["aws:ssm:RandomChallenge"],
    "abc",
  );
});
