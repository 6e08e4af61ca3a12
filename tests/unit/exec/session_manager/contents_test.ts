import { assertEquals } from "@std/assert";
import {
  acknowledgedSequence,
  acknowledgement,
  challengeOf,
  closingReason,
  handshakeActions,
  handshakeResponse,
  openChannel,
  terminalSize,
} from "../../../../src/exec/session_manager/contents.ts";

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const read = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes));

Deno.test("the opening message has the members that Session Manager reads", () => {
  const text = openChannel({ requestId: "r", clientId: "c", token: "t" });
  assertEquals(JSON.parse(text), {
    MessageSchemaVersion: "1.0",
    RequestId: "r",
    TokenValue: "t",
    ClientId: "c",
    ClientVersion: "1.2.764.0",
  });
});

Deno.test("an acknowledgement names the message, and is read by its number", () => {
  const payload = acknowledgement({
    type: "output_stream_data",
    sequence: 7,
    flags: 0,
    id: "id",
    createdAt: 0,
    payloadType: 1,
    payload: new Uint8Array(),
  });
  assertEquals(read(payload), {
    AcknowledgedMessageType: "output_stream_data",
    AcknowledgedMessageId: "id",
    AcknowledgedMessageSequenceNumber: 7,
    IsSequentialMessage: true,
  });
  assertEquals(acknowledgedSequence(payload), 7);
});

Deno.test("what is not the JSON that it should be tells nothing, and throws nothing", () => {
  for (const payload of [json([]), json(null), json("x"), new Uint8Array([0xff]), json({})]) {
    assertEquals(acknowledgedSequence(payload), undefined);
    assertEquals(handshakeActions(payload), undefined);
    assertEquals(challengeOf(payload), undefined);
    assertEquals(closingReason(payload), "");
  }
  assertEquals(challengeOf(json({ Challenge: "not base64!" })), undefined);
});

Deno.test("a handshake's actions are read, and unknown ones are told as such", () => {
  const request = json({
    RequestedClientActions: [
      { ActionType: "SessionType", ActionParameters: { SessionType: "InteractiveCommands" } },
      { ActionType: "KMSEncryption", ActionParameters: { KMSKeyId: "key" } },
      { ActionType: "KMSEncryption", ActionParameters: {} },
      null,
    ],
  });
  assertEquals(handshakeActions(request), [
    { kind: "session type", type: "InteractiveCommands" },
    { kind: "encryption", keyId: "key", challenge: undefined },
    { kind: "unsupported", type: "KMSEncryption" },
    { kind: "unsupported", type: "undefined" },
  ]);
});

Deno.test("a handshake's answer tells of each action whether it was done", () => {
  const answer = read(handshakeResponse([
    { kind: "done", type: "SessionType" },
    { kind: "failed", type: "KMSEncryption", error: "denied" },
    { kind: "unsupported", type: "Dance" },
  ]));
  assertEquals(
    answer.ProcessedClientActions.map((action: { ActionStatus: number }) => action.ActionStatus),
    [1, 2, 3],
  );
  assertEquals(answer.Errors, ["denied"]);
});

Deno.test("a terminal's size is told in columns and rows", () => {
  assertEquals(read(terminalSize({ columns: 80, rows: 24 })), { cols: 80, rows: 24 });
});
