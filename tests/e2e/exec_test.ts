import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { eventually } from "../../demo/lib/process.ts";
import { nomad, runNomad } from "./harness/cli.ts";
import { onTerminal } from "./harness/terminal.ts";
import { isRunning, nomadVersion, type Site, untilLive, withSite } from "./harness/site.ts";

/** Runs `nomad alloc exec` without a terminal. */
function exec({ server }: Site, alloc: string, command: string[], input?: Uint8Array) {
  return runNomad(["alloc", "exec", "-i=true", "-t=false", alloc, ...command], {
    env: { NOMAD_ADDR: server.address },
    ...(input === undefined ? {} : { input }),
  });
}

async function checksum(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new Uint8Array(bytes));
  return new Uint8Array(digest).toHex();
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

    await t.step("5 MB of random bytes pass through the command unchanged", async () => {
      const bytes = new Uint8Array(5_000_000);
      for (let at = 0; at < bytes.length; at += 50_000) {
        crypto.getRandomValues(bytes.subarray(at, at + 50_000));
      }
      const { code, stdout } = await exec(site, ID, ["cat"], bytes);
      assertEquals([code, stdout.length], [0, bytes.length]);
      assertEquals(await checksum(stdout), await checksum(bytes));
    });

    await t.step("a shell on a terminal hears of the window's size and of Ctrl-C", async () => {
      const words = [nomad, "alloc", "exec", "-i=true", "-t=true", ID, "sh"];
      await onTerminal(words, { NOMAD_ADDR: site.server.address }, async (terminal) => {
        const shows = (what: string) =>
          eventually(
            `the terminal shows ${what}`,
            () => Promise.resolve(terminal.output().includes(what) ? true : undefined),
            { seconds: 30 },
          );
        await terminal.type("echo up $((40 + 2))\n");
        await shows("up 42");
        terminal.resize({ columns: 101, rows: 37 });
        await terminal.type(
          "until test \"$(stty size)\" = '37 101'; do sleep 0.1; done; stty size\n",
        );
        await shows("37 101\r\n");
        await terminal.type("printf '\\033[31mred\\033[0m\\n'\n");
        await shows("\x1b[31mred\x1b[0m");
        await terminal.type("echo begun; sleep 1000; echo not $((1 + 1))\n");
        await shows("begun\r\n");
        await terminal.type("\x03");
        await terminal.type("echo after $((6 * 7))\n");
        await shows("after 42");
        await terminal.type("exit 5\n");
        assertEquals(await terminal.ended, 5);
        assert(!terminal.output().includes("not 2"));
      });
    });

    await t.step("20 sessions one after the other leave none open", async () => {
      for (let count = 0; count < 20; count += 1) {
        assertEquals((await exec(site, ID, ["true"])).code, 0);
      }
      await eventually("no session is open", async () => {
        const sessions = await site.ecs.sessions();
        assert(sessions.length >= 20);
        return sessions.every(({ state }) => state !== "running") ? true : undefined;
      });
    });

    await t.step("a signal reaches process 1", async () => {
      const { code, output } = await site.server.cli("alloc", "signal", "-s", "SIGHUP", ID);
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

    await t.step("a stop sends the task's own kill_signal first", async () => {
      await site.server.cli("job", "stop", "-detach", "exec");
      const ended = await site.allocation(
        "exec",
        ({ ClientStatus }) => ClientStatus === "complete",
      );
      const events = ended.TaskStates?.["main"]?.Events ?? [];
      assert(
        events.some(({ DisplayMessage }) => DisplayMessage.includes("Exit Code: 42")),
        JSON.stringify(events.map(({ DisplayMessage }) => DisplayMessage)),
      );
    });
    await untilLive(site, []);
  });
});
