import { assertEquals, assertMatch } from "@std/assert";
import { eventually, unless } from "../../../demo/lib/process.ts";

/** A stand-in for Go that makes temporary folders, as `go build` and its linker do, and then works on. */
const go = `#!/bin/sh
mkdir -p "\${GOTMPDIR:-\${TMPDIR:-/tmp}}/go-build1" "\${TMPDIR:-/tmp}/go-link-1"
touch "$STARTED"
exec sleep 60
`;

/** What builds, and the folder of the cache that it builds in. */
const scripts = {
  "Nomad": {
    args: ["nomad.sh", "1.11.3"],
    cache: "nomad/1.11.3",
    says: /^Building Nomad 1\.11\.3/,
  },
  "OpenTofu": { args: ["terraform.sh"], cache: "terraform", says: /^Building OpenTofu 1\.12\.6/ },
};
for (const [what, { args: [script = "", ...args], cache, says }] of Object.entries(scripts)) {
  Deno.test(`a build of ${what} that is interrupted leaves no file and no process`, async () => {
    const folder = await Deno.makeTempDir();
    for (const name of ["bin", "tmp", "cache"]) await Deno.mkdir(`${folder}/${name}`);
    await Deno.writeTextFile(`${folder}/bin/go`, go, { mode: 0o755 });
    // A session of its own, so that the signal reaches all of it, as Ctrl-C does.
    const child = new Deno.Command("sh", {
      args: [new URL(`../../../tools/${script}`, import.meta.url).pathname, ...args],
      env: {
        NOMAD: "",
        PATH: `${folder}/bin:${Deno.env.get("PATH") ?? ""}`,
        STARTED: `${folder}/started`,
        TMPDIR: `${folder}/tmp`,
        XDG_CACHE_HOME: `${folder}/cache`,
      },
      stdin: "null",
      stderr: "piped",
      detached: true,
    }).spawn();
    await eventually("it builds", () => Deno.stat(`${folder}/started`));
    Deno.kill(-child.pid, "SIGINT");
    // A process that is left would hold standard error open: the pause between two messages takes 15 s.
    const { code, stderr } = await unless(AbortSignal.timeout(10_000), child.output());
    assertEquals(code, 130);
    assertMatch(new TextDecoder().decode(stderr), says);
    const left = [`${folder}/tmp`, `${folder}/cache/nomad-driver-ecs/${cache}`]
      .flatMap((path) => [...Deno.readDirSync(path)].map(({ name }) => name));
    await Deno.remove(folder, { recursive: true });
    assertEquals(left, []);
  });
}
