/**
 * Prints the notes of a release: the section of CHANGELOG.md for the version that is named. Ends with
 * status 1 where deno.json has another version, or the section is missing, empty or not dated.
 *
 *     deno run --allow-read tools/changelog.ts 1.2.3
 */
import denoConfig from "../deno.json" with { type: "json" };

/**
 * The text below the heading `## <version> (<date>)`, up to the next such heading. Throws where a release
 * of that version is not ready.
 */
export function sectionOf(changelog: string, version: string): string {
  const [, ...sections] = `\n${changelog}`.split(/\n## /);
  const section = sections.find((one) => one.startsWith(`${version} `));
  if (section === undefined) {
    throw new Error(`CHANGELOG.md has no section "## ${version} (<date>)"; write one`);
  }
  const [heading = "", ...lines] = section.split("\n");
  if (!/ \(\d{4}-\d\d-\d\d\)$/.test(heading)) {
    throw new Error(`CHANGELOG.md: "## ${heading}" must end in a date, as (2026-01-31)`);
  }
  const text = lines.join("\n").trim();
  if (text === "") throw new Error(`CHANGELOG.md says nothing below "## ${heading}"; write it`);
  return `${text}\n`;
}

if (import.meta.main) {
  const [version = ""] = Deno.args;
  try {
    if (version !== denoConfig.version) {
      throw new Error(`deno.json has version ${denoConfig.version}; the tag asks for "${version}"`);
    }
    const changelog = await Deno.readTextFile(new URL("../CHANGELOG.md", import.meta.url));
    Deno.stdout.writeSync(new TextEncoder().encode(sectionOf(changelog, version)));
  } catch (error) {
    Deno.stderr.writeSync(new TextEncoder().encode(`${(error as Error).message}\n`));
    Deno.exit(1);
  }
}
