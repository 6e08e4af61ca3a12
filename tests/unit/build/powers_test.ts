import { assert, assertEquals } from "@std/assert";
import { powersOn } from "../../../tools/build/powers.ts";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

Deno.test("with the program's powers nothing is started or loaded, and writes are where they belong", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/alloc`);
    await Deno.writeTextFile(`${folder}/credentials`, "[default]");
    const launcher = `${folder}/probe`;
    const made = await new Deno.Command(`${root}tools/build.sh`, {
      args: ["launcher", `${root}tests/harness/power_probe.ts`, launcher],
    }).output();
    assert(made.success, new TextDecoder().decode(made.stderr));
    const { stdout, stderr } = await new Deno.Command(launcher, {
      args: [folder],
      clearEnv: true,
      env: {
        HOME: folder,
        PATH: "/usr/bin:/bin",
        SECRET: "x",
        AWS_REGION: "r",
        PLUGIN_MIN_PORT: "1",
      },
    }).output();
    assertEquals(new TextDecoder().decode(stderr), "");
    assertEquals(JSON.parse(new TextDecoder().decode(stdout)), {
      "spawn": "NotCapable",
      "spawn by node:child_process": "NotFound",
      "dlopen": "NotCapable",
      "load an add-on of Node.js": "NotCapable",
      "import an address": "TypeError",
      "import a package": "TypeError",
      "read /etc/shadow": "NotCapable",
      "read the environment of a process": "NotCapable",
      "read a file of the AWS configuration": "done",
      "write to /etc": "NotCapable",
      "write to /usr/bin": "NotCapable",
      "write outside, before an allocation": "done",
      "variables": ["AWS_REGION", "HOME", "PLUGIN_MIN_PORT"],
      "write outside, after an allocation": "NotCapable",
      "write to an allocation": "done",
      "take the power back": "denied",
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("no system gets the power to start a process or to load a library, and each power has a reason", () => {
  for (const os of ["linux", "darwin", "windows"] as const) {
    for (const { flag, why } of powersOn(os)) {
      assert(!/^--allow-(all|run|ffi|import|hrtime)|^-A/.test(flag), flag);
      assert(why.endsWith("."), flag);
    }
  }
});
