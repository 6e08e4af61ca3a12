import { RegisterTaskDefinitionRequest$, RunTaskRequest$ } from "@aws-sdk/client-ecs";
import { NormalizedSchema } from "@smithy/core/schema";
import { assertEquals } from "@std/assert";
import {
  registerTaskDefinitionShape,
  runTaskShape,
} from "../../../../demo/simulator/request/request_shapes.ts";
import { list, type Shape, structure } from "../../../../demo/simulator/request/shape.ts";

/** The shape that the AWS SDK's model gives something. */
function shapeOf(schema: NormalizedSchema): Shape {
  if (schema.isListSchema()) return list(shapeOf(schema.getValueSchema()));
  if (schema.isMapSchema()) return { kind: "map", value: shapeOf(schema.getValueSchema()) };
  if (schema.isStructSchema()) {
    return structure(
      Object.fromEntries(
        [...schema.structIterator()].map(([name, member]) => [name, shapeOf(member)]),
      ),
    );
  }
  if (schema.isBooleanSchema()) return "boolean";
  return schema.isNumericSchema() ? "integer" : "string";
}

Deno.test("the shapes of requests are those of the AWS SDK's model", () => {
  const model = NormalizedSchema.of;
  assertEquals(registerTaskDefinitionShape, shapeOf(model(RegisterTaskDefinitionRequest$)));
  assertEquals(runTaskShape, shapeOf(model(RunTaskRequest$)));
});
