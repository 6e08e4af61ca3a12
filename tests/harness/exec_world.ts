import type { ConnectionListener } from "../../src/aws/session_socket.ts";
import { EcsError } from "../../src/aws/error.ts";
import { payloadTypes } from "../../src/exec/session_manager/frame.ts";
import type { AwsOperations, Input } from "../../src/aws/operations.ts";
import { createChances } from "../simulation/random.ts";
import { createSessionAgent, type SessionAgent } from "./session_agent.ts";
import { launchDriver, type TimedDriver } from "./timed_driver.ts";
import { createWorld, type World } from "./world.ts";

/** A driver in virtual time whose tasks take commands. */
export type ExecWorld = World & TimedDriver & {
  /** The command lines that ExecuteCommand was asked to run, in order, and in which container. */
  readonly commands: { command: string; container: string | undefined }[];
  /** Ends the command under way with this exit code, after it has printed `said`. */
  finish(code: number, said?: string): void;
};

/** Makes one. `refusal` is what ECS answers ExecuteCommand with. */
export function createExecWorld(
  { config = {}, refusal }: { config?: Record<string, unknown>; refusal?: string } = {},
): ExecWorld {
  const commands: ExecWorld["commands"] = [];
  let agent: SessionAgent | undefined;
  const world = createWorld({
    intercept: (operations): AwsOperations => ({
      ...operations,
      executeCommand: ({ command = "", container }: Input<"executeCommand">) => {
        if (refusal !== undefined) {
          return Promise.reject(new EcsError("rejected", "ExecuteCommand", refusal));
        }
        commands.push({ command, container });
        agent = createSessionAgent({ time: world.time, chances: createChances(1), loss: 0 });
        return Promise.resolve({
          session: { sessionId: "session", streamUrl: "wss://session", tokenValue: "token" },
          containerName: container,
          $metadata: {},
        });
      },
      openDataChannel: async ({ url, listener }: { url: string; listener: ConnectionListener }) => {
        if (agent === undefined) throw new Error("no session was opened");
        return { connection: await agent.connect({ url, token: "" }, listener) };
      },
      terminateSession: () => Promise.resolve({ $metadata: {} }),
    }),
  });
  return {
    ...world,
    ...launchDriver(world, config),
    commands,
    finish: (code, said = "") => {
      const text = `\x1er\x1e${said === "" ? "" : `e${btoa(said)}\n`}\x1ex${code}\x1e`;
      agent?.send(payloadTypes.output, new TextEncoder().encode(text));
      agent?.close("");
    },
  };
}
