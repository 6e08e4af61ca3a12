import { assert, assertEquals } from "@std/assert";
import type { Field, Fields, Problem } from "../../../src/config/field.ts";
import { pluginConfig } from "../../../src/config/plugin_config.ts";
import { taskConfig } from "../../../src/config/task_config.ts";
import { secretPlaces } from "../../harness/secret_places.ts";

/*
 * What holds of every option that there is.
 */

type Option = { readonly path: string; readonly field: Field<unknown> };

function optionsOf(path: string, field: Field<unknown>): Option[] {
  return [
    { path, field },
    ...Object.entries(fieldsOf(field)).flatMap(([name, inner]) =>
      optionsOf(`${path}.${name}`, inner)
    ),
  ];
}

function fieldsOf({ shape }: Field<unknown>): Fields {
  return shape.kind === "block" || shape.kind === "blocks" ? shape.fields : {};
}

const options = [...optionsOf("plugin", pluginConfig), ...optionsOf("config", taskConfig)];

function takesFreeText({ shape }: Field<unknown>): boolean {
  if (shape.kind === "map") return true;
  if (shape.kind !== "attribute") return false;
  const isBounded = ["words", "duration", "range"].includes(shape.allowed?.kind ?? "");
  return !isBounded && shape.type !== "bool";
}

Deno.test("no option that takes free text where secrets are written is shown in an error", () => {
  const places = options.filter(({ path, field }) =>
    takesFreeText(field) && path.split(".").some((name) => secretPlaces.has(name))
  );
  assertEquals(places.filter(({ field }) => !field.secret).map(({ path }) => path), []);
  // Every place is a place of some option, so that a renamed option does not go unnoticed.
  for (const name of secretPlaces) {
    assert(places.some(({ path }) => path.endsWith(`.${name}`)), name);
  }
});

/** Values of every type, each with a text that must not be seen. */
const canary = "canary-hunter2";
const wrong: unknown[] = [
  canary,
  canary.repeat(10_000),
  [canary],
  [canary, 7],
  [[canary]],
  [{ [`key`]: canary }],
  { key: canary },
  { key: [canary] },
  new TextEncoder().encode(canary),
];

Deno.test("no option that may hold a secret shows its value, whatever is wrong with it", () => {
  for (const { path, field } of options.filter(({ field }) => field.secret)) {
    for (const value of wrong) {
      const problems: Problem[] = [];
      field.decode(value, path, problems);
      // What is wrong with the options of a block is theirs.
      const own = field.shape.kind === "blocks" || field.shape.kind === "block"
        ? problems.filter((problem) => problem.path === path)
        : problems;
      for (const { text } of own) assertEquals(text.includes(canary), false, `${path} ${text}`);
    }
  }
});

Deno.test("a refusal is short, in one form, whatever value an option is given", () => {
  for (const { path, field } of options) {
    for (const value of [...wrong, 7, -1, 1.5, NaN, 10n ** 30n, true, "a b", { "": "" }]) {
      const problems: Problem[] = [];
      field.decode(value, path, problems);
      for (const problem of problems) {
        assert(/^must [^]+; got [^]+$/.test(problem.text), `${problem.path} ${problem.text}`);
        assert(problem.text.length < 800, `${problem.path} ${problem.text}`);
      }
    }
  }
});

Deno.test("a block's example is right, and no option of it is unknown", () => {
  for (const { path, field } of options) {
    const { shape } = field;
    if ((shape.kind !== "block" && shape.kind !== "blocks") || shape.example === undefined) {
      continue;
    }
    const problems: Problem[] = [];
    field.decode(shape.kind === "blocks" ? [shape.example] : shape.example, path, problems);
    assertEquals(problems, []);
    const unknown = Object.keys(shape.example).filter((name) => shape.fields[name] === undefined);
    assertEquals(unknown, [], path);
  }
});

Deno.test("a description is whole sentences, and says what happens when the option is not set", () => {
  for (const { path, field: { doc, shape } } of options) {
    assert(/^[A-Z`].{20,}\.$/.test(doc), `${path}: ${doc}`);
    assert(doc.length < 500, `${path}: ${doc}`);
    if (shape.kind !== "attribute" && shape.kind !== "map") continue;
    const settled = shape.kind === "attribute" && (shape.required || shape.default !== undefined);
    const says =
      /[Ww]hen (neither|not|set neither)|[Ww]hen a list is not set|must be set|need[s]? it|without one/;
    assert(
      settled || says.test(doc),
      `${path} does not say what happens when it is not set: ${doc}`,
    );
  }
});
