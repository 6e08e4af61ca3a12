/**
 * Makes a moving picture of a recording of the demo: an SVG that draws its lines as they came, with
 * nothing but CSS.
 *
 *     picture.ts RECORDING LIGHT.svg DARK.svg
 */

/** Something that was written to the terminal, and when, in milliseconds. */
export type Written = { readonly at: number; readonly text: string };

/** What one line of the terminal shows from a moment on. */
type Change = { readonly at: number; readonly line: number; readonly text: string };

/** A piece of a line in one style. */
type Piece = { readonly text: string; readonly classes: readonly string[] };

/** Seconds for which a line stands before the next one comes, at least. */
const readingTime = 0.2;
/** A wait is shown as at most this many seconds. */
const longestWait = 1.4;
/** Seconds that the last picture stands before all begins anew. */
const rest = 5;
/** Lines that are seen at one time, and the size of a character. */
const rows = 30;
const columns = 92;
const cell = { width: 7.8, height: 18 };
const margin = 16;

type Colours = Readonly<Record<"ground" | "text" | "dim" | "green" | "cyan" | "frame", string>>;

/** Colours with at least 4.5 of contrast to their ground (WCAG 2.2, 1.4.3). */
export const light: Colours = {
  ground: "#ffffff",
  frame: "#d0d7de",
  text: "#1f2328",
  dim: "#59636e",
  green: "#1a7f37",
  cyan: "#1b7c83",
};
export const dark: Colours = {
  ground: "#0d1117",
  frame: "#3d444d",
  text: "#f0f6fc",
  dim: "#9198a1",
  green: "#3fb950",
  cyan: "#39c5cf",
};

/**
 * Shortens the waits of a recording, and makes its times seconds from its begin. A wait is a pause, or
 * a line that is written anew and anew.
 */
export function hurried(recording: readonly Written[]): Written[] {
  const shown: Written[] = [];
  let now = 0;
  let from = 0;
  while (from < recording.length) {
    let to = from + 1;
    while (isAnew(recording[to]) && isAnew(recording[to - 1])) to += 1;
    const before = recording[from - 1]?.at ?? recording[0]?.at ?? 0;
    const took = ((recording[to - 1]?.at ?? before) - before) / 1_000;
    const scale = took > longestWait ? longestWait / took : 1;
    for (const { at, text } of recording.slice(from, to)) {
      shown.push({ at: now + scale * (at - before) / 1_000, text });
    }
    now += scale * took + (isAnew(recording[from]) ? 0 : readingTime);
    from = to;
  }
  return shown;
}

function isAnew(written: Written | undefined): boolean {
  return written?.text.startsWith("\r\x1b[2K") ?? false;
}

/**
 * What each line of the terminal shows, and from when on. The screen of the demo writes lines, and
 * clears its last one (`\r` and ECMA-48's EL) to write it anew.
 */
export function changesOf(recording: readonly Written[]): Change[] {
  const changes: Change[] = [];
  let line = 0;
  let current = "";
  for (const { at, text } of recording) {
    const parts = text.split("\n");
    parts.forEach((part, index) => {
      if (index > 0) {
        line += 1;
        current = "";
      }
      const cleared = part.lastIndexOf("\r\x1b[2K");
      current = cleared < 0 ? current + part : part.slice(cleared + "\r\x1b[2K".length);
      if (part !== "") changes.push({ at, line, text: current });
    });
  }
  // A spinner turns ten times a second. Four are enough, and the last state of a moment counts.
  return changes.filter((change, index) => {
    const next = changes[index + 1];
    return next === undefined || next.line !== change.line ||
      Math.floor(next.at * 4) !== Math.floor(change.at * 4);
  });
}

