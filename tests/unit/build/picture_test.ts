import { assert, assertEquals, assertMatch } from "@std/assert";
import { changesOf, dark, draw, hurried, light } from "../../../tools/picture.ts";

const spin = (at: number, text: string) => ({ at, text: `\r\x1b[2K${text}` });

Deno.test("a wait of the recording is short in the picture, and a line stands long enough to be read", () => {
  const shown = hurried([
    { at: 1_000, text: "first\n" },
    spin(1_100, "- 0 s"),
    ...Array.from({ length: 100 }, (_, at) => spin(1_200 + at * 100, `- ${at} s`)),
    { at: 11_200, text: "done\n" },
    { at: 11_201, text: "next\n" },
  ]).map(({ at }) => at);
  assertEquals(shown[0], 0);
  const [done = 0, next = 0] = shown.slice(-2);
  assert(done < 3, `${done} s`);
  assert(next - done >= 0.2 - 1e-9);
  assertEquals([...shown].sort((a, b) => a - b), shown);
});

Deno.test("a line that is written anew shows its last text, and the next one is below it", () => {
  const changes = changesOf([
    { at: 0, text: "one\n" },
    spin(1, "waiting"),
    spin(2, "waiting more"),
    spin(3, ""),
    { at: 3, text: "done\n" },
  ]);
  assertEquals(changes.map(({ line, text }) => [line, text]).at(0), [0, "one"]);
  assertEquals(changes.map(({ line, text }) => [line, text]).at(-1), [1, "done"]);
});

Deno.test("what the demo printed is text in the picture, never markup", () => {
  const svg = draw([{ at: 0, text: "\x1b[1mnomad alloc status <alloc> && true\x1b[0m\n" }], light);
  assert(
    svg.includes('<tspan class="bold">nomad alloc status &lt;alloc&gt; &amp;&amp; true</tspan>'),
  );
  // deno-lint-ignore no-control-regex -- codes of a terminal
  assert(!/\x1b/.test(svg));
});

Deno.test("every colour of the picture has the contrast that WCAG asks for", () => {
  for (const { ground, frame: _, ...inks } of [light, dark]) {
    for (const [name, ink] of Object.entries(inks)) {
      const [high = 0, low = 0] = [luminance(ink), luminance(ground)].sort((a, b) => b - a);
      const contrast = (high + 0.05) / (low + 0.05);
      assert(contrast >= 4.5, `${name} on ${ground}: ${contrast.toFixed(2)}`);
    }
  }
});

Deno.test("README shows both pictures, which stand still for who wants no motion", async () => {
  const root = new URL("../../../", import.meta.url);
  const readme = await Deno.readTextFile(new URL("README.md", root));
  for (const name of ["light", "dark"]) {
    assert(readme.includes(`docs/picture/${name}.svg`));
    const svg = await Deno.readTextFile(new URL(`docs/picture/${name}.svg`, root));
    assertMatch(svg, /prefers-reduced-motion:reduce/);
    assertMatch(svg, /chapters hold, in \d+ s/);
  }
});

/** The relative luminance of a colour (WCAG 2.2). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
