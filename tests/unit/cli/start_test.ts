import { assertEquals, assertStringIncludes } from "@std/assert";
import { environmentOf, withStage } from "../../harness/tool.ts";
import { cluster } from "../../harness/with_simulator.ts";
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

Deno.test("a command whose reader has gone keeps its own status", async () => {
  const line = '{ "$0" doctor --cluster x --region us-east-1; echo $? >&2; } | true';
  const { stderr } = await shell(line, { AWS_EC2_METADATA_DISABLED: "true", NOMAD_ADDR: "" });
  assertEquals(stderr.trim(), "1");
});

Deno.test("a command that waits for more ends with its reader", async () => {
  await withStage(async ({ ecs: { endpoint } }) => {
    const line = `{ "$0" tasks --watch --cluster ${cluster}; echo $? >&2; } | true`;
    const { stderr } = await shell(line, environmentOf(endpoint));
    assertEquals(stderr.trim(), "0");
  });
});

Deno.test("each signal that ends a command lets it clean up, and gives its own status", async () => {
  await withStage(async ({ ecs: { endpoint } }) => {
    const statuses = [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const;
    for (const [signal, status] of statuses) {
      const process = new Deno.Command(pluginPath, {
        args: ["tasks", "--watch", "--json", "--cluster", cluster],
        env: environmentOf(endpoint),
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const reader = process.stdout.getReader();
      await reader.read(); // It has begun to wait.
      process.kill(signal);
      const { code, signal: killedBy } = await process.status;
      await reader.cancel();
      await process.stderr.cancel();
      assertEquals([code, killedBy], [status, null]);
    }
  });
});

Deno.test("an output that cannot be written to is an error, of help as well", async () => {
  for (const command of ["--help", "iam-policy --cluster x"]) {
    const { code, stderr } = await shell(`"$0" ${command} > /dev/full`);
    assertEquals([code, stderr.split("\n").length], [1, 2], stderr);
    assertStringIncludes(stderr, "error: cannot write to standard output: ");
  }
});

Deno.test("a file that the program may not read is named, and no flag of its runtime", async () => {
  const { code, stderr } = await shell('"$0" validate /etc/shadow');
  assertEquals(code, 2);
  assertStringIncludes(stderr, "cannot read /etc/shadow: this program is built so");
});
