import { assertEquals, assertStringIncludes } from "@std/assert";
import { pluginPath } from "../../harness/plugin.ts";

/** Runs a line of shell with the built file as `$0`. */
async function shell(line: string, env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", line, pluginPath],
    env,
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("the built file tells a person its version, and ends", async () => {
  const { code, stdout, stderr } = await shell('"$0" --version');
  assertEquals([code, stderr], [0, ""]);
  assertStringIncludes(stdout, "nomad-driver-ecs ");
});

Deno.test("the built file's errors go to standard error, with their status", async () => {
  const { code, stdout, stderr } = await shell('"$0" tasks');
  assertEquals([code, stdout], [2, ""]);
  assertStringIncludes(stderr, "no cluster");
});

Deno.test("a reader that has had enough is no error", async () => {
  // The reader is gone before anything is written.
  const { stdout, stderr } = await shell('{ "$0" --help; echo $? >&2; } | true');
  assertEquals([stdout, stderr.trim()], ["", "0"]);
});
