import type { EcsCaller } from "../../src/aws/caller.ts";
import type { ConnectionListener } from "../../src/aws/session_socket.ts";
import type { Input, OperationName } from "../../src/aws/operations.ts";
import { type ExecInput, execute } from "../../src/exec/exec.ts";
import type { ExecMode } from "../../src/exec/shell_script.ts";
import { createChances } from "../simulation/random.ts";
import { createVirtualTime, type VirtualTime } from "../simulation/virtual_time.ts";
import { createSessionAgent, type SessionAgent } from "./session_agent.ts";
import { silent } from "./world.ts";

/** A command under way in virtual time, before an agent that the test plays. */
export type ExecStage = {
  readonly time: VirtualTime;
  readonly agent: SessionAgent;
  /** Calls to AWS, in order. */
  readonly calls: { name: OperationName; input: unknown }[];
  /** What has come, by stream. */
  readonly output: Record<"stdout" | "stderr", string>;
  /** How the call ended. */
  result(): PromiseSettledResult<number> | undefined;
  leave(): void;
  /** Lets this many milliseconds pass. */
  pass(ms: number): Promise<void>;
};

const task = {
  arn: "arn:aws:ecs:us-east-1:123456789012:task/web/0123456789abcdef0123456789abcdef",
  cluster: { name: "web", region: "us-east-1" },
};

/** Answers of AWS in place of those that a session has. An error is thrown. */
export type Answers = { readonly [Name in OperationName]?: (input: Input<Name>) => unknown };

/** Runs a command. */
export function execStage(
  { mode = "pipes", input = [], answers = {}, container = "app", command = ["cat"] }: {
    mode?: ExecMode;
    input?: Iterable<ExecInput>;
    answers?: Answers;
    container?: string | undefined;
    command?: readonly string[];
  } = {},
): ExecStage {
  const time = createVirtualTime(0);
  const agent = createSessionAgent({ time, chances: createChances(1), loss: 0 });
  const calls: ExecStage["calls"] = [];
  const output = { stdout: "", stderr: "" };
  const gone = new AbortController();
  const usual: Partial<Record<OperationName, (input: never) => unknown>> = {
    executeCommand: () => ({
      session: {
        sessionId: "ecs-execute-command-0",
        streamUrl: "wss://ssmmessages.us-east-1.amazonaws.com/v1/data-channel/0",
        tokenValue: "token",
      },
      containerName: container,
    }),
    openDataChannel: async ({ url, listener }: { url: string; listener: ConnectionListener }) => ({
      connection: await agent.connect({ url, token: "" }, listener),
    }),
    resumeSession: () => ({ StreamUrl: "wss://again", TokenValue: "again" }),
    terminateSession: () => ({}),
    ...answers,
  };
  const caller = {
    call: async (name: OperationName, input: never) => {
      calls.push({ name, input });
      return await usual[name]?.(input);
    },
  } as unknown as EcsCaller;
  let result: PromiseSettledResult<number> | undefined;
  Promise.allSettled([
    execute(
      {
        caller,
        clock: time.clock({ alive: true }),
        log: silent,
        newId: () => crypto.randomUUID(),
        randomBytes: (length) => new Uint8Array(length).fill(7),
      },
      { task, container, command, mode },
      {
        input,
        onOutput: (stream, bytes) => {
          output[stream] += new TextDecoder().decode(bytes);
        },
        signal: gone.signal,
      },
    ),
  ]).then(([settled]) => result = settled);
  return {
    time,
    agent,
    calls,
    output,
    result: () => result,
    leave: () => gone.abort(new Error("the caller has gone")),
    pass: time.pass,
  };
}
