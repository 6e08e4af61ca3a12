import { assertEquals, assertRejects } from "@std/assert";
import { type DataChannel, openDataChannel } from "../../../../src/exec/session_manager/channel.ts";
import type { ChannelContext, ChannelEnd } from "../../../../src/exec/session_manager/context.ts";
import { chunkLength, roomLimit } from "../../../../src/exec/session_manager/sending.ts";
import {
  createSessionCipher,
  dataKeyLength,
} from "../../../../src/exec/session_manager/encryption.ts";
import { payloadTypes } from "../../../../src/exec/session_manager/frame.ts";
import { createSessionAgent, type SessionAgent } from "../../../harness/session_agent.ts";
import { createChances } from "../../../simulation/random.ts";
import { createVirtualTime, type VirtualTime } from "../../../simulation/virtual_time.ts";

type Stage = {
  time: VirtualTime;
  agent: SessionAgent;
  channel: DataChannel;
  /** What has come, by stream. */
  output: Record<"output" | "error", Uint8Array[]>;
  over: AbortController;
  pass(ms: number): Promise<void>;
  end(): ChannelEnd | undefined;
};

const key = Uint8Array.from({ length: dataKeyLength }, (_, index) => index);
const agentsKey = Uint8Array.from([...key.subarray(32), ...key.subarray(0, 32)]);
const nonce = () => new Uint8Array(12).fill(7);
const text = (words: string) => new TextEncoder().encode(words);
const json = (value: unknown) => text(JSON.stringify(value));

async function stageWith(
  { seed = 1, loss = 0, resume }: {
    seed?: number;
    loss?: number;
    resume?: ChannelContext["resume"];
  } = {},
): Promise<Stage> {
  const time = createVirtualTime(0);
  const agent = createSessionAgent({ time, chances: createChances(seed), loss });
  const output: Stage["output"] = { output: [], error: [] };
  const over = new AbortController();
  let end: ChannelEnd | undefined;
  let resumed = 0;
  const channel = await openDataChannel({ url: "wss://example", token: "first" }, {
    connect: agent.connect,
    resume: resume ??
      (() => Promise.resolve({ url: "wss://example", token: `again ${++resumed}` })),
    makeKey: () =>
      Promise.resolve({ cipher: createSessionCipher(key, nonce), sealedKey: text("sealed") }),
    onOutput: (stream, bytes) => {
      output[stream].push(bytes.slice());
    },
    clock: time.clock({ alive: true }),
    newId: () => crypto.randomUUID(),
    signal: over.signal,
  });
  channel.ended.then((how) => end = how);
  const { pass } = time;
  return { time, agent, channel, output, over, pass, end: () => end };
}

const joined = (pieces: Uint8Array[]) => Uint8Array.from(pieces.flatMap((piece) => [...piece]));
const random = (length: number) => {
  const chances = createChances(7);
  return Uint8Array.from({ length }, () => Math.floor(chances.next() * 256));
};

Deno.test("input reaches the command whole and in order, in chunks of 1,024 bytes", async () => {
  const { agent, channel, pass } = await stageWith();
  const input = random(5_000);
  channel.write(input);
  await pass(1_000);
  assertEquals(joined(agent.received.map(({ payload }) => payload)), input);
  assertEquals(agent.received[0]?.payload.byteLength, chunkLength);
});

for (let seed = 1; seed <= 20; seed++) {
  Deno.test(`nothing is lost or doubled over a network that loses and doubles: seed ${seed}`, async () => {
    const { agent, channel, output, pass, end } = await stageWith({ seed, loss: 0.2 });
    const input = random(20_000);
    channel.write(input);
    const shown = random(20_000);
    for (let at = 0; at < shown.byteLength; at += chunkLength) {
      agent.send(payloadTypes.output, shown.subarray(at, at + chunkLength));
    }
    await pass(120_000);
    assertEquals(joined(agent.received.map(({ payload }) => payload)), input);
    agent.close("");
    await pass(120_000);
    assertEquals(joined(output.output), shown);
    assertEquals(end(), { kind: "closed", reason: "" });
  });
}

Deno.test("a cut connection is resumed with a new token, and nothing is lost", async () => {
  const { agent, channel, output, pass } = await stageWith({ loss: 0.1 });
  const input = random(20_000);
  channel.write(input);
  for (let cuts = 0; cuts < 3; cuts++) {
    agent.send(payloadTypes.output, text(`${cuts};`));
    await pass(30);
    agent.cut();
  }
  await pass(60_000);
  assertEquals(agent.tokens, ["first", "again 1", "again 2", "again 3"]);
  assertEquals(joined(agent.received.map(({ payload }) => payload)), input);
  assertEquals(joined(output.output), text("0;1;2;"));
});

Deno.test("a session that cannot be resumed is lost, which is not the command's end", async () => {
  const { agent, channel, pass, end } = await stageWith({
    resume: () => Promise.resolve(undefined),
  });
  agent.cut();
  await pass(1_000);
  assertEquals(end(), { kind: "lost", reason: "the connection was cut" });
  await assertRejects(() => channel.write(text("ls\n")), Error, "the session has ended");
});

Deno.test("resuming is tried again while it fails, and not for ever", async () => {
  let asked = 0;
  const { agent, pass, end } = await stageWith({
    resume: () => {
      asked += 1;
      return Promise.reject(new Error("Rate exceeded"));
    },
  });
  agent.cut();
  await pass(60_000);
  assertEquals(asked, 5);
  assertEquals(end(), { kind: "lost", reason: "Rate exceeded" });
});

