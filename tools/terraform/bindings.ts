/**
 * Reads a Terraform provider's schema out of the provider's bindings for CDK Terrain. Those are generated
 * from the schema, one JavaScript file a resource, and all of it can be read back: a comment above each
 * property tells whether it is required, and a table tells its type and whether it is a block.
 *
 * The bindings do not tell a single nested attribute from a single nested block; it is taken as a block.
 */

/** A type as Terraform writes it in JSON: `"string"`, `["list", "string"]`. */
export type Type = string | readonly [string, unknown];

/** An attribute, as in `terraform providers schema -json`. */
export type Attribute = {
  readonly type: Type;
  readonly required?: true;
  readonly optional?: true;
  readonly computed?: true;
};

/** A nested block, as in `terraform providers schema -json`. */
export type NestedBlock = {
  readonly nesting_mode: "single" | "list" | "set";
  readonly block: Block;
  readonly min_items?: 1;
  readonly max_items?: 1;
};

/** What a resource, a data source, a provider or a nested block holds. */
export type Block = {
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly block_types: Readonly<Record<string, NestedBlock>>;
};

/** One folder of the bindings. `type` is `aws_vpc`, and empty for the provider itself. */
export type Binding = {
  readonly kind: "resource" | "data source" | "provider";
  readonly type: string;
  /** The provider's version that the bindings were generated from. */
  readonly version: string;
  readonly block: Block;
};

/** One line of the table that a class or a function has for what it writes. */
type Written = { readonly value: string; readonly type: string; readonly storage: string };

/** A property, as the comment above it and its getter tell. */
type Property = {
  readonly name: string;
  readonly computed: boolean;
  readonly optional: boolean;
  readonly required: boolean;
  readonly text: string;
};

const kinds = {
  TerraformResource: "resource",
  TerraformDataSource: "data source",
  TerraformProvider: "provider",
} as const;

const simple: Readonly<Record<string, string>> = {
  string: "string",
  number: "number",
  boolean: "bool",
  any: "dynamic",
};

/**
 * Reads the files of one folder of the bindings, one after the other in `text`. Undefined where they hold
 * no resource, data source or provider.
 */
export function readBinding(text: string): Binding | undefined {
  const classes = sections(text, /^class (\w+) extends cdktn\.(\w+) \{$/gm);
  const functions = sections(text, /^function (\w+)\(/gm);
  for (const [name, section] of classes) {
    const base = /extends cdktn\.(\w+)/.exec(section)?.[1] ?? "";
    if (!isKind(base)) continue;
    return {
      kind: kinds[base],
      type: base === "TerraformProvider"
        ? ""
        : /static tfResourceType = "(\w+)"/.exec(section)?.[1] ?? "",
      version: /providerVersion: '([^']+)'/.exec(section)?.[1] ?? "",
      block: blockOf(name, { classes, functions, within: [] }),
    };
  }
  return undefined;
}

type Source = {
  readonly classes: ReadonlyMap<string, string>;
  readonly functions: ReadonlyMap<string, string>;
  /** The classes that are being read, the outermost first. */
  readonly within: readonly string[];
};

function isKind(base: string): base is keyof typeof kinds {
  return Object.hasOwn(kinds, base);
}

/** The text from each heading to the brace that closes it, by the heading's name. */
function sections(text: string, heading: RegExp): Map<string, string> {
  const found = new Map<string, string>();
  for (const match of text.matchAll(heading)) {
    const end = text.indexOf("\n}\n", match.index);
    found.set(match[1] ?? "", text.slice(match.index, end < 0 ? text.length : end));
  }
  return found;
}

/** What a class has, or what a function writes where a nested block has no class, as in a provider. */
function blockOf(className: string, outer: Source): Block {
  if (outer.within.includes(className)) throw new Error(`${className} is nested in itself`);
  const source = { ...outer, within: [...outer.within, className] };
  const section = source.classes.get(className);
  const written = writtenBy(className, section, source);
  const attributes: Record<string, Attribute> = {};
  const blocks: Record<string, NestedBlock> = {};
  const properties = section === undefined
    ? [...written.keys()].map((name) => optionalProperty(name))
    : propertiesOf(section);
  if (section === undefined && written.size === 0) {
    throw new Error(`The bindings have neither a class ${className} nor a function that writes it`);
  }
  for (const property of properties) {
    const { name, required, optional, computed } = property;
    const line = written.get(name);
    const part = line === undefined
      ? { attribute: computedType(property, source) }
      : partOf(line, source);
    if ("block" in part) {
      blocks[name] = { ...part.block, ...(required ? { min_items: 1 as const } : {}) };
    } else {
      attributes[name] = {
        type: part.attribute,
        ...(required ? { required: true as const } : {}),
        ...(optional ? { optional: true as const } : {}),
        ...(computed ? { computed: true as const } : {}),
      };
    }
  }
  return { attributes, block_types: blocks };
}

