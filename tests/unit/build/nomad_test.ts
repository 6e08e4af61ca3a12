import { assertEquals, assertMatch } from "@std/assert";
import { eventually } from "../../../demo/lib/process.ts";

const script = new URL("../../../tools/nomad.sh", import.meta.url).pathname;

/** A stand-in for Go that makes temporary folders, as `go build` and its linker do, and then works on. */
const go = `#!/bin/sh
mkdir -p "\${GOTMPDIR:-\${TMPDIR:-/tmp}}/go-build1" "\${TMPDIR:-/tmp}/go-link-1"
touch "$STARTED"
exec sleep 60
`;

Deno.test("a build of Nomad that is interrupted leaves no file", async () => {
  const folder = await Deno.makeTempDir();
  for (const name of ["bin", "tmp", "cache"]) await Deno.mkdir(`${folder}/${name}`);
  await Deno.writeTextFile(`${folder}/bin/go`, go, { mode: 0o755 });
  // A session of its own, so that the signal reaches all of it, as Ctrl-C does.
  const child = new Deno.Command("sh", {
    args: [script, "1.11.3"],
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
  const { code, stderr } = await child.output();
  assertEquals(code, 130);
  assertMatch(new TextDecoder().decode(stderr), /^Building Nomad 1\.11\.3/);
  const left = [`${folder}/tmp`, `${folder}/cache/nomad-driver-ecs/nomad/1.11.3`]
    .flatMap((path) => [...Deno.readDirSync(path)].map(({ name }) => name));
  await Deno.remove(folder, { recursive: true });
  assertEquals(left, []);
});
