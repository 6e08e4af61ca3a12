import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../../../demo/simulator/main.ts", import.meta.url));

for (const wrong of ["-1", "x", ""]) {
  Deno.test(`--missing "${wrong}" is refused, and says what is allowed`, async () => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--frozen", "--no-check", "-A", script, `--missing=${wrong}`],
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals([code, new TextDecoder().decode(stderr)], [
      2,
      `--missing must be a number of milliseconds, 0 or more; got "${wrong}"\n`,
    ]);
  });
}
