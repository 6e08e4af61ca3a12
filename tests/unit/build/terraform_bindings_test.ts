import { assertEquals, assertThrows } from "@std/assert";
import { type NestedBlock, readBinding, type Type } from "../../../tools/terraform/bindings.ts";

/** A property as the bindings have it: the comment above it, and its getter. */
function property(name: string, flags: string, getter: string): string {
  const [computed, optional, required] = ["c", "o", "r"].map((flag) => flags.includes(flag));
  return `    // ${name} - computed: ${computed}, optional: ${optional}, required: ${required}
${getter}
`;
}

const reads = (call: string) => `    get it() {\n        return ${call};\n    }`;
const holds = (made: string) => `    _it = ${made};\n${reads("this._it")}`;

/** A line of the table of what is written. */
function written(name: string, value: string, type: string, storage: string, indent = 16): string {
  const pad = " ".repeat(indent);
  const isBlock = /^[A-Z]/.test(storage);
  return `${" ".repeat(indent - 4)}${name}: {
${pad}value: ${value},
${pad}isBlock: ${isBlock},
${pad}type: "${type}",
${pad}storageClassType: "${storage}",
${" ".repeat(indent - 4)}},
`;
}

/** The file of a resource with these properties and this table, and what stands before it. */
function resource(properties: string, table: string, before = ""): string {
  return `${before}class Gate extends cdktn.TerraformResource {
    static tfResourceType = "aws_gate";
            terraformGeneratorMetadata: {
                providerVersion: '6.66.0',
            },
${properties}    synthesizeHclAttributes() {
        const attrs = {
${table}        };
    }
}
`;
}

const blockOf = (text: string) => readBinding(text)?.block;

/** A nested block of one attribute, as a function that writes it and a class that reads it. */
const bars = `function gateBarsToHclTerraform(struct) {
    const attrs = {
${written("colour", "cdktn.stringToHclTerraform(struct.colour)", "simple", "string", 12)}    };
}
class GateBarsOutputReference extends cdktn.ComplexObject {
${property("colour", "r", reads("this.getStringAttribute('colour')"))}}
class GateBarsList extends cdktn.ComplexList {
}
`;
const barsBlock = {
  attributes: { colour: { type: "string", required: true } },
  block_types: {},
} as const;

Deno.test("a resource has its type, the provider's version and its attributes with their flags", () => {
  const text = resource(
    property("arn", "c", reads("this.getStringAttribute('arn')")) +
      property("height", "o", reads("this.getNumberAttribute('height')")) +
      property("name", "r", reads("this.getStringAttribute('name')")),
    written("height", "cdktn.numberToHclTerraform(this._height)", "simple", "number") +
      written("name", "cdktn.stringToHclTerraform(this._name)", "simple", "string"),
  );
  assertEquals(readBinding(text), {
    kind: "resource",
    type: "aws_gate",
    version: "6.66.0",
    block: {
      attributes: {
        arn: { type: "string", computed: true },
        height: { type: "number", optional: true },
        name: { type: "string", required: true },
      },
      block_types: {},
    },
  });
});

Deno.test("data sources and the provider are told apart, and other classes are neither", () => {
  const text = resource("", "");
  const as = (base: string) => readBinding(text.replace("TerraformResource", base));
  assertEquals(as("TerraformDataSource")?.kind, "data source");
  assertEquals(as("TerraformProvider")?.kind, "provider");
  assertEquals(as("TerraformProvider")?.type, "");
  assertEquals(as("TerraformEphemeralResource"), undefined);
});

const storages: Record<string, [type: string, storage: string, expected: Type]> = {
  "a text": ["simple", "string", "string"],
  "a truth": ["simple", "boolean", "bool"],
  "any value": ["simple", "any", "dynamic"],
  "a list": ["list", "numberList", ["list", "number"]],
  "a set": ["set", "stringList", ["set", "string"]],
  "a map": ["map", "stringMap", ["map", "string"]],
  "a map of lists": ["map", "stringListMap", ["map", ["list", "string"]]],
};
for (const [title, [type, storage, expected]] of Object.entries(storages)) {
  Deno.test(`${title} has the type ${JSON.stringify(expected)}`, () => {
    const text = resource(
      property("it", "o", reads("this.interpolationForAttribute('it')")),
      written(
        "it",
        "cdktn.listMapperHcl(cdktn.stringToHclTerraform, false)(this._it)",
        type,
        storage,
      ),
    );
    assertEquals(blockOf(text)?.attributes["it"]?.type, expected);
  });
}

