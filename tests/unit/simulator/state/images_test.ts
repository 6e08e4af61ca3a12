import { assertEquals } from "@std/assert";
import { programOf } from "../../../../demo/simulator/state/images.ts";

Deno.test("an image stands for the program of its name, whatever its registry, tag and digest", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/web.ts`, "");
    const images = [
      "web",
      "web:2",
      "registry.example:5000/team/web:2",
      "web@sha256:0",
      "web:1@sha256:0",
    ];
    for (const image of images) {
      assertEquals(programOf(folder, image)?.at(-1), `${folder}/web.ts`, image);
    }
    for (const image of ["webs", "busybox:1", "", "web:1/other", "..", "web/"]) {
      assertEquals(programOf(folder, image), undefined, image);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
