import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Keyboard } from "../../../src/cli/host.ts";
import { control } from "../../harness/with_simulator.ts";
import { ownedTask, taskWithExec, withStage } from "../../harness/tool.ts";

const region = ["--region", "us-east-1"];
const encode = (text: string) => new TextEncoder().encode(text);

/** A keyboard that is a pipe with this text. */
const pipeOf = (text: string): Keyboard => ({
  isTerminal: false,
  pieces: async function* () {
    yield encode(text);
  },
  enterRaw: () => () => {},
  size: () => undefined,
  onResize: () => () => {},
});

Deno.test("a command's output, its errors and its status are the tool's own", async () => {
  await withStage(async (stage) => {
    const { arn } = await taskWithExec(stage);
    const line = ["sh", "-c", "echo out; echo err >&2; exit 3"];
    const ran = await stage.tool(["exec", ...region, arn, ...line]);
    assertEquals(ran, { code: 3, stdout: "out\n", stderr: "err\n" });
  });
});

Deno.test("options behind the command's name are the command's", async () => {
  await withStage(async (stage) => {
    const { arn } = await taskWithExec(stage);
    const ran = await stage.tool(["exec", ...region, arn, "echo", "--json", "-t"]);
    assertEquals([ran.code, ran.stdout], [0, "--json -t\n"]);
  });
});

Deno.test("-- before the command is not the command's, and a later one is", async () => {
  await withStage(async (stage) => {
    const { arn } = await taskWithExec(stage);
    const ran = await stage.tool(["exec", ...region, arn, "--", "echo", "--", "-t"]);
    assertEquals([ran.code, ran.stdout], [0, "-- -t\n"]);
  });
});

Deno.test("what a pipe holds reaches the command, and its end too", async () => {
  await withStage(async (stage) => {
    const { arn } = await taskWithExec(stage);
    const ran = await stage.tool(["exec", ...region, arn, "cat"], { stdin: pipeOf("hello\n") });
    assertEquals([ran.code, ran.stdout], [0, "hello\n"]);
  });
});

Deno.test("--json prints the status and both streams", async () => {
  await withStage(async (stage) => {
    const { arn } = await taskWithExec(stage);
    const ran = await stage.tool([
      "exec",
      "--json",
      ...region,
      arn,
      "sh",
      "-c",
      "echo out; exit 2",
    ]);
    assertEquals(ran.code, 2);
    assertEquals(JSON.parse(ran.stdout), { exitCode: 2, stdout: "out\n", stderr: "" });
  });
});

Deno.test("on a terminal keys go as they are typed, and the terminal is left as it was", async () => {
  await withStage(async (stage) => {
    const { arn } = await taskWithExec(stage);
    const modes: string[] = [];
    const typed = Promise.withResolvers<void>();
    const stdin: Keyboard = {
      isTerminal: true,
      pieces: async function* () {
        await typed.promise;
        yield encode("exit 7\r");
      },
      enterRaw: () => {
        modes.push("raw");
        return () => modes.push("as it was");
      },
      size: () => ({ columns: 80, rows: 24 }),
      onResize: () => () => {},
    };
    let shown = "";
    const stdout = {
      isTerminal: true,
      write: (data: string | Uint8Array) => {
        shown += typeof data === "string" ? data : new TextDecoder().decode(data);
        typed.resolve();
        return Promise.resolve();
      },
    };
    const ran = await stage.tool(["exec", ...region, arn, "sh", "-i"], { stdin, stdout });
    assertEquals([ran.code, modes], [7, ["raw", "as it was"]], shown);
  });
});

Deno.test("a task without ECS Exec is named, with what to do", async () => {
  await withStage(async (stage) => {
    const { arn } = ownedTask(stage, "alloc-1", "node-a");
    const ran = await stage.tool(["exec", ...region, arn, "true"]);
    assertEquals(ran.code, 3);
    assertStringIncludes(ran.stderr, "enable_execute_command");
  });
});

Deno.test("a command that the person ends leaves no session", async () => {
  await withStage(async (stage) => {
    const { arn } = await taskWithExec(stage);
    const ended = new AbortController();
    const stdout = {
      isTerminal: false,
      write: () => {
        ended.abort(new Error("Ctrl-C"));
        return Promise.resolve();
      },
    };
    const ran = await stage.tool(
      ["exec", ...region, arn, "sh", "-c", "echo begun; sleep 100"],
      { signal: ended.signal, stdout },
    );
    assertEquals(ran.code, 130);
    const sessions = await control(stage.ecs, "sessions") as { state: string }[];
    assertEquals(sessions.map(({ state }) => state), ["terminated"]);
  });
});

Deno.test("what is no task is an error of the command line", async () => {
  await withStage(async ({ tool }) => {
    const ran = await tool(["exec", "web", "true"]);
    assertEquals(ran.code, 2);
    assertStringIncludes(ran.stderr, "must be an ECS task's ARN or id");
    const arn = `arn:aws:ecs:us-east-1:123456789012:task/x/${"0".repeat(32)}`;
    const tty = await tool(["exec", "--tty", ...region, arn, "sh"]);
    assertEquals(tty.code, 2);
    assertStringIncludes(tty.stderr, "--tty needs a terminal");
  });
});

Deno.test("the built file runs a command in a task that is named by its id", async () => {
  await withStage(async (stage) => {
    const { id, cluster } = await taskWithExec(stage);
    const ran = await stage.executable([
      "exec",
      "--cluster",
      cluster.name,
      id,
      "sh",
      "-c",
      "echo out; echo err >&2; exit 3",
    ]);
    assertEquals(ran, { code: 3, stdout: "out\n", stderr: "err\n" });
  });
});