const getters: Record<string, Type> = {
  "this.getNumberAttribute('it')": "number",
  "this.getListAttribute('it')": ["list", "string"],
  "cdktn.Fn.tolist(this.getListAttribute('it'))": ["set", "string"],
  "this.getStringMapAttribute('it')": ["map", "string"],
};
for (const [getter, expected] of Object.entries(getters)) {
  Deno.test(`what AWS alone tells, and ${getter} reads, has the type ${JSON.stringify(expected)}`, () => {
    const text = resource(property("it", "c", reads(getter)), "");
    assertEquals(blockOf(text)?.attributes["it"], { type: expected, computed: true });
  });
}

Deno.test("objects that AWS alone tells have the types of what is in them", () => {
  const made = (text: string) =>
    blockOf(resource(property("it", "c", holds(text)), "", bars))?.attributes["it"]?.type;
  const object: Type = ["object", { colour: "string" }];
  assertEquals(made('new GateBarsList(this, "it", false)'), ["list", object]);
  assertEquals(made('new GateBarsList(this, "it", true)'), ["set", object]);
  assertEquals(made('new GateBarsOutputReference(this, "it")'), object);
  assertEquals(made('new cdktn.NumberMap(this, "it")'), ["map", "number"]);
});

const blocks: Record<string, [value: string, type: string, flags: string, expected: NestedBlock]> =
  {
    "a block at most once": ["gateBarsToHclTerraform(this._it.internalValue)", "list", "o", {
      nesting_mode: "list",
      block: barsBlock,
      max_items: 1,
    }],
    "a block at least once": [
      "cdktn.listMapperHcl(gateBarsToHclTerraform, true)(this._it.internalValue)",
      "set",
      "r",
      { nesting_mode: "set", block: barsBlock, min_items: 1 },
    ],
    "a single block": ["gateBarsToHclTerraform(this._it.internalValue)", "struct", "o", {
      nesting_mode: "single",
      block: barsBlock,
    }],
  };
for (const [title, [value, type, flags, expected]] of Object.entries(blocks)) {
  Deno.test(`${title} is a block with its attributes`, () => {
    const text = resource(
      property("it", flags, reads("this._it")),
      written("it", value, type, "GateBarsList"),
      bars,
    );
    assertEquals(blockOf(text), { attributes: {}, block_types: { it: expected } });
  });
}

Deno.test("a list of objects that may be written as blocks is an attribute, as in the provider", () => {
  const text = resource(
    property("it", "co", reads("this._it")),
    written(
      "it",
      "cdktn.listMapperHcl(gateBarsToHclTerraform, false)(this._it)",
      "set",
      "GateBarsList",
    ),
    bars,
  );
  assertEquals(blockOf(text)?.attributes["it"], {
    type: ["set", ["object", { colour: "string" }]],
    optional: true,
    computed: true,
  });
});

Deno.test("a nested block without a class has what its function writes", () => {
  const [written_] = bars.split("class ");
  const text = resource(
    property("it", "o", reads("this._it")),
    written(
      "it",
      "cdktn.listMapperHcl(gateBarsToHclTerraform, true)(this._it)",
      "list",
      "GateBarsList",
    ),
    written_,
  );
  assertEquals(blockOf(text)?.block_types["it"]?.block.attributes, {
    colour: { type: "string", optional: true },
  });
});

Deno.test("a block that the file does not have, and one within itself, are errors", () => {
  const nested = written("it", "gateBarsToHclTerraform(this._it)", "list", "GateBarsList");
  const properties = property("it", "o", reads("this._it"));
  assertThrows(
    () => readBinding(resource(properties, nested)),
    Error,
    "neither a class GateBarsOutputReference nor a function",
  );
  const within = `function gateBarsToHclTerraform(struct) {\n${nested}}\n`;
  assertThrows(
    () => readBinding(resource(properties, nested, within)),
    Error,
    "GateBarsOutputReference is nested in itself",
  );
});
