import type { Spec } from "../gen/hashicorp/nomad/plugins/shared/hclspec/hcl_spec.ts";
import type { Field, Fields } from "./schema.ts";

/** The schema that Nomad is given of a block, from the declaration that also decodes it. */
export function specOf(fields: Fields): Spec {
  const attributes = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, fieldSpec(name, field)]),
  );
  return { block: { $case: "object", value: { attributes } } };
}

function fieldSpec(name: string, { shape }: Field<unknown>): Spec {
  switch (shape.kind) {
    case "attribute": {
      const { type, required } = shape;
      const attribute: Spec = { block: { $case: "Attr", value: { name, type, required } } };
      if (shape.default === undefined) return attribute;
      const literal: Spec = { block: { $case: "literal", value: { value: shape.default } } };
      return { block: { $case: "default", value: { primary: attribute, default: literal } } };
    }
    case "map":
      return { block: { $case: "blockAttrs", value: { name, type: shape.type, required: false } } };
    case "block": {
      const nested = specOf(shape.fields);
      return { block: { $case: "blockValue", value: { name, required: false, nested } } };
    }
    case "blocks":
      return {
        block: {
          $case: "blockList",
          value: { name, minItems: 0n, maxItems: 0n, nested: specOf(shape.fields) },
        },
      };
  }
}
