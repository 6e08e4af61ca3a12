import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { EcsError, type EcsErrorKind } from "../../../src/aws/error.ts";
import {
  createSessionCipher,
  dataKeyLength,
} from "../../../src/exec/session_manager/encryption.ts";
import { payloadTypes } from "../../../src/exec/session_manager/frame.ts";
import { type ExecStage, execStage } from "../../harness/exec_stage.ts";

const text = (words: string) => new TextEncoder().encode(words);
const shown = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function messageOf(stage: ExecStage): string {
  const result = stage.result();
  return result?.status === "rejected" ? result.reason.message : `not rejected: ${result?.status}`;
}

function names(stage: ExecStage): string[] {
  return stage.calls.map(({ name }) => name);
}

Deno.test("a command runs in its container, and its exit code is the answer", async () => {
  const stage = execStage({ command: ["sh", "-c", "exit 3"] });
  await stage.pass(100);
  const { name, input } = stage.calls[0] ?? {};
  assertEquals(name, "executeCommand");
  const { command, ...others } = input as { command: string };
  assertEquals(others, {
    cluster: "web",
    task: "arn:aws:ecs:us-east-1:123456789012:task/web/0123456789abcdef0123456789abcdef",
    container: "app",
    interactive: true,
  });
  assert(command.endsWith("sh sh -c 'exit 3'"), command);
  stage.agent.send(
    payloadTypes.output,
    text(`\x1er\x1eo${btoa("out")}\ne${btoa("err")}\n\x1ex3\x1e`),
  );
  stage.agent.close("");
  await stage.pass(1_000);
  assertEquals(stage.result(), { status: "fulfilled", value: 3 });
  assertEquals(stage.output, { stdout: "out", stderr: "err" });
  // The service has closed it: there is nothing to terminate.
  assertEquals(names(stage), ["executeCommand", "openDataChannel"]);
});

Deno.test("input waits for the container, goes in lines of base64, and has an end", async () => {
  const stage = execStage({
    input: [{ kind: "stdin", bytes: text("hello") }, { kind: "end of stdin" }],
  });
  await stage.pass(1_000);
  assertEquals(stage.agent.received.length, 0);
  stage.agent.send(payloadTypes.output, text("\x1er\x1e"));
  await stage.pass(1_000);
  assertEquals(
    stage.agent.received.map(({ payload }) => shown(payload)).join(""),
    `${btoa("hello")}\n.\n`,
  );
});

Deno.test("on a terminal input goes as it is, with changes of size", async () => {
  const stage = execStage({
    mode: "terminal",
    input: [
      { kind: "resize", columns: 80, rows: 24 },
      { kind: "stdin", bytes: text("ls\r") },
      { kind: "end of stdin" },
    ],
  });
  await stage.pass(1_000);
  assertEquals(
    stage.agent.received.map(({ payloadType, payload }) => [payloadType, shown(payload)]),
    [
      [payloadTypes.size, '{"cols":80,"rows":24}'],
      [payloadTypes.output, "ls\r"],
      [payloadTypes.output, "\x04"],
    ],
  );
});

Deno.test("a caller that leaves has the session terminated", async () => {
  const stage = execStage();
  await stage.pass(100);
  stage.leave();
  await stage.pass(100);
  assertStringIncludes(messageOf(stage), "the caller has gone");
  assertEquals(stage.calls.at(-1), {
    name: "terminateSession",
    input: { SessionId: "ecs-execute-command-0" },
  });
});

Deno.test("a session that does not close after its command has ended is terminated", async () => {
  const stage = execStage();
  await stage.pass(100);
  stage.agent.send(payloadTypes.output, text("\x1er\x1e\x1ex0\x1e"));
  await stage.pass(60_000);
  assertEquals(stage.result(), { status: "fulfilled", value: 0 });
  assertEquals(names(stage).at(-1), "terminateSession");
});

Deno.test("a session that is cut for good has no exit code", async () => {
  const stage = execStage({ answers: { resumeSession: () => ({ TokenValue: "" }) } });
  await stage.pass(100);
  stage.agent.cut();
  await stage.pass(60_000);
  assertEquals(
    messageOf(stage),
    "the session with app was cut, and how cat ended is not known: the connection was cut",
  );
  assertEquals(names(stage).at(-1), "terminateSession");
});

