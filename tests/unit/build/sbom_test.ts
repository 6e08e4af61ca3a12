import { assertEquals } from "@std/assert";
import { bomOf } from "../../../tools/build/sbom.ts";

const contents = {
  name: "program",
  version: "1.2.3",
  license: "MPL-2.0",
  runtime: "2.0.0",
  packages: [{
    name: "@scope/part",
    version: "4.5.6",
    license: "(MIT OR Apache-2.0)",
    texts: [],
    sha512: "ab".repeat(64),
  }],
};

Deno.test("a package has its address at npm, its licence and its digest", () => {
  const { components } = JSON.parse(bomOf(contents));
  const [part] = components.filter(({ type }: { type: string }) => type === "library");
  assertEquals(
    [part.name, part.version, part.purl, part.licenses, part.hashes],
    [
      "@scope/part",
      "4.5.6",
      "pkg:npm/%40scope/part@4.5.6",
      [{ expression: "(MIT OR Apache-2.0)" }],
      [{ alg: "SHA-512", content: "ab".repeat(64) }],
    ],
  );
});

Deno.test("the program depends on every part, and Deno is one", () => {
  const { components, dependencies, metadata } = JSON.parse(bomOf(contents));
  const references = components.map((one: { "bom-ref": string }) => one["bom-ref"]);
  assertEquals(references.toSorted(), ["@scope/part@4.5.6", "deno@2.0.0"]);
  const own = dependencies.find(({ ref }: { ref: string }) =>
    ref === metadata.component["bom-ref"]
  );
  assertEquals(own.dependsOn.toSorted(), references.toSorted());
});

Deno.test("the same contents give the same bill", () => {
  assertEquals(bomOf(contents), bomOf(contents));
});
