import type { Host, Output } from "./host.ts";

/** Colours of a status. */
export type Colour = "green" | "yellow" | "red" | "dim" | "bold" | "plain";

/** Colours a text, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string;

/** Codes of ECMA-48, "Select Graphic Rendition". */
const codes: { readonly [C in Colour]: string } = {
  green: "32",
  yellow: "33",
  red: "31",
  dim: "2",
  bold: "1",
  plain: "",
};

/**
 * Whether a stream gets colours: it is a terminal, `NO_COLOR` (no-color.org) is unset or empty, and `TERM`
 * is not `dumb`.
 */
export function hasColours(
  output: Pick<Output, "isTerminal">,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  return output.isTerminal && (environment["NO_COLOR"] ?? "") === "" &&
    environment["TERM"] !== "dumb";
}

/** Makes the painter of a stream. */
export function painterOf(coloured: boolean): Paint {
  return (colour, text) =>
    coloured && colour !== "plain" ? `\x1b[${codes[colour]}m${text}\x1b[0m` : text;
}

/**
 * A text without what would move a terminal's cursor, or show its characters in another order: tags and errors
 * come from elsewhere. Source of the second kind: Unicode's Bidi_Control, and its two separators of lines.
 */
export function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, " ");
}

/** Prints an error on standard error: a line of text, or a document where the command prints JSON. */
export async function printError(
  { stderr, environment }: Pick<Host, "stderr" | "environment">,
  { text, exitStatus, as }: {
    readonly text: string;
    readonly exitStatus: number;
    readonly as: "text" | "JSON";
  },
): Promise<void> {
  if (as === "JSON") {
    return await stderr.write(JSON.stringify({ error: text, exitStatus }) + "\n");
  }
  const paint = painterOf(hasColours(stderr, environment));
  const lines = text.split("\n").map(printable).join("\n");
  await stderr.write(`${paint("red", "error:")} ${lines}\n`);
}

/** One cell of a table. */
export type Cell = string | { readonly text: string; readonly colour: Colour };

/** Rows as lines with aligned columns. The last column is not padded, as it may be long. */
export function tableOf(
  titles: readonly string[],
  rows: readonly (readonly Cell[])[],
  paint: Paint,
): string {
  const heading = titles.map((text): Cell => ({ text, colour: "bold" }));
  const all = [heading, ...rows];
  const widths = titles.map((_, at) => Math.max(...all.map((row) => textOf(row[at]).length)));
  return all.map((row) =>
    row.map((cell, at) => {
      const text = textOf(cell);
      const padding = at === row.length - 1 ? "" : " ".repeat((widths[at] ?? 0) - text.length);
      return paint(typeof cell === "string" ? "plain" : cell.colour, text) + padding;
    }).join("  ") + "\n"
  ).join("");
}

function textOf(cell: Cell | undefined): string {
  return printable(typeof cell === "string" ? cell : cell?.text ?? "");
}

/** A span in the largest two units: `3d4h`, `12m30s`. `ms` is milliseconds. */
export function spanOf(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3_600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ];
  const from = parts.findIndex(([count]) => count > 0);
  if (from < 0) return "0s";
  return parts.slice(from, from + 2).filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`).join("");
}
