import { assertEquals } from "@std/assert";
import { xml } from "../../../../demo/simulator/request/xml.ts";

Deno.test("members become elements, and undefined ones do not", () => {
  assertEquals(xml({ A: { B: "b", C: 1, D: undefined } }), "<A><B>b</B><C>1</C></A>");
});

Deno.test("items of a list have the name that the service gives them", () => {
  assertEquals(
    xml({ Set: [{ Id: "1" }, { Id: "2" }] }, "member"),
    "<Set><member><Id>1</Id></member><member><Id>2</Id></member></Set>",
  );
  assertEquals(xml({ Set: [] }), "<Set></Set>");
});

Deno.test("text is escaped", () => {
  assertEquals(xml({ A: "<a & b>" }), "<A>&lt;a &amp; b&gt;</A>");
});
