import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { eventually } from "../../demo/lib/process.ts";
import type { Allocation } from "../../demo/lib/nomad.ts";
import { nomad } from "./harness/cli.ts";
import { nomadVersion } from "./harness/site.ts";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../../demo/hack.ts", import.meta.url));

/** Starts it in a folder of its own, which has to be empty after its end. */
function hack(folder: string, ...args: string[]) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--frozen", "-A", script, "--nomad", nomad, ...args],
    env: { TMPDIR: folder, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let text = "";
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const part of stream.pipeThrough(new TextDecoderStream())) text += part;
  };
  const done = Promise.all([child.status, read(child.stdout), read(child.stderr)]);
  return { child, text: () => text, ended: async () => (await done)[0].code };
}

/** Runs a line of shell as somebody does who has read the variables of the stage. */
async function asUser(variables: string, line: string): Promise<string> {
  const { stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", `. ${variables}; ${line}`],
  }).output();
  const decoder = new TextDecoder();
  return decoder.decode(stdout) + decoder.decode(stderr);
}

Deno.test(`Nomad ${nomadVersion}: make hack runs one's own job, and has Nomad and the tool ready`, async () => {
  const folder = await Deno.makeTempDir({ prefix: "nomad-ecs-hack-" });
  const job = fileURLToPath(new URL("jobs/sleep.nomad.hcl", import.meta.url));
  const { child, text, ended } = hack(folder, "--job", job);
  try {
    await eventually("it is ready", () => text().includes("until Ctrl-C") ? true : undefined, {
      seconds: 120,
    });
    const variables = /\. (\S+variables\.sh)/.exec(
      await eventually("the last line", () => /UI/.test(text()) ? text() : undefined),
    )?.[1] ?? "";
    await eventually("the job runs", async () => {
      const list = await asUser(variables, "nomad operator api /v1/job/sleep/allocations");
      return (JSON.parse(list) as Allocation[]).some(({ ClientStatus }) =>
          ClientStatus === "running"
        )
        ? true
        : undefined;
    });
    const tasks = await asUser(
      variables,
      "nomad-driver-ecs tasks --cluster nomad-remote-driver-demo --region us-east-1",
    );
    assertStringIncludes(tasks, "sleep");
  } finally {
    child.kill("SIGINT");
    const code = await ended();
    const left = [...Deno.readDirSync(folder)].map(({ name }) => name);
    await Deno.remove(folder, { recursive: true });
    assertEquals([code, left], [0, []], text());
  }
});

Deno.test("make hack says when there is no such jobspec, and starts nothing", async () => {
  const folder = await Deno.makeTempDir();
  const { text, ended } = hack(folder, "--job", "/no/such.nomad.hcl");
  assertEquals(await ended(), 2);
  assertStringIncludes(text(), "there is no /no/such.nomad.hcl");
  assert([...Deno.readDirSync(folder)].length === 0);
  await Deno.remove(folder);
});
