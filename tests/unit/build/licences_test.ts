import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { licenceList } from "../../../tools/build/licences.ts";
import type { Package } from "../../../tools/build/packages.ts";

function pack(name: string, license: string, texts: string[] = []): Package {
  return { name, version: "1.0.0", license, texts, sha512: "00" };
}

Deno.test("each package has a line with its licence, and each text stands once", () => {
  const list = licenceList([pack("a", "MIT", ["Text\r\n"]), pack("b", "MIT", ["Text"])]);
  assertStringIncludes(list, "a 1.0.0: MIT\nb 1.0.0: MIT\n");
  assertStringIncludes(list, "a 1.0.0, b 1.0.0\n\nText\n");
  assertEquals(list.split("Text").length, 2);
});

Deno.test("a licence that is not allowed stops the build, with the package that has it", () => {
  for (const license of ["GPL-3.0-only", "(MIT OR AGPL-3.0-only)", "SEE LICENSE IN LICENSE"]) {
    const { message } = assertThrows(() => licenceList([pack("odd", license)]), Error);
    assertStringIncludes(message, `odd 1.0.0 has the licence ${license}; allowed are 0BSD`);
  }
  licenceList([pack("both", "(MIT OR Apache-2.0)"), pack("all", "MIT AND 0BSD")]);
});
