import { assertEquals } from "@std/assert";
import {
  DescribeTaskDefinitionResponse$,
  DescribeTasksResponse$,
  RunTaskResponse$,
} from "@aws-sdk/client-ecs";
import { GetLogEventsResponse$ } from "@aws-sdk/client-cloudwatch-logs";
import { JsonShapeDeserializer2 } from "@smithy/core/protocols";
import { NormalizedSchema } from "@smithy/core/schema";
import { Reader } from "../../../src/aws/json_protocol.ts";

type Schema = Parameters<Reader["readObject"]>[0];

const settings = { timestampFormat: { useTrait: true, default: 7 }, jsonName: false } as const;

/** What the SDK makes of a text, and what the driver's reader makes of it. */
async function readBoth(schema: Schema, text: string): Promise<[unknown, unknown]> {
  return [
    await new JsonShapeDeserializer2(settings).read(schema, text),
    await new Reader(settings).read(schema, text),
  ];
}

/** A value with every member that the schema has; structures within themselves end at the depth. */
function fullValue(schema: NormalizedSchema, depth: number): unknown {
  if (depth === 0) return null;
  if (schema.isStructSchema()) {
    return Object.fromEntries(
      [...schema.structIterator()].map(([name, member]) => [name, fullValue(member, depth - 1)]),
    );
  }
  if (schema.isListSchema()) {
    const item = fullValue(schema.getValueSchema(), depth - 1);
    return [item, item];
  }
  if (schema.isMapSchema()) return { key: fullValue(schema.getValueSchema(), depth - 1) };
  if (schema.isTimestampSchema()) return 1_700_000_000.25;
  if (schema.isBooleanSchema()) return true;
  if (schema.isNumericSchema()) return 7;
  return "a text";
}

const answers: [string, Schema][] = [
  ["DescribeTasks", DescribeTasksResponse$],
  ["RunTask", RunTaskResponse$],
  ["DescribeTaskDefinition", DescribeTaskDefinitionResponse$],
  ["GetLogEvents", GetLogEventsResponse$],
];

for (const [name, schema] of answers) {
  Deno.test(`an answer of ${name} with all its members is read as the SDK reads it`, async () => {
    const [expected, read] = await readBoth(
      schema,
      JSON.stringify(fullValue(NormalizedSchema.of(schema), 12)),
    );
    assertEquals(read, expected);
    assertEquals(JSON.stringify(read).length > 100, true);
  });
}

const odd: [string, string][] = [
  ["nothing", ""],
  ["an empty answer", "{}"],
  ["a member that is null", '{"tasks":null,"failures":[]}'],
  [
    "a member that the schema does not have",
    '{"tasks":[{"taskArn":"a","novel":{"x":1}}],"more":2}',
  ],
  ["an answer that tells its type", '{"__type":"com.amazonaws.ecs#X","message":"why","tasks":[]}'],
  ["a text in place of a list", '{"tasks":"many"}'],
  ["a list in place of a structure", '{"tasks":[[1,2],null,"three"]}'],
  ["a number in place of a text", '{"tasks":[{"taskArn":7,"containers":[{"exitCode":"3"}]}]}'],
  ["a time of a text", '{"tasks":[{"createdAt":"1700000000.5"}]}'],
  ["names of an object's own", '{"__proto__":{"tasks":[]},"constructor":1,"tasks":[{}]}'],
];

for (const [name, text] of odd) {
  Deno.test(`${name} is read as the SDK reads it`, async () => {
    const [expected, read] = await readBoth(DescribeTasksResponse$, text);
    assertEquals(read, expected);
  });
}
