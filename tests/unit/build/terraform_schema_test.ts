import { assertEquals, assertThrows } from "@std/assert";
import type { Binding } from "../../../tools/terraform/bindings.ts";
import { documentOf } from "../../../tools/terraform/schema.ts";

const block = { attributes: {}, block_types: {} };
const provider: Binding = { kind: "provider", type: "", version: "6.66.0", block };
const vpc: Binding = { kind: "resource", type: "aws_vpc", version: "6.66.0", block };

Deno.test("a schema has the provider, its resources and its data sources, as Terraform prints them", () => {
  const zones: Binding = { ...vpc, kind: "data source", type: "aws_availability_zones" };
  assertEquals(documentOf([vpc, provider, zones]), {
    format_version: "1.0",
    provider_version: "6.66.0",
    provider_schemas: {
      "registry.terraform.io/hashicorp/aws": {
        provider: { version: 0, block },
        resource_schemas: { aws_vpc: { version: 0, block } },
        data_source_schemas: { aws_availability_zones: { version: 0, block } },
      },
    },
  });
});

Deno.test("bindings without the provider, or of two versions, are refused", () => {
  assertThrows(() => documentOf([vpc]), Error, "do not have the provider itself");
  assertThrows(
    () => documentOf([provider, { ...vpc, version: "6.65.0" }]),
    Error,
    "The bindings of aws_vpc are of version 6.65.0, and the provider's of 6.66.0",
  );
});
