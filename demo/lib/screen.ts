import { stripVTControlCharacters } from "node:util";

/** Tells what a demo does. One line at a time; the last may still change on a terminal. */
export type Screen = {
  /** Begins a chapter. */
  chapter(title: string, about: string): void;
  /** Says in a sentence what comes next, and why. */
  say(text: string): void;
  /** Shows a command that a person would type. */
  command(words: string): void;
  /** Shows what a command printed, at most `lines` lines of it. */
  output(text: string, lines?: number): void;
  /** Says what was checked and found right. */
  found(text: string): void;
  /** Does what may take a while, under a spinner. */
  during<T>(what: string, work: () => Promise<T>): Promise<T>;
  /** Does what has a countable end, under a progress bar. */
  progress<T>(
    what: string,
    total: number,
    work: (done: (count: number) => void) => Promise<T>,
  ): Promise<T>;
};

/** Where a screen writes. */
export type Paper = {
  write(text: string): void;
  /** Milliseconds that go on evenly. */
  now(): number;
  /** Columns of a terminal whose last line can be written again. Undefined: plain lines only. */
  readonly columns: number | undefined;
  readonly colour: boolean;
};

/** Milliseconds between two pictures of a spinner, and between two plain lines of progress. */
const pace = { spinner: 100, plain: 3_000 };
const spinner = [..."⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"];
/** Cells of a progress bar. */
const barCells = 30;
/** Lines of a command's output that are shown unless a chapter says otherwise. */
const usualLines = 12;

/** SGR codes of ECMA-48. */
const codes = { bold: 1, dim: 2, green: 32, yellow: 33, cyan: 36 };
type Style = keyof typeof codes;

/** Makes a screen. Colours and a line that changes need a terminal; words do not. */
export function createScreen(paper: Paper): Screen {
  const { columns } = paper;
  const paint = (style: Style, text: string) =>
    paper.colour ? `\x1b[${codes[style]}m${text}\x1b[0m` : text;
  const line = (text: string) => paper.write(`${text}\n`);
  let chapters = 0;

  const during = async <T>(
    work: () => Promise<T>,
    words: { begin: string; state(seconds: number): string; end(seconds: number): string },
  ): Promise<T> => {
    const started = paper.now();
    const seconds = () => (paper.now() - started) / 1_000;
    if (columns === undefined) line(`  ${words.begin} ...`);
    let turns = 0;
    const show = () => {
      if (columns === undefined) {
        line(`  ... ${words.state(seconds())}`);
        return;
      }
      const sign = paint("cyan", spinner[turns++ % spinner.length] ?? "");
      paper.write(`\r\x1b[2K  ${sign} ${words.state(seconds()).slice(0, columns - 6)}`);
    };
    const ticker = setInterval(show, columns === undefined ? pace.plain : pace.spinner);
    try {
      const result = await work();
      if (columns !== undefined) paper.write("\r\x1b[2K");
      line(`  ${paint("green", "✓")} ${words.end(seconds())}`);
      return result;
    } catch (error) {
      if (columns !== undefined) paper.write("\r\x1b[2K");
      throw error;
    } finally {
      clearInterval(ticker);
    }
  };

  return {
    chapter: (title, about) => {
      line("");
      line(paint("bold", `${++chapters}. ${title}`));
      for (const text of wrapped(about, (columns ?? 100) - 2)) line(`  ${paint("dim", text)}`);
    },
    say: (text) => {
      line("");
      for (const part of wrapped(text, (columns ?? 100) - 2)) line(`  ${part}`);
    },
    command: (words) => line(`  ${paint("green", "$")} ${paint("bold", words)}`),
    output: (text, lines = usualLines) => {
      if (text.trim() === "") return;
      const all = stripVTControlCharacters(text).trimEnd().split("\n");
      for (const shown of all.slice(0, lines)) {
        line(`    ${paint("dim", columns === undefined ? shown : shown.slice(0, columns - 4))}`);
      }
      if (all.length > lines) line(`    ${paint("dim", `(${all.length - lines} more lines)`)}`);
    },
    found: (text) => {
      const [first = "", ...rest] = wrapped(text, (columns ?? 100) - 4);
      line(`  ${paint("green", "✓")} ${first}`);
      for (const part of rest) line(`    ${part}`);
    },
    during: (what, work) =>
      during(work, {
        begin: what,
        state: (seconds) => `${columns === undefined ? "" : `${what} · `}${seconds.toFixed(0)} s`,
        end: (seconds) => `${what} (${seconds.toFixed(1)} s)`,
      }),
    progress: (what, total, work) => {
      let count = 0;
      const filled = () => Math.round(barCells * Math.min(1, count / total));
      return during(() => work((done) => count = done), {
        begin: what,
        state: (seconds) =>
          columns === undefined
            ? `${count} of ${total}, ${seconds.toFixed(0)} s`
            : `${"█".repeat(filled())}${"░".repeat(barCells - filled())} ${count}/${total} ${what}`,
        end: (seconds) => `${what}: ${count} of ${total} (${seconds.toFixed(1)} s)`,
      });
    },
  };
}

/** Text in lines of at most `width` characters, broken between words. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let current = "";
  for (const word of text.split(/\s+/)) {
    const longer = current === "" ? word : `${current} ${word}`;
    if (longer.length > width && current !== "") {
      lines.push(current);
      current = word;
    } else {
      current = longer;
    }
  }
  return [...lines, current];
}

/**
 * Standard output as paper. Colours need a terminal and no NO_COLOR (https://no-color.org). What is
 * written goes to `record` too, with the milliseconds since the start.
 */
export function standardOutput(
  { columns, record }: {
    /** Columns to write for, as a terminal with colours, whatever standard output is. */
    columns?: number;
    record?: (at: number, text: string) => void;
  } = {},
): Paper {
  const terminal = Deno.stdout.isTerminal() && Deno.env.get("TERM") !== "dumb";
  return {
    columns: columns ?? (terminal ? usable(Deno.consoleSize().columns) : undefined),
    colour: columns !== undefined || terminal && (Deno.env.get("NO_COLOR") ?? "") === "",
    now: () => performance.now(),
    write: (text) => {
      const bytes = new TextEncoder().encode(text);
      for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
      record?.(performance.now(), text);
    },
  };
}

/** The columns to write for. A terminal that does not know its width says 0. */
function usable(columns: number): number {
  return columns === 0 ? 80 : Math.max(40, columns);
}