/** Draws the picture. */
export function draw(recording: readonly Written[], colours: Colours): string {
  const changes = changesOf(hurried(recording));
  const duration = (changes.at(-1)?.at ?? 0) + rest;
  const share = (at: number) => `${(100 * at / duration).toFixed(2)}%`;
  const rules: string[] = [];
  const texts: string[] = [];
  changes.forEach(({ at, line, text }, index) => {
    const next = changes.slice(index + 1).find((other) => other.line === line);
    if (text.trim() === "") return;
    // Each text is hidden but from its own moment to that of the line's next one.
    const until = next === undefined ? "" : `${share(next.at)},100%{opacity:0}`;
    rules.push(
      `@keyframes k${index}{0%{opacity:0}${share(at)}${next === undefined ? ",100%" : ""}` +
        `{opacity:1}${until}}.k${index}{animation-name:k${index}}`,
    );
    const y = (line + 1) * cell.height - 5;
    const still = next === undefined ? "" : " gone";
    texts.push(
      `<text class="k${index}${still}" y="${y}">${piecesOf(text).map(span).join("")}</text>`,
    );
  });
  // The lines move up as soon as more of them have come than there is room for.
  const scrolls = changes.filter(({ line }, index) =>
    line >= rows && changes[index - 1]?.line !== line
  );
  const steps = scrolls.map(({ at, line }) =>
    `${share(at)}{transform:translateY(${-(line - rows + 1) * cell.height}px)}`
  );
  const last = Math.max(0, ...changes.map(({ line }) => line));
  const width = Math.round(columns * cell.width + 2 * margin);
  const height = rows * cell.height + 2 * margin;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" xml:space="preserve" role="img" aria-labelledby="title">
<title id="title">A recording of make demo: its commands, and what they print</title>
<style>
text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:${colours.text};white-space:pre;opacity:0;animation:${
    duration.toFixed(1)
  }s step-end infinite}
.dim{fill:${colours.dim}}.green{fill:${colours.green}}.cyan{fill:${colours.cyan}}.bold{font-weight:bold}
.all{animation:scroll ${duration.toFixed(1)}s step-end infinite}
@keyframes scroll{0%{transform:none}${steps.join("")}}
@media (prefers-reduced-motion:reduce){text{animation:none;opacity:1}text.gone{display:none}.all{animation:none;transform:translateY(${
    -Math.max(0, last - rows + 1) * cell.height
  }px)}}
${rules.join("\n")}
</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${
    height - 1
  }" rx="8" fill="${colours.ground}" stroke="${colours.frame}"/>
<svg x="${margin}" y="${margin}" width="${width - 2 * margin}" height="${
    height - 2 * margin
  }"><g class="all">
${texts.join("\n")}
</g></svg>
</svg>
`;
}

/** A line in pieces of one style, by its SGR codes. */
function piecesOf(text: string): Piece[] {
  const names: Record<string, string> = { "1": "bold", "2": "dim", "32": "green", "36": "cyan" };
  let classes: string[] = [];
  // deno-lint-ignore no-control-regex -- codes of a terminal
  return text.split(/(\x1b\[\d+m)/).flatMap((part) => {
    // deno-lint-ignore no-control-regex -- codes of a terminal
    const [, code] = /^\x1b\[(\d+)m$/.exec(part) ?? [];
    if (code === undefined) return part === "" ? [] : [{ text: part, classes }];
    const name = names[code];
    classes = name === undefined ? [] : [...classes, name];
    return [];
  });
}

function span({ text, classes }: Piece): string {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return classes.length === 0 ? escaped : `<tspan class="${classes.join(" ")}">${escaped}</tspan>`;
}

if (import.meta.main) {
  const [recording, lightPath, darkPath] = Deno.args;
  if (recording === undefined || lightPath === undefined || darkPath === undefined) {
    throw new Error("usage: picture.ts RECORDING LIGHT.svg DARK.svg");
  }
  const lines = (await Deno.readTextFile(recording)).split("\n").filter((line) => line !== "");
  const written = lines.map((line) => {
    const [at, text] = JSON.parse(line) as [number, string];
    return { at, text };
  });
  await Deno.writeTextFile(lightPath, draw(written, light));
  await Deno.writeTextFile(darkPath, draw(written, dark));
}
