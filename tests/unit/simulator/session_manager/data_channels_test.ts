import {
  ECSClient,
  ExecuteCommandCommand,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import { GenerateDataKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { ResumeSessionCommand, SSMClient, TerminateSessionCommand } from "@aws-sdk/client-ssm";
import { Buffer } from "node:buffer";
import { createHash, createHmac } from "node:crypto";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { SignatureV4 } from "@smithy/signature-v4";
import { ssm as foreign } from "ssm-session";
import type { RunningSimulator } from "../../../../demo/simulator/start.ts";
import type { ChannelReport } from "../../../../demo/simulator/session_manager/data_channels.ts";
import {
  createSessionClient,
  open,
  seal,
  type SessionClient,
  textOf,
} from "../../../harness/session_client.ts";
import {
  cluster,
  control,
  credentials,
  idle,
  run,
  until,
  withEcs,
} from "../../../harness/with_simulator.ts";

/** SHA-256, as the SDK's signer wants it. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    const key = typeof secret === "string" || secret === undefined
      ? secret
      : Buffer.from(secret as Uint8Array);
    this.#hash = key === undefined ? createHash("sha256") : createHmac("sha256", key);
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(typeof data === "string" ? data : Buffer.from(data as Uint8Array));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.#hash.digest()));
  }
}

type Stage = {
  readonly client: ECSClient;
  readonly ecs: RunningSimulator;
  readonly task: string;
  readonly ssm: SSMClient;
  /** Starts a session, and answers what opens its channel. */
  start(command: string): Promise<{ sessionId: string; streamUrl: string; tokenValue: string }>;
  /** The same, with a client that is connected. */
  connect(command: string): Promise<{ sessionId: string; session: SessionClient }>;
  report(sessionId: string): Promise<ChannelReport | undefined>;
};

/** A task with ECS Exec whose container runs `script`. */
async function withExec(
  use: (stage: Stage) => Promise<void>,
  script = "trap 'exit 0' TERM; while :; do sleep 0.05; done",
): Promise<void> {
  await withEcs(async (client, ecs) => {
    await client.send(
      new RegisterTaskDefinitionCommand({
        family: "exec",
        networkMode: "awsvpc",
        requiresCompatibilities: ["FARGATE"],
        cpu: "256",
        memory: "512",
        taskRoleArn: "arn:aws:iam::123456789012:role/app",
        containerDefinitions: [{ name: "main", image: "busybox", command: ["sh", "-c", script] }],
      }),
    );
    const task = await run(client, { ...idle, taskDefinition: "exec", enableExecuteCommand: true });
    await until(
      client,
      task,
      (one) => one.containers?.[0]?.managedAgents?.[0]?.lastStatus === "RUNNING",
    );
    const ssm = new SSMClient({ region: "us-east-1", endpoint: ecs.endpoint, credentials });
    const start: Stage["start"] = async (command) => {
      const { session } = await client.send(
        new ExecuteCommandCommand({ cluster, task, interactive: true, command }),
      );
      return {
        sessionId: session?.sessionId ?? "",
        streamUrl: session?.streamUrl ?? "",
        tokenValue: session?.tokenValue ?? "",
      };
    };
    const sessions: SessionClient[] = [];
    try {
      await use({
        client,
        ecs,
        task,
        ssm,
        start,
        connect: async (command) => {
          const { sessionId, streamUrl, tokenValue } = await start(command);
          const session = createSessionClient(streamUrl, tokenValue);
          sessions.push(session);
          return { sessionId, session };
        },
        report: async (sessionId) => {
          const reports = await control(ecs, "sessions") as ChannelReport[];
          return reports.find((one) => one.sessionId === sessionId);
        },
      });
    } finally {
      for (const session of sessions) session.close();
      ssm.destroy();
    }
  });
}
const isClosed = (session: SessionClient) => () => session.closed() !== undefined;

/** Headers that sign the upgrade to a URL, by the AWS SDK's own signer. */
async function signatureOf(url: string, secretAccessKey: string): Promise<Record<string, string>> {
  const { hostname, host, pathname, searchParams } = new URL(url);
  const signer = new SignatureV4({
    service: "ssmmessages",
    region: "us-east-1",
    credentials: { ...credentials, secretAccessKey },
    sha256: Sha256,
  });
  const { headers } = await signer.sign({
    method: "GET",
    protocol: "wss:",
    hostname,
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: { host },
  });
  const { host: _, ...others } = headers;
  return others;
}

/** Sends input, again and again until the agent has taken it. */
async function type(session: SessionClient, text: string | Uint8Array): Promise<void> {
  session.send(1, text);
  const timer = setInterval(session.resend, 50);
  const acknowledged = () => session.frames.filter((frame) => frame.type === "acknowledge").length;
  const before = acknowledged();
  await session.until(() => acknowledged() > before || session.closed() !== undefined);
  clearInterval(timer);
}

Deno.test("a command's output comes over the channel, which closes with its end", async () => {
  await withExec(async ({ connect, report }) => {
    const { session, sessionId } = await connect("sh -c 'echo one; echo two >&2; exit 3'");
    await session.until(isClosed(session));
    assertEquals([session.output(), session.closed()], ["one\r\ntwo\r\n", ""]);
    assertEquals(session.frames.find(({ type }) => type === "output_stream_data")?.flags, 1);
    assertEquals((await report(sessionId))?.state, "terminated");
  });
});

Deno.test("input reaches the command, and a size its terminal", async () => {
  await withExec(async ({ connect }) => {
    const { session } = await connect("sh -c 'read line; echo \"got $line\"; stty size'");
    session.send(3, '{"cols":100,"rows":30}');
    await type(session, "hello\n");
    await session.until(isClosed(session));
    assertStringIncludes(session.output(), "got hello\r\n30 100\r\n");
  });
});

Deno.test("a command that cannot be executed closes the channel with the reason", async () => {
  await withExec(async ({ connect }) => {
    const { session } = await connect("/no/such thing");
    await session.until(isClosed(session));
    assertEquals(session.output(), "");
    assertStringIncludes(session.closed() ?? "", "Unable to start command: Failed to start pty");
  });
});

Deno.test("an unacknowledged message is sent again, and acknowledged output is not", async () => {
  await withExec(async ({ connect }) => {
    const { session } = await connect("sh -c 'echo once; read line'");
    session.acknowledges = false;
    const outputs = () => session.frames.filter(({ type }) => type === "output_stream_data");
    await session.until(() => outputs().length >= 3);
    assertEquals(new Set(outputs().map(({ sequence }) => sequence)), new Set([0]));
    session.acknowledges = true;
    await session.until(() => session.output() === "once\r\n");
    await type(session, "\n");
    await session.until(isClosed(session));
  });
});

Deno.test("over a network that loses and doubles messages every byte arrives once and in order", async () => {
  await withExec(async ({ ecs, connect }) => {
    const { session } = await connect("sh -c 'stty raw -echo; echo ready; head -c 20000'");
    await session.until(() => session.output().includes("ready"));
    await control(ecs, "channels", { lossRate: 0.1, duplicateRate: 0.1 });
    const sent = Array.from(
      { length: 20 },
      (_, index) => String.fromCharCode(97 + index).repeat(1_000),
    );
    for (const chunk of sent) session.send(1, chunk);
    const timer = setInterval(session.resend, 100);
    await session.until(() => session.output().length >= 20_006 || session.closed() !== undefined);
    clearInterval(timer);
    assertEquals(session.output().slice("ready\n".length), sent.join(""));
  });
});

Deno.test("a cut connection is resumed with a new token, without a loss", async () => {
  await withExec(async ({ ecs, connect, ssm, report }) => {
    const { session, sessionId } = await connect(
      "sh -c 'echo first; read line; echo \"then $line\"'",
    );
    await session.until(() => session.output() === "first\r\n");
    await control(ecs, "channels", { cut: true });
    const { TokenValue, StreamUrl } = await ssm.send(
      new ResumeSessionCommand({ SessionId: sessionId }),
    );
    session.connect(StreamUrl ?? "", TokenValue ?? "");
    await type(session, "more\n");
    await session.until(isClosed(session));
    assertStringIncludes(session.output(), "then more\r\n");
    assertEquals((await report(sessionId))?.connections, 2);
    const over = await ssm.send(new ResumeSessionCommand({ SessionId: sessionId }));
    assertEquals(over.TokenValue, "");
  });
});

Deno.test("connections are cut after a number of messages on demand", async () => {
  await withExec(async ({ ecs, connect, ssm, report }) => {
    await control(ecs, "channels", { cutAfterMessages: 3 });
    const { session, sessionId } = await connect("sh -c 'seq 1 3000; sleep 0.1'");
    while (session.closed() === undefined) {
      const { TokenValue, StreamUrl } = await ssm.send(
        new ResumeSessionCommand({ SessionId: sessionId }),
      );
      if (TokenValue === "" || TokenValue === undefined) break;
      const before = session.frames.length;
      session.connect(StreamUrl ?? "", TokenValue);
      await session.until(() => session.frames.length > before || session.closed() !== undefined);
    }
    const expected = Array.from({ length: 3_000 }, (_, index) => `${index + 1}\r\n`).join("");
    assert(expected.startsWith(session.output()));
    assert(((await report(sessionId))?.connections ?? 0) > 3);
  });
});

Deno.test("TerminateSession ends the command, and nothing else does", async () => {
  const flag = await Deno.makeTempFile();
  await withExec(async ({ connect, ssm }) => {
    const { session, sessionId } = await connect(`sh -c 'echo $$ >${flag}; exec sleep 3600'`);
    while (await Deno.readTextFile(flag) === "") {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    session.close();
    await ssm.send(new TerminateSessionCommand({ SessionId: sessionId }));
    await ssm.send(new TerminateSessionCommand({ SessionId: sessionId }));
    const over = await ssm.send(new ResumeSessionCommand({ SessionId: sessionId }));
    assertEquals(over.TokenValue, "");
  });
  await Deno.remove(flag);
});

Deno.test("a third session of a container waits until another has ended", async () => {
  await withExec(async ({ connect, ssm, report }) => {
    const first = await connect("sleep 3600");
    await connect("sleep 3600");
    const third = await connect("echo third");
    assertEquals(await report(third.sessionId), undefined);
    await ssm.send(new TerminateSessionCommand({ SessionId: first.sessionId }));
    await third.session.until(isClosed(third.session));
    assertEquals(third.session.output(), "third\r\n");
  });
});

Deno.test("a paused agent publishes nothing until input comes", async () => {
  await withExec(async ({ ecs, connect }) => {
    const { session } = await connect("sh -c 'while read line; do echo \"<$line>\"; done'");
    await type(session, "a\n");
    await session.until(() => session.output().includes("<a>"));
    await control(ecs, "channels", { paused: true });
    await type(session, "b\n");
    await session.until(() => session.output().includes("<b>"));
  });
});

Deno.test("acknowledgements are late on demand", async () => {
  await withExec(async ({ ecs, connect }) => {
    await control(ecs, "channels", { ackDelayMs: 300 });
    const { session } = await connect(
      "sh -c 'stty -echo; echo up; read line; echo done; sleep 3600'",
    );
    await session.until(() => session.output().includes("up"));
    session.send(1, "x\n");
    await session.until(() => session.output().includes("done"));
    const acknowledged = () => session.frames.some(({ type }) => type === "acknowledge");
    assertEquals(acknowledged(), false);
    await session.until(acknowledged);
  });
});

Deno.test("a signal to process 1 reaches the container's own process", async () => {
  await withExec(async ({ ecs, connect }) => {
    const { session } = await connect("sh -c 'kill -HUP 1'");
    await session.until(isClosed(session));
    while (!JSON.stringify(await control(ecs, "tasks")).includes("hung up")) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }, "trap 'echo hung up' HUP; trap 'exit 0' TERM; while :; do sleep 0.05; done");
});

Deno.test("the end of a container ends its sessions", async () => {
  await withExec(async ({ ecs, connect, task }) => {
    const { session } = await connect("sleep 3600");
    await control(ecs, "exit", { arns: [task], exitCode: 0 });
    await session.until(isClosed(session));
  });
});

Deno.test("a channel opens with its token alone, and unsigned only where that is allowed", async () => {
  await withExec(async ({ ecs, start, report }) => {
    const { sessionId, streamUrl, tokenValue } = await start("sleep 3600");
    const wrong = createSessionClient(streamUrl, "wrong");
    await wrong.until(isClosed(wrong));
    await control(ecs, "channels", { requireSignature: 1 });
    const unsigned = createSessionClient(streamUrl, tokenValue);
    await unsigned.until(isClosed(unsigned));
    assertEquals([wrong.frames, unsigned.frames], [[], []]);
    const scope = (service: string) => ({
      authorization: `AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/${service}/aws4_request`,
    });
    const foreignService = createSessionClient(streamUrl, tokenValue, scope("ssm"));
    await foreignService.until(isClosed(foreignService));
    const otherSecret = createSessionClient(
      streamUrl,
      tokenValue,
      await signatureOf(streamUrl, "other"),
    );
    await otherSecret.until(isClosed(otherSecret));
    const signed = createSessionClient(
      streamUrl,
      tokenValue,
      await signatureOf(streamUrl, credentials.secretAccessKey),
    );
    while ((await report(sessionId))?.signed !== 1) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    signed.close();
  });
});

Deno.test("with a KMS key the session is encrypted after a handshake", async () => {
  await withExec(async ({ ecs, connect, task, client }) => {
    const { endpoint, simulator } = ecs;
    for (const one of simulator.model.clusters.values()) {
      one.configuration = { executeCommandConfiguration: { kmsKeyId: "alias/exec" } };
    }
    const { session, sessionId } = await connect("sh -c 'read line; echo \"secret $line\"'");
    const received = async (payloadType: number) => {
      const find = () => session.frames.find((frame) => frame.payloadType === payloadType);
      await session.until(() => find() !== undefined);
      const frame = find();
      return frame === undefined ? {} : JSON.parse(textOf(frame));
    };
    const request = await received(5);
    const { KMSKeyId, Challenge: random } = request.RequestedClientActions[1].ActionParameters;
    const { containers } = await until(client, task, "RUNNING");
    const runtimeId = containers?.[0]?.runtimeId;
    const kms = new KMSClient({ region: "us-east-1", endpoint, credentials });
    const { CiphertextBlob, Plaintext } = await kms.send(
      new GenerateDataKeyCommand({
        KeyId: KMSKeyId,
        NumberOfBytes: 64,
        EncryptionContext: {
          "aws:ssm:SessionId": sessionId,
          "aws:ssm:TargetId": `ecs:${cluster}_${task.split("/").at(-1)}_${runtimeId}`,
          "aws:ssm:RandomChallenge": random,
        },
      }),
    );
    kms.destroy();
    const dataKey = Plaintext ?? new Uint8Array();
    const base64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));
    session.send(1, "too early\n");
    session.send(
      6,
      JSON.stringify({
        ClientVersion: "1.2.764.0",
        ProcessedClientActions: [
          { ActionType: "SessionType", ActionStatus: 1 },
          {
            ActionType: "KMSEncryption",
            ActionStatus: 1,
            ActionResult: {
              KMSCipherTextKey: base64(CiphertextBlob ?? new Uint8Array()),
              ChallengeAcknowledgement: true,
            },
          },
        ],
        Errors: [],
      }),
    );
    const { Challenge } = await received(8);
    const plain = open(
      dataKey.slice(0, 32),
      Uint8Array.from(atob(Challenge), (c) => c.charCodeAt(0)),
    );
    session.send(9, JSON.stringify({ Challenge: base64(seal(dataKey.slice(32), plain)) }));
    await received(7);
    session.useKey(dataKey);
    await type(session, "word\n");
    await session.until(isClosed(session));
    assertStringIncludes(session.output(), "secret word\r\n");
    const raw = session.frames.filter(({ payloadType }) => payloadType === 1).map(textOf).join("");
    assert(!raw.includes("secret"), "output was not encrypted");
  });
});

Deno.test("a foreign client, ssm-session, holds a session", async () => {
  await withExec(async ({ start, report }) => {
    const { sessionId, streamUrl, tokenValue } = await start(
      "sh -c 'read line; echo \"got $line\"'",
    );
    // It sends nothing twice, so the terminal has to be there.
    while (!(await report(sessionId))?.ready) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const socket = new WebSocket(streamUrl);
    socket.binaryType = "arraybuffer";
    const closed = Promise.withResolvers<void>();
    let output = "";
    socket.onopen = () => {
      foreign.init(socket, { token: tokenValue, termOptions: { rows: 34, cols: 197 } });
      foreign.sendText(socket, new TextEncoder().encode("hi\n"));
    };
    socket.onmessage = ({ data }) => {
      const message = foreign.decode(data);
      if (message.messageType === "channel_closed") closed.resolve();
      if (message.messageType !== "output_stream_data") return;
      foreign.sendACK(socket, message);
      if (message.payloadType === 1) output += new TextDecoder().decode(message.payload);
    };
    await closed.promise;
    assertStringIncludes(output, "got hi");
  });
});
