import { assert, assertEquals } from "@std/assert";

const root = new URL("../../../", import.meta.url).pathname;

Deno.test("the compile step embeds one module of under 3 MB and nothing else", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const target of ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"]) {
      const { code, stderr, stdout } = await new Deno.Command(`${root}tools/build.sh`, {
        args: ["compile", target, `${folder}/${target}`],
        // Any file does for the runtime base: what is embedded into it is what is looked at.
        env: { DENORT_BIN: Deno.execPath(), NO_COLOR: "1" },
      }).output();
      const decoder = new TextDecoder();
      const text = (decoder.decode(stdout) + decoder.decode(stderr))
        // deno-lint-ignore no-control-regex -- the tree is coloured whatever NO_COLOR says
        .replace(/\x1b\[[0-9;]*m/g, "");
      assertEquals(code, 0, text);
      const embedded = text.split("\n").filter((line) => /^[├└]/.test(line));
      assertEquals(embedded.length, 1, text);
      const size = /^└── nomad-driver-ecs\.js \(([0-9.]+)(MB|KB)\)$/.exec(embedded[0] ?? "");
      assert(size !== null, text);
      assert(size[2] === "KB" || Number(size[1]) < 3, text);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the executable runs from any folder by its absolute path", async () => {
  const { code, stdout } = await new Deno.Command(`${root}dist/nomad-driver-ecs`, {
    args: ["--version"],
    cwd: "/",
  }).output();
  const { version } = JSON.parse(await Deno.readTextFile(`${root}deno.json`));
  assertEquals([code, new TextDecoder().decode(stdout)], [0, `nomad-driver-ecs ${version}\n`]);
});
