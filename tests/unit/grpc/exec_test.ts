import { assertEquals, assertRejects } from "@std/assert";
import { Server, ServerCredentials, type ServiceError, status } from "@grpc/grpc-js";
import { DriverError } from "../../../src/driver/driver_error.ts";
import {
  DriverClient,
  type DriverServer,
  DriverService,
  type ExecTaskStreamingRequest,
  type ExecTaskStreamingResponse,
} from "../../../src/gen/hashicorp/nomad/plugins/drivers/proto/driver.ts";
import { execOnce, execStreaming, type RunCommand } from "../../../src/grpc/exec.ts";
import { credentials } from "@grpc/grpc-js";
import { createVirtualTime } from "../../simulation/virtual_time.ts";
import { silent } from "../../harness/world.ts";

const text = (words: string) => new TextEncoder().encode(words);

/** Serves ExecTaskStreaming alone, with commands run by `run`. */
async function withClient(run: RunCommand, use: (client: DriverClient) => Promise<void>) {
  const server = new Server();
  const service = { execTaskStreaming: DriverService.execTaskStreaming };
  const handlers = { execTaskStreaming: execStreaming(run, silent) } as Partial<DriverServer>;
  server.addService(service as never, handlers as never);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync(
      "127.0.0.1:0",
      ServerCredentials.createInsecure(),
      (error, bound) => error === null ? resolve(bound) : reject(error),
    )
  );
  const client = new DriverClient(`127.0.0.1:${port}`, credentials.createInsecure());
  try {
    await use(client);
  } finally {
    client.close();
    server.forceShutdown();
  }
}

const request = (fields: Partial<ExecTaskStreamingRequest>): ExecTaskStreamingRequest => ({
  setup: undefined,
  ttySize: undefined,
  stdin: undefined,
  ...fields,
});

/** All answers to these requests. Rejects with the call's error. */
function answers(client: DriverClient, requests: ExecTaskStreamingRequest[]) {
  const call = client.execTaskStreaming();
  const seen: ExecTaskStreamingResponse[] = [];
  for (const message of requests) call.write(message);
  return new Promise<ExecTaskStreamingResponse[]>((resolve, reject) => {
    call.on("data", (message) => seen.push(message));
    call.on("error", reject);
    call.on("end", () => resolve(seen));
  });
}

Deno.test("the first message is the command, the others its input; the exit code comes last", async () => {
  const heard: unknown[] = [];
  await withClient(async (taskId, command, mode, { input, onOutput }) => {
    heard.push(taskId, command, mode);
    for await (const piece of input) {
      heard.push(piece.kind);
      if (piece.kind === "end of stdin") break;
    }
    await onOutput("stdout", text("out"));
    await onOutput("stderr", text("err"));
    return 3;
  }, async (client) => {
    const seen = await answers(client, [
      request({ setup: { taskId: "t", command: ["cat"], tty: true } }),
      request({ ttySize: { width: 80, height: 24 } }),
      request({ stdin: { data: text("in"), close: false } }),
      request({ stdin: { data: text(""), close: true } }),
    ]);
    assertEquals(heard, ["t", ["cat"], "terminal", "resize", "stdin", "end of stdin"]);
    const of = (stream: "stdout" | "stderr") =>
      seen.map((message) => new TextDecoder().decode(message[stream]?.data)).join("");
    assertEquals([of("stdout"), of("stderr")], ["out", "err"]);
    assertEquals(seen.at(-1)?.exited, true);
    assertEquals(seen.at(-1)?.result?.exitCode, 3);
  });
});

Deno.test("a command that does not run is an error of the call, and never UNAVAILABLE", async () => {
  await withClient(
    () => Promise.reject(new DriverError("exec_failed", "set enable_execute_command = true")),
    async (client) => {
      const setup = { taskId: "t", command: ["ls"], tty: false };
      const error = await assertRejects(() =>
        answers(client, [request({ setup })])
      ) as ServiceError;
      assertEquals([error.code, error.details], [
        status.UNKNOWN,
        "set enable_execute_command = true",
      ]);
    },
  );
});

Deno.test("a call that names no command is refused", async () => {
  await withClient(() => Promise.resolve(0), async (client) => {
    await assertRejects(
      () => answers(client, [request({ stdin: { data: text("x"), close: false } })]),
      Error,
      "without a command",
    );
  });
});

Deno.test("a caller that leaves aborts the command's signal", async () => {
  const gone = Promise.withResolvers<void>();
  const began = Promise.withResolvers<void>();
  await withClient((_id, _command, _mode, { signal }) => {
    began.resolve();
    return new Promise((_, reject) =>
      signal.addEventListener("abort", () => {
        gone.resolve();
        reject(signal.reason);
      })
    );
  }, async (client) => {
    const call = client.execTaskStreaming();
    call.on("error", () => {});
    call.write(request({ setup: { taskId: "t", command: ["cat"], tty: false } }));
    await began.promise;
    call.cancel();
    await gone.promise;
  });
});

Deno.test("a script check gets the last of the output, and has a timeout", async () => {
  const time = createVirtualTime(0);
  const clock = time.clock({ alive: true });
  const never = new AbortController().signal;
  const once = (run: RunCommand) =>
    execOnce(
      run,
      clock,
      { taskId: "t", command: ["check"], timeout: { seconds: 5n, nanos: 0 } },
      never,
    );
  const answer = await once(async (_id, _command, _mode, { onOutput }) => {
    await onOutput("stdout", text("a".repeat(70_000)));
    await onOutput("stdout", text("the end"));
    return 1;
  });
  assertEquals(answer.stdout.byteLength, 65_536);
  assertEquals(new TextDecoder().decode(answer.stdout).endsWith("the end"), true);
  assertEquals(answer.result?.exitCode, 1);

  const late = assertRejects(
    () =>
      once((_id, _command, _mode, { signal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
      ),
    DriverError,
    "the command did not end within its timeout of 5 s",
  );
  while (await time.step(10_000));
  await late;
});