function optionalProperty(name: string): Property {
  return { name, computed: false, optional: true, required: false, text: "" };
}

/** The properties of a class, each with the text up to the next one. */
function propertiesOf(section: string): Property[] {
  const comment =
    /^ {4}\/\/ (\w+) - computed: (true|false), optional: (true|false), required: (true|false)$/gm;
  const found = [...section.matchAll(comment)];
  return found.map((match, at) => ({
    name: match[1] ?? "",
    computed: match[2] === "true",
    optional: match[3] === "true",
    required: match[4] === "true",
    text: section.slice(match.index, found[at + 1]?.index ?? section.length),
  }));
}

/** What is written for each property: by a method for a resource, by a function for a nested block. */
function writtenBy(
  className: string,
  section: string | undefined,
  source: Source,
): Map<string, Written> {
  const stem = className.replace(/OutputReference$/, "");
  const name = `${stem.slice(0, 1).toLowerCase()}${stem.slice(1)}ToHclTerraform`;
  const [, method] = section?.split("    synthesizeHclAttributes() {") ?? [];
  const text = method ?? source.functions.get(name) ?? "";
  const line =
    /^ +(\w+): \{\n +value: (.*),\n +isBlock: \w+,\n +type: "(\w+)",\n +storageClassType: "(\w+)",\n +\},$/gm;
  return new Map(
    [...text.matchAll(line)].map(([, key = "", value = "", type = "", storage = ""]) => [
      key,
      { value, type, storage },
    ]),
  );
}

/** Whether a line is an attribute or a block, and what is in it. */
function partOf(
  line: Written,
  source: Source,
): { readonly attribute: Type } | { readonly block: NestedBlock } {
  const [, base, inside, outside] =
    /^(string|number|boolean|any)(List|Map)??(List|Map)?$/.exec(line.storage) ?? [];
  if (base !== undefined) {
    const element: Type = simple[base] ?? "dynamic";
    if (outside === undefined) return { attribute: element };
    return {
      attribute: [
        containerOf(line.type),
        inside === undefined ? element : [inside.toLowerCase(), element],
      ],
    };
  }
  const [, stem = ""] = /\b(\w+)ToHclTerraform/.exec(line.value) ?? [];
  const className = `${stem.slice(0, 1).toUpperCase()}${stem.slice(1)}OutputReference`;
  const block = blockOf(className, source);
  // A mapper with `false` writes a list of objects, which Terraform lets a person write as blocks.
  if (/^cdktn\.listMapperHcl\([\w.]+, false\)/.test(line.value)) {
    return { attribute: [containerOf(line.type), objectOf(block)] };
  }
  if (/^cdktn\.hashMapperHcl\(/.test(line.value)) {
    return { attribute: ["map", objectOf(block)] };
  }
  const one = !line.value.startsWith("cdktn.listMapperHcl(");
  if (line.type === "set" && JSON.stringify(block).includes('"dynamic"')) {
    throw new Error(`A set of ${className} would hold values of any type, which Terraform refuses`);
  }
  const mode = line.type === "struct" ? "single" : line.type === "set" ? "set" : "list";
  return {
    block: {
      nesting_mode: mode,
      block,
      ...(one && mode !== "single" ? { max_items: 1 as const } : {}),
    },
  };
}

function containerOf(type: string): string {
  return type === "set" || type === "map" ? type : "list";
}

function objectOf({ attributes, block_types }: Block): Type {
  const fields = Object.entries(attributes).map(([name, { type }]) => [name, type]);
  const nested = Object.entries(block_types).map(([name, { nesting_mode, block }]) => [
    name,
    nesting_mode === "single" ? objectOf(block) : [nesting_mode, objectOf(block)],
  ]);
  return ["object", Object.fromEntries([...fields, ...nested])];
}

/** The type of what AWS tells and nobody writes, by the getter that reads it. */
function computedType({ text }: Property, source: Source): Type {
  const [, type = "", list] =
    /this\.get(String|Number|Boolean|Any)?(?:(List|Map))?Attribute\(/.exec(
      text,
    ) ?? [];
  if (type !== "" || list !== undefined) {
    const inner: Type = simple[type.toLowerCase()] ?? "string";
    if (list === undefined) return inner;
    return [list === "Map" ? "map" : text.includes("Fn.tolist(") ? "set" : "list", inner];
  }
  const [, map] = /= new cdktn\.(String|Number|Boolean|Any)Map\(/.exec(text) ?? [];
  if (map !== undefined) return ["map", simple[map.toLowerCase()] ?? "dynamic"];
  const [, className = "", set] =
    /= new (?:\w+\.)?(\w+)\(this, "\w+"(?:, (true|false))?\)/.exec(text) ?? [];
  const nested = className.replace(/List$/, "OutputReference");
  if (!source.classes.has(nested)) return "dynamic";
  const object = objectOf(blockOf(nested, source));
  return className.endsWith("List") ? [set === "true" ? "set" : "list", object] : object;
}
