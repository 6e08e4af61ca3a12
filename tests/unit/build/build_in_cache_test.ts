import { assertEquals, assertMatch } from "@std/assert";
import { eventually, unless } from "../../../demo/lib/process.ts";
import { fileURLToPath } from "node:url";

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
/** What ends a build: Ctrl-C, `kill`, and a terminal that is closed. The exit codes are those of shells. */
const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

for (const [what, script] of Object.entries(scripts)) {
  Deno.test(`a build of ${what} that is interrupted leaves no file and no process`, async (t) => {
    for (const signal of Object.keys(signals) as (keyof typeof signals)[]) {
      await t.step(signal, () => interrupt(script, signal));
    }
  });
}

/** Has a build interrupted, and checks what is left. */
async function interrupt(
  { args: [script = "", ...args], cache, says }: typeof scripts[keyof typeof scripts],
  signal: keyof typeof signals,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  for (const name of ["bin", "tmp", "cache"]) await Deno.mkdir(`${folder}/${name}`);
  await Deno.writeTextFile(`${folder}/bin/go`, go, { mode: 0o755 });
  // A session of its own, so that the signal reaches all of it, as from a terminal.
  const child = new Deno.Command("sh", {
    args: [fileURLToPath(new URL(`../../../tools/${script}`, import.meta.url)), ...args],
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
  Deno.kill(-child.pid, signal);
  // A process that is left would hold standard error open: the pause between two messages takes 15 s.
  const { code, stderr } = await unless(AbortSignal.timeout(10_000), child.output());
  assertEquals(code, signals[signal]);
  assertMatch(new TextDecoder().decode(stderr), says);
  const left = [`${folder}/tmp`, `${folder}/cache/nomad-driver-ecs/${cache}`]
    .flatMap((path) => [...Deno.readDirSync(path)].map(({ name }) => name));
  await Deno.remove(folder, { recursive: true });
  assertEquals(left, []);
}
