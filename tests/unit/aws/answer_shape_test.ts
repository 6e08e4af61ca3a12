import { assertEquals } from "@std/assert";
import type { Picked, Shape, ShapeOf } from "../../../src/aws/answer_shape.ts";
import { problemWith } from "../../../src/aws/answer_shape.ts";

const shape = {
  "id!": "text",
  at: "date",
  count: "integer",
  list: [{ "name!": "text", on: "flag" }],
  texts: ["text"],
  whole: {},
} as const;

Deno.test("what fits has no problem, with members that are missing or not named too", () => {
  const full = { id: "1", at: new Date(0), count: 0, list: [{ name: "a", on: false }], texts: [] };
  assertEquals(problemWith(shape, full), undefined);
  assertEquals(problemWith(shape, { id: "" }), undefined);
  assertEquals(problemWith(shape, { id: "1", other: 7, list: [] }), undefined);
  assertEquals(problemWith({}, { anything: Symbol() }), undefined);
});

const wrong: [problem: string, value: unknown][] = [
  ["id is missing", {}],
  ["id is null, not a text", { id: null }],
  ["id is a number, not a text", { id: 7 }],
  ["id is a list, not a text", { id: ["1"] }],
  ["at is another text, not a date", { id: "1", at: "2026-01-01" }],
  ["at is another date, not a date", { id: "1", at: new Date(NaN) }],
  ["count is a number, not an integer", { id: "1", count: 1.5 }],
  ["count is a number, not an integer", { id: "1", count: Infinity }],
  ["count is another text, not an integer", { id: "1", count: "1" }],
  ["list is a structure, not a list", { id: "1", list: {} }],
  ["list is another text, not a list", { id: "1", list: "abc" }],
  ["list[1].name is missing", { id: "1", list: [{ name: "a" }, {}] }],
  ["list[0].on is another text, not true or false", { id: "1", list: [{ name: "a", on: "no" }] }],
  ["list[0] is null, not a structure", { id: "1", list: [null] }],
  ["texts[1] is a structure, not a text", { id: "1", texts: ["a", {}] }],
  ["whole is true or false, not a structure", { id: "1", whole: true }],
];
for (const [problem, value] of wrong) {
  Deno.test(`a value that does not fit is told by its place: ${problem}`, () => {
    assertEquals(problemWith(shape, value), problem);
  });
}

Deno.test("an answer that is no structure at all does not fit", () => {
  for (const value of [undefined, null, 7, "text", [], true]) {
    assertEquals(problemWith(shape, value)?.endsWith("not a structure"), true);
  }
});

Deno.test("each leaf takes its own values alone", () => {
  const arn = "arn:aws-cn:ecs:cn-north-1:123456789012:task/c/0123";
  const revision = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:7";
  const values: [leaf: Shape, fits: unknown[], not: unknown[]][] = [
    ["number", [0, -1.5], [NaN, Infinity, "1", null]],
    ["bytes", [new Uint8Array()], ["AA==", [1], null]],
    ["task ARN", [arn, arn.replace("/c/", "/")], [
      "",
      "0123",
      `${arn} `,
      arn.replace("task", "service"),
    ]],
    ["revision ARN", [revision], ["", "web:1", revision.replace(":7", ""), `${revision} `]],
    ["anything", [null, 0, () => {}], []],
  ];
  for (const [leaf, fits, not] of values) {
    for (const value of fits) assertEquals(problemWith(leaf, value), undefined, `${leaf} ${value}`);
    for (const value of not) assertEquals(problemWith(leaf, value) === undefined, false, `${leaf}`);
  }
});

Deno.test("no value is told in a problem", () => {
  for (const value of ["canary", ["canary"], { canary: "canary" }]) {
    assertEquals(problemWith({ n: "number" }, { n: value })?.includes("canary"), false);
  }
});

Deno.test("a shape names only what a type has, and picks it", () => {
  type Answer = { name?: string; at?: Date; items?: { size?: number; hidden?: string }[] };
  const picked = { "name!": "text", items: [{ size: "integer" }] } as const satisfies ShapeOf<
    Answer
  >;
  const read: Picked<Answer, typeof picked> = { name: "a", items: [{ size: 1 }] };
  // @ts-expect-error what the shape does not name is not read
  assertEquals(read.at, undefined);
  // @ts-expect-error nor within a list
  assertEquals(read.items?.[0]?.hidden, undefined);
  // @ts-expect-error a name that the type does not have
  const unknown = { nam: "text" } as const satisfies ShapeOf<Answer>;
  // @ts-expect-error a type that the member does not have
  const other = { at: "text" } as const satisfies ShapeOf<Answer>;
  assertEquals([Object.keys(unknown), Object.keys(other)], [["nam"], ["at"]]);
});
