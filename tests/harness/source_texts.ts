import { parse } from "@babel/parser";

/** A text in the source that a person may read, with … for each value that is filled in. */
export type SourceText = { readonly file: string; readonly line: number; readonly text: string };

type Node = { type: string; loc?: { start: { line: number } } } & Record<string, unknown>;

/** Words that make a text of a piece of code: fewer are names, units and keys. */
const fewestWords = 4;

/** The texts of a source file: of at least four words, concatenations as one. */
export function textsOf(file: string, source: string): SourceText[] {
  const found: SourceText[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (!isNode(value)) return;
    if (value.type === "ImportDeclaration" || value.type.startsWith("TS")) {
      // An expression may stand in an assertion of its type.
      if (isNode(value["expression"])) visit(value["expression"]);
      return;
    }
    const text = textOf(value);
    if (text !== undefined) {
      const words = text.match(/[A-Za-z][A-Za-z']*/g) ?? [];
      if (words.length >= fewestWords && text.includes(" ")) {
        found.push({
          file,
          line: value.loc?.start.line ?? 0,
          text: text.replace(/\s+/g, " "),
        });
      }
      insidesOf(value).forEach(visit);
      return;
    }
    for (const key of Object.keys(value)) if (key !== "loc") visit(value[key]);
  };
  visit(parse(source, { sourceType: "module", plugins: ["typescript"] }).program);
  return found;
}

/** The text of a literal, a template, or a sum of them. Undefined: it is none. */
function textOf(node: Node): string | undefined {
  switch (node.type) {
    case "StringLiteral":
      return String(node["value"]);
    case "TemplateLiteral": {
      const quasis = node["quasis"] as { value: { cooked?: string } }[];
      return quasis.map(({ value }) => value.cooked ?? "").join("…");
    }
    case "BinaryExpression": {
      if (node["operator"] !== "+") return undefined;
      const parts = [node["left"], node["right"]].map((part) =>
        isNode(part) ? textOf(part) : undefined
      );
      if (parts.every((part) => part === undefined)) return undefined;
      return parts.map((part) => part ?? "…").join("");
    }
    default:
      return undefined;
  }
}

/** Expressions within a text, which may hold texts of their own. */
function insidesOf(node: Node): unknown[] {
  if (node.type === "TemplateLiteral") return node["expressions"] as unknown[];
  if (node.type !== "BinaryExpression") return [];
  return [node["left"], node["right"]].flatMap((part) =>
    !isNode(part) ? [] : textOf(part) === undefined ? [part] : insidesOf(part)
  );
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value &&
    typeof value.type === "string";
}
