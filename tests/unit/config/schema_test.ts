import fc from "fast-check";
import { block, blocks, bool, list, string } from "../../../src/config/schema.ts";

Deno.test("a decoder never throws, whatever it is given", () => {
  const config = block("all", {
    name: string("a"),
    network: block("b", { subnets: list("c"), open: bool("d") }),
    rule: blocks("e", { from: string("f") }),
  });
  fc.assert(fc.property(fc.anything({ withBigInt: true }), (raw) => {
    config.decode(raw, "config", []);
  }));
});