Deno.test("a session that is cut once goes on", async () => {
  const stage = execStage();
  await stage.pass(100);
  stage.agent.cut();
  await stage.pass(1_000);
  stage.agent.send(payloadTypes.output, text("\x1er\x1e\x1ex5\x1e"));
  stage.agent.close("");
  await stage.pass(1_000);
  assertEquals(stage.result(), { status: "fulfilled", value: 5 });
  assertEquals(names(stage), [
    "executeCommand",
    "openDataChannel",
    "resumeSession",
    "openDataChannel",
  ]);
});

const closings: [string, string, string][] = [
  [
    "an image without a shell is told as such",
    'Unable to start command: exec: "sh": executable file not found',
    "app has no sh in its image, which the driver needs to run a command: Unable to start",
  ],
  [
    "a session that the service ends is told with its reason",
    "Session terminated: idle timeout",
    "the session with app was closed before cat ended: Session terminated: idle timeout",
  ],
];
for (const [name, reason, expected] of closings) {
  Deno.test(name, async () => {
    const stage = execStage();
    await stage.pass(100);
    stage.agent.close(reason);
    await stage.pass(1_000);
    assertStringIncludes(messageOf(stage), expected);
  });
}

Deno.test("programs that an image lacks are named", async () => {
  const stage = execStage();
  await stage.pass(100);
  stage.agent.send(payloadTypes.output, text("\x1em stty base64\x1e"));
  stage.agent.close("");
  await stage.pass(1_000);
  assertStringIncludes(messageOf(stage), "app has no stty and no base64, which a command without");
});

const refusals: [EcsErrorKind, string, string, number][] = [
  [
    "rejected",
    "InvalidParameterException: The execute command failed because execute command was not " +
    "enabled when the task was run or the execute command agent isn't running.",
    "set enable_execute_command = true",
    1,
  ],
  ["denied", "AccessDeniedException: not authorized", "needs ecs:ExecuteCommand", 1],
  ["rejected", "TargetNotConnectedException: not connected", "task role needs ssmmessages:", 5],
];
for (const [kind, answer, expected, times] of refusals) {
  Deno.test(`a refusal says what to set, after ${times} attempts: ${answer.split(":")[0]}`, async () => {
    const stage = execStage({
      answers: {
        executeCommand: () => {
          throw new EcsError(kind, "ExecuteCommand", answer);
        },
      },
    });
    await stage.pass(60_000);
    assertStringIncludes(messageOf(stage), expected);
    assertEquals(names(stage).length, times);
  });
}

Deno.test("a data channel that is not opened tells the command's user to run it again", async () => {
  const stage = execStage({
    answers: {
      openDataChannel: () => {
        throw new EcsError("unavailable", "Session Manager OpenDataChannel", "no answer");
      },
    },
  });
  await stage.pass(60_000);
  const message = messageOf(stage);
  assertStringIncludes(message, "run the command again");
  assertEquals(message.includes("it is tried again"), false);
});

Deno.test("with a KMS key the session's key is made for this session and container", async () => {
  const key = Uint8Array.from({ length: dataKeyLength }, (_, index) => index);
  const theirs = createSessionCipher(
    Uint8Array.from([...key.subarray(32), ...key.subarray(0, 32)]),
    () => new Uint8Array(12),
  );
  const stage = execStage({
    answers: {
      describeTasks: () => ({ tasks: [{ containers: [{ name: "app", runtimeId: "rt-1" }] }] }),
      generateDataKey: () => ({ CiphertextBlob: text("sealed"), Plaintext: key }),
    },
  });
  await stage.pass(100);
  const json = (value: unknown) => text(JSON.stringify(value));
  stage.agent.send(
    payloadTypes.handshakeRequest,
    json({
      RequestedClientActions: [
        { ActionType: "KMSEncryption", ActionParameters: { KMSKeyId: "alias/exec" } },
      ],
    }),
  );
  await stage.pass(100);
  stage.agent.send(payloadTypes.handshakeComplete, json({}));
  stage.agent.send(payloadTypes.output, theirs.encrypt(text("\x1er\x1e\x1ex0\x1e")));
  stage.agent.close("");
  await stage.pass(1_000);
  assertEquals(stage.result(), { status: "fulfilled", value: 0 });
  assertEquals(stage.calls.find(({ name }) => name === "generateDataKey")?.input, {
    KeyId: "alias/exec",
    NumberOfBytes: 64,
    EncryptionContext: {
      "aws:ssm:SessionId": "ecs-execute-command-0",
      "aws:ssm:TargetId": "ecs:web_0123456789abcdef0123456789abcdef_rt-1",
    },
  });
});
