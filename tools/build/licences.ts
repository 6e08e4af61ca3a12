/** The list of the licences of what the bundle holds. */
import type { Package } from "./packages.ts";

/** Licences under which code may be part of a program under MPL-2.0 that is given away as a file. */
const allowed: ReadonlySet<string> = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "MIT",
  "MPL-2.0",
]);

/**
 * A line for each package with its licence, then the texts that the packages bring. Throws for a licence
 * that is not among those allowed.
 */
export function licenceList(packages: readonly Package[]): string {
  for (const { name, version, license } of packages) {
    const parts = license.split(/ AND | OR |[()]/).filter((part) => part !== "");
    const unknown = parts.filter((part) => !allowed.has(part));
    if (unknown.length > 0) {
      throw new Error(
        `${name} ${version} has the licence ${license}; ` +
          `allowed are ${[...allowed].join(", ")}. Use another package, or allow it in licences.ts`,
      );
    }
  }
  const lines = packages.map(({ name, version, license }) => `${name} ${version}: ${license}\n`);
  return lines.join("") +
    [...texts(packages)].map(([text, names]) =>
      `\n${"-".repeat(80)}\n${names.join(", ")}\n\n${text}\n`
    ).join("");
}

/** Each text once, with the packages that bring it. */
function texts(packages: readonly Package[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { name, version, texts } of packages) {
    for (const text of texts) {
      const trimmed = text.replaceAll("\r\n", "\n").trim();
      found.set(trimmed, [...found.get(trimmed) ?? [], `${name} ${version}`]);
    }
  }
  return found;
}
