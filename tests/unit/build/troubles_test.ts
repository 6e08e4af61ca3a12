import { assertEquals } from "@std/assert";
import { has } from "../../../tools/troubles/trouble.ts";
import { inside, sections } from "../../../tools/troubles/mod.ts";
import { type SourceText, textsOf } from "../../harness/source_texts.ts";
import { fileURLToPath } from "node:url";

const src = fileURLToPath(new URL("../../../src/", import.meta.url));

/** Rooms whose texts are no errors or events of the driver: generated, and the tool's. */
const others = ["gen", "cli"];

const texts = (await sourceFiles(src)).flatMap(({ path, source }) => textsOf(path, source))
  .filter(isSaid);
const known = [
  ...sections.flatMap(({ troubles }) => troubles.flatMap(({ texts }) => texts)),
  ...inside,
];

Deno.test("each text that the driver can say has an entry in tools/troubles", () => {
  const unknown = texts.filter(({ text }) => !known.some((piece) => has(text, piece)));
  assertEquals(unknown.map(({ file, line, text }) => `${file}:${line}: ${text}`), []);
});

Deno.test("no entry of tools/troubles is for a text that the driver no longer says", () => {
  const stale = known.filter((piece) => !texts.some(({ text }) => has(text, piece)));
  assertEquals(stale.map(String), []);
});

Deno.test("a text is read whole: a sum, a template, and a text within a template", () => {
  const source =
    'const a = `begin of ${b ? "one that is long enough" : c} ` + "and " + d + " the end";';
  assertEquals(textsOf("x.ts", source).map(({ text }) => text), [
    "begin of … and … the end",
    "one that is long enough",
  ]);
});

/** Whether a text is for people who run jobs or agents. */
function isSaid({ file, text }: SourceText): boolean {
  // Descriptions of options are the reference's, and all begin with a capital letter.
  if (file.startsWith("config/")) return /^(must|be|have|not have|match) /.test(text);
  if (file === "aws/permissions.ts") return false;
  if (file.startsWith("exec/shell_script.ts")) return false;
  // What each metric measures is for who reads metrics.
  if (file === "telemetry/instruments.ts") return false;
  return true;
}

async function sourceFiles(folder: string): Promise<{ path: string; source: string }[]> {
  const found: { path: string; source: string }[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory && !(folder === src && others.includes(name))) {
      found.push(...await sourceFiles(`${folder}${name}/`));
    }
    if (name.endsWith(".ts")) {
      const path = `${folder}${name}`;
      found.push({ path: path.slice(src.length), source: await Deno.readTextFile(path) });
    }
  }
  return found;
}
