import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { sectionOf } from "../../../tools/changelog.ts";

const changelog = `# Changelog

## 1.10.0 (2026-03-01)

- Later.

## 1.1.0 (2026-02-01)

- One.
- Two.

### Fixed

- Three.

## 1.0.0 (2026-01-01)
`;

Deno.test("the notes of a release are its section, and no other's", () => {
  assertEquals(sectionOf(changelog, "1.1.0"), "- One.\n- Two.\n\n### Fixed\n\n- Three.\n");
  assertEquals(sectionOf(changelog, "1.10.0"), "- Later.\n");
});

const unready: Record<string, string> = {
  "1.2.0": 'CHANGELOG.md has no section "## 1.2.0 (<date>)"; write one',
  "1.0.0": 'CHANGELOG.md says nothing below "## 1.0.0 (2026-01-01)"; write it',
};
for (const [version, says] of Object.entries(unready)) {
  Deno.test(`a version that is not ready is not released: ${version}`, () => {
    assertStringIncludes(assertThrows(() => sectionOf(changelog, version), Error).message, says);
  });
}

Deno.test("a version that is still open is not released", () => {
  assertThrows(() => sectionOf("## 2.0.0 (not released)\n\n- New.\n", "2.0.0"), Error, "a date");
});

Deno.test("CHANGELOG.md has a section for the version of deno.json", async () => {
  const read = (name: string) => Deno.readTextFile(new URL(`../../../${name}`, import.meta.url));
  const { version } = JSON.parse(await read("deno.json"));
  assertStringIncludes(await read("CHANGELOG.md"), `\n## ${version} (`);
});
