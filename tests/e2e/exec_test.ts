import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { eventually } from "../../demo/lib/process.ts";
import { isRunning, nomadVersion, type Site, withSite } from "./harness/site.ts";

/** Runs `nomad alloc exec` without a terminal. */
async function exec(
  site: Site,
  alloc: string,
  command: string[],
  input: Uint8Array = new Uint8Array(),
): Promise<{ code: number; stdout: Uint8Array; stderr: string }> {
  const process = new Deno.Command(Deno.env.get("NOMAD_EXECUTABLE") ?? "", {
    args: ["alloc", "exec", "-i=true", "-t=false", alloc, ...command],
    env: { NOMAD_ADDR: site.server.address },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const feed = async () => {
    const writer = process.stdin.getWriter();
    await writer.write(input);
    await writer.close();
  };
  feed().catch(() => {}); // a command may end before it has read all
  const { code, stdout, stderr } = await process.output();
  return { code, stdout, stderr: new TextDecoder().decode(stderr) };
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test(`Nomad ${nomadVersion}: alloc exec and alloc signal reach the container of an ECS task`, async (t) => {
  await withSite({}, async (site) => {
    await site.run("exec");
    const { ID } = await site.allocation("exec", isRunning);

    await t.step("the exit code is the command's", async () => {
      const { code } = await exec(site, ID, ["sh", "-c", "exit 3"]);
      assertEquals(code, 3);
    });

    await t.step("standard output and error stay apart", async () => {
      const { code, stdout, stderr } = await exec(site, ID, [
        "sh",
        "-c",
        "echo out; echo err >&2",
      ]);
      assertEquals([code, text(stdout), stderr], [0, "out\n", "err\n"]);
    });

    await t.step("500 KB of every byte value pass through the command unchanged", async () => {
      const bytes = Uint8Array.from({ length: 500_000 }, (_, at) => (at * 7 + (at >> 8)) & 0xff);
      const { code, stdout } = await exec(site, ID, ["cat"], bytes);
      assertEquals(code, 0);
      assert(stdout.length === bytes.length && stdout.every((byte, at) => byte === bytes[at]));
    });

    await t.step("a signal reaches process 1", async () => {
      const { code, output } = await site.server.cli("alloc", "signal", "-s", "SIGUSR1", ID);
      assertEquals(code, 0, output);
      await eventually("the trap has run", async () => {
        const [task] = await site.live();
        return JSON.stringify(task?.output ?? {}).includes("got it") ? true : undefined;
      });
    });

    await t.step("a signal that there is not is refused in words", async () => {
      const { code, output } = await site.server.cli("alloc", "signal", "-s", "SIGNOPE", ID);
      assert(code !== 0);
      assertStringIncludes(output, "SIGNOPE");
    });

    await site.server.cli("job", "stop", "-detach", "exec");
    await eventually(
      "no ECS task is left",
      async () => (await site.live()).length === 0 ? true : undefined,
      { seconds: 60 },
    );
  });
});
