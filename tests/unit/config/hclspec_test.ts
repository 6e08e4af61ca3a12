import { assertEquals } from "@std/assert";
import { specOf } from "../../../src/config/hclspec.ts";
import { block, blocks, bool, list, string } from "../../../src/config/schema.ts";

Deno.test("a declaration is also the schema that Nomad is given", () => {
  const config = block("all", {
    name: string("its name", { required: true, secret: false }),
    public: bool("whether all see it", { default: false }),
    network: block("its network", { subnets: list("where", { secret: false }) }),
    rule: blocks("what it may", { from: string("who", { secret: false }) }),
  });
  const attribute = (name: string, type: string, required: boolean) => ({
    block: { $case: "Attr", value: { name, type, required } },
  });
  const object = (attributes: Record<string, unknown>) => ({
    block: { $case: "object", value: { attributes } },
  });
  assertEquals<unknown>(
    specOf(config.fields),
    object({
      name: attribute("name", "string", true),
      public: {
        block: {
          $case: "default",
          value: {
            primary: attribute("public", "bool", false),
            default: { block: { $case: "literal", value: { value: "false" } } },
          },
        },
      },
      network: {
        block: {
          $case: "blockValue",
          value: {
            name: "network",
            required: false,
            nested: object({ subnets: attribute("subnets", "list(string)", false) }),
          },
        },
      },
      rule: {
        block: {
          $case: "blockList",
          value: {
            name: "rule",
            minItems: 0n,
            maxItems: 0n,
            nested: object({ from: attribute("from", "string", false) }),
          },
        },
      },
    }),
  );
});
