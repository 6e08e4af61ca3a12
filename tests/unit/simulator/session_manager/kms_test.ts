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

const sizes: [string, Record<string, unknown>, string][] = [
  ["no size", {}, "ValidationException"],
  ["two sizes", { NumberOfBytes: 32, KeySpec: "AES_256" }, "ValidationException"],
  ["no bytes", { NumberOfBytes: 0 }, "ValidationException"],
  ["more than 1,024 bytes", { NumberOfBytes: 1_025 }, "ValidationException"],
  ["another kind of key", { KeySpec: "AES_512" }, "ValidationException"],
];
for (const [what, size, type] of sizes) {
  Deno.test(`a data key of ${what} is refused`, () => {
    const { model } = stage();
    const input = { KeyId: "alias/exec", ...size };
    assertRefused(() => performSessions(model, region, "GenerateDataKey", input), type, "");
  });
}

Deno.test("a request without the name of a key or session is refused as KMS and SSM do", () => {
  const { model } = stage();
  for (const operation of ["GenerateDataKey", "TerminateSession", "ResumeSession"]) {
    assertRefused(
      () => performSessions(model, region, operation, { NumberOfBytes: 32 }),
      "ValidationException",
      "must not be empty",
    );
  }
});

Deno.test("a data key has the size of its kind", () => {
  const { model } = stage();
  for (const [KeySpec, bytes] of [["AES_128", 16], ["AES_256", 32]] as const) {
    const input = { KeyId: "alias/exec", KeySpec };
    const { Plaintext } = performSessions(model, region, "GenerateDataKey", input) as {
      Plaintext: string;
    };
    assertEquals(atob(Plaintext).length, bytes);
  }
});
