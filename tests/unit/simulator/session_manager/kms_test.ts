import { assertEquals } from "@std/assert";
import { decryptDataKey } from "../../../../demo/simulator/session_manager/kms.ts";
import { performSessions } from "../../../../demo/simulator/session_manager/operations.ts";
import { perform } from "../../../../demo/simulator/operations/operations.ts";
import { assertRefused, emptyModel, region } from "../../../harness/simulator_definitions.ts";

function stage() {
  const model = emptyModel();
  perform(model, region, "UpdateCluster", {
    cluster: "main",
    configuration: { executeCommandConfiguration: { kmsKeyId: "alias/exec" } },
  });
  const generate = (KeyId: string, EncryptionContext: Record<string, string>) =>
    performSessions(model, region, "GenerateDataKey", {
      KeyId,
      NumberOfBytes: 64,
      EncryptionContext,
    }) as Record<string, string>;
  return { model, generate };
}

Deno.test("a data key is decrypted with its context, whatever the order, and with no other", () => {
  const { model, generate } = stage();
  const { CiphertextBlob = "", Plaintext = "" } = generate("alias/exec", { a: "1", b: "2" });
  const plain = Uint8Array.from(atob(Plaintext), (character) => character.charCodeAt(0));
  assertEquals(plain.length, 64);
  assertEquals(decryptDataKey(model, CiphertextBlob, { b: "2", a: "1" }), plain);
  assertEquals(decryptDataKey(model, CiphertextBlob, { a: "1" }), undefined);
  assertEquals(decryptDataKey(model, "other", { a: "1", b: "2" }), undefined);
});

Deno.test("only a key of a cluster's ECS Exec settings is there", () => {
  const { generate } = stage();
  assertRefused(() => generate("alias/other", {}), "NotFoundException", "alias/other");
});
