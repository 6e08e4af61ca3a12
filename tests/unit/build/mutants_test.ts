import { assert, assertEquals } from "@std/assert";
import { mutants } from "../../simulation/mutant_table.ts";
import { startsMutants } from "../../simulation/starts/mutant_table.ts";

const root = new URL("../../../", import.meta.url);

const all = [...mutants, ...startsMutants];

for (const { name, file, edits } of all) {
  Deno.test(`the mutant "${name}" still finds the code that it breaks`, async () => {
    const text = await Deno.readTextFile(new URL(file, root));
    for (const [from, to] of edits) {
      assert(text.includes(from), `${file} has no ${from}`);
      assert(from !== to);
    }
  });
}

Deno.test("mutants have names of their own", () => {
  assertEquals(new Set(all.map(({ name }) => name)).size, all.length);
});
