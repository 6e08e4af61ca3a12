import { assertEquals, assertRejects } from "@std/assert";
import type { OperationName } from "../../../src/aws/operations.ts";
import type { ExecContext } from "../../../src/exec/context.ts";
import { ExecError } from "../../../src/exec/exec_error.ts";
import { makeSessionKey } from "../../../src/exec/session_key.ts";
import { dataKeyLength } from "../../../src/exec/session_manager/encryption.ts";

const task = {
  arn: "arn:aws:ecs:us-east-1:123456789012:task/web/0123456789abcdef0123456789abcdef",
  cluster: { name: "web", region: "us-east-1" },
};
const asked = {
  keyId: "alias/exec",
  challenge: "c",
  sessionId: "session",
  task,
  container: "app",
  signal: new AbortController().signal,
};

function contextWith(answers: Partial<Record<OperationName, unknown>>) {
  const inputs: Partial<Record<OperationName, unknown>> = {};
  const context = {
    caller: {
      call: (name: OperationName, input: unknown) => {
        inputs[name] = input;
        return Promise.resolve(answers[name]);
      },
    },
    randomBytes: (length: number) => new Uint8Array(length).fill(7),
  } as unknown as ExecContext;
  return { context, inputs };
}

const described = {
  tasks: [{ containers: [{ name: "log", runtimeId: "rt-0" }, { name: "app", runtimeId: "rt-1" }] }],
};
const made = {
  CiphertextBlob: Uint8Array.of(1, 2, 3),
  Plaintext: new Uint8Array(dataKeyLength).fill(9),
};

Deno.test("the key is made for the session, its container and the agent's challenge", async () => {
  const { context, inputs } = contextWith({ describeTasks: described, generateDataKey: made });
  const { sealedKey, cipher } = await makeSessionKey(context, asked);
  assertEquals(sealedKey, Uint8Array.of(1, 2, 3));
  assertEquals(cipher.decrypt(cipher.encrypt(Uint8Array.of(5))), Uint8Array.of(5));
  assertEquals(inputs.generateDataKey, {
    KeyId: "alias/exec",
    NumberOfBytes: 64,
    EncryptionContext: {
      "aws:ssm:SessionId": "session",
      "aws:ssm:TargetId": "ecs:web_0123456789abcdef0123456789abcdef_rt-1",
      "aws:ssm:RandomChallenge": "c",
    },
  });
});

Deno.test("a container without a runtime id, and a KMS without a key, are errors in words", async () => {
  const nothing = contextWith({ describeTasks: { tasks: [] }, generateDataKey: made });
  await assertRejects(
    () => makeSessionKey(nothing.context, asked),
    ExecError,
    "no runtime id of app",
  );
  const keyless = contextWith({ describeTasks: described, generateDataKey: {} });
  await assertRejects(() => makeSessionKey(keyless.context, asked), ExecError, "no data key");
});