Deno.test("writing waits while the command takes nothing", async () => {
  const { agent, channel, pass } = await stageWith();
  agent.deaf = true;
  let written = false;
  channel.write(random(10 * roomLimit)).then(() => written = true);
  await pass(10_000);
  assertEquals(written, false);
  agent.deaf = false;
  await pass(600_000);
  assertEquals(written, true);
  assertEquals(agent.received.length, 10 * roomLimit / chunkLength);
});

Deno.test("an agent that acknowledges nothing for minutes is lost", async () => {
  const { agent, channel, pass, end } = await stageWith();
  agent.deaf = true;
  channel.write(text("ls\n"));
  await pass(3_600_000);
  assertEquals(end()?.kind, "lost");
});

Deno.test("the size of the terminal is told as JSON", async () => {
  const { agent, channel, pass } = await stageWith();
  channel.resize({ columns: 120, rows: 40 });
  await pass(100);
  const [message] = agent.received;
  assertEquals(message?.payloadType, payloadTypes.size);
  assertEquals(new TextDecoder().decode(message?.payload), '{"cols":120,"rows":40}');
});

Deno.test("with a KMS key the two shake hands first, and both ways are encrypted", async () => {
  const { agent, channel, output, pass } = await stageWith();
  const theirs = createSessionCipher(agentsKey, nonce);
  agent.send(
    payloadTypes.handshakeRequest,
    json({
      AgentVersion: "3.3.0",
      RequestedClientActions: [
        { ActionType: "SessionType", ActionParameters: { SessionType: "InteractiveCommands" } },
        { ActionType: "KMSEncryption", ActionParameters: { KMSKeyId: "key", Challenge: "c" } },
        { ActionType: "Dance", ActionParameters: {} },
      ],
    }),
  );
  await pass(100);
  channel.write(text("ls\n"));
  await pass(100);
  // Input is held: the agent would throw it away.
  assertEquals(agent.received.map(({ payloadType }) => payloadType), [
    payloadTypes.handshakeResponse,
  ]);
  const response = JSON.parse(new TextDecoder().decode(agent.received[0]?.payload));
  assertEquals(
    response.ProcessedClientActions.map(({ ActionStatus }: { ActionStatus: number }) =>
      ActionStatus
    ),
    [1, 1, 3],
  );
  assertEquals(
    response.ProcessedClientActions[1].ActionResult.KMSCipherTextKey,
    text("sealed").toBase64(),
  );

  agent.send(
    payloadTypes.encryptionChallengeRequest,
    json({ Challenge: theirs.encrypt(text("prove it")).toBase64() }),
  );
  await pass(100);
  const answer = JSON.parse(new TextDecoder().decode(agent.received[1]?.payload));
  assertEquals(theirs.decrypt(Uint8Array.fromBase64(answer.Challenge)), text("prove it"));

  agent.send(payloadTypes.handshakeComplete, json({ CustomerMessage: "" }));
  agent.send(payloadTypes.output, theirs.encrypt(text("$ ")));
  await pass(1_000);
  assertEquals(theirs.decrypt(agent.received[2]?.payload ?? new Uint8Array()), text("ls\n"));
  assertEquals(joined(output.output), text("$ "));
});

Deno.test("what cannot be decrypted ends the session, and is not shown", async () => {
  const { agent, output, pass, end } = await stageWith();
  agent.send(
    payloadTypes.handshakeRequest,
    json({
      RequestedClientActions: [
        { ActionType: "KMSEncryption", ActionParameters: { KMSKeyId: "key" } },
      ],
    }),
  );
  agent.send(payloadTypes.handshakeComplete, json({}));
  agent.send(payloadTypes.output, text("not encrypted, and long enough to hold a tag"));
  await pass(1_000);
  assertEquals([end()?.kind, output.output.length], ["lost", 0]);
});

Deno.test("standard error is told apart where the agent does", async () => {
  const { agent, output, pass } = await stageWith();
  agent.send(payloadTypes.standardError, text("oops"));
  await pass(100);
  assertEquals([joined(output.error), output.output.length], [text("oops"), 0]);
});

Deno.test("a reason for the end is handed on, after what came before it", async () => {
  const { agent, output, pass, end } = await stageWith();
  agent.send(payloadTypes.output, text("x"));
  agent.close("Unable to start command: no such file");
  await pass(1_000);
  assertEquals(joined(output.output), text("x"));
  assertEquals(end(), { kind: "closed", reason: "Unable to start command: no such file" });
});

Deno.test("a caller that leaves ends the channel", async () => {
  const { channel, over, end, pass } = await stageWith();
  over.abort(new Error("gone"));
  await pass(100);
  assertEquals(end(), { kind: "lost", reason: "the session was given up" });
  await assertRejects(() => channel.write(text("ls\n")));
});

Deno.test("an agent that shakes hands again ends its session: each handshake costs calls that all share", async () => {
  const { agent, pass, end } = await stageWith();
  const request = json({ RequestedClientActions: [] });
  agent.send(payloadTypes.handshakeRequest, request);
  await pass(100);
  assertEquals(end(), undefined);
  agent.send(payloadTypes.handshakeRequest, request);
  await pass(100);
  assertEquals(end(), { kind: "lost", reason: "the container's agent shakes hands twice" });
});
