import { assertEquals } from "@std/assert";
import { eventually, unless } from "../../../demo/lib/process.ts";
import { fileURLToPath } from "node:url";

/** A stand-in for make that says that it works, and works on. */
const make = `#!/bin/sh
touch "$STARTED"
exec sleep 60
`;

const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

Deno.test("a run of CI that is interrupted leaves no file", async (t) => {
  for (const signal of Object.keys(signals) as (keyof typeof signals)[]) {
    await t.step(signal, async () => {
      const folder = await Deno.makeTempDir();
      for (const name of ["bin", "tmp"]) await Deno.mkdir(`${folder}/${name}`);
      await Deno.writeTextFile(`${folder}/bin/make`, make, { mode: 0o755 });
      // A session of its own, so that the signal reaches all of it, as from a terminal.
      const child = new Deno.Command("sh", {
        args: [fileURLToPath(new URL("../../../.ci/run", import.meta.url))],
        env: {
          PATH: `${folder}/bin:${Deno.env.get("PATH") ?? ""}`,
          STARTED: `${folder}/started`,
          TMPDIR: `${folder}/tmp`,
        },
        stdin: "null",
        stdout: "piped",
        detached: true,
      }).spawn();
      await eventually("it runs", () => Deno.stat(`${folder}/started`));
      Deno.kill(-child.pid, signal);
      const { code } = await unless(AbortSignal.timeout(10_000), child.output());
      const left = [...Deno.readDirSync(`${folder}/tmp`)].map(({ name }) => name);
      await Deno.remove(folder, { recursive: true });
      assertEquals([code, left], [signals[signal], []]);
    });
  }
});
