import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createScreen, type Paper, wrapped } from "../../../demo/lib/screen.ts";

/** Paper that keeps what is written. */
function paper(over: Partial<Paper> = {}): Paper & { text(): string } {
  let text = "";
  return {
    columns: undefined,
    colour: false,
    now: () => 0,
    write: (more) => {
      text += more;
    },
    ...over,
    text: () => text,
  };
}

Deno.test("without a terminal there are lines alone: no colours and nothing written over", async () => {
  const plain = paper();
  const screen = createScreen(plain);
  screen.chapter("A title", "About it.");
  screen.say("Why.");
  screen.command("nomad node status");
  screen.output("\x1b[1mbold\x1b[0m\nsecond\nthird\n", 2);
  await screen.during("waiting", () => Promise.resolve());
  await screen.progress("tasks", 2, (done) => Promise.resolve(done(2)));
  screen.found("It holds.");
  assertEquals(plain.text().split("\n"), [
    "",
    "1. A title",
    "  About it.",
    "",
    "  Why.",
    "  $ nomad node status",
    "    bold",
    "    second",
    "    (1 more lines)",
    "  waiting ...",
    "  ✓ waiting (0.0 s)",
    "  tasks ...",
    "  ✓ tasks: 2 of 2 (0.0 s)",
    "  ✓ It holds.",
    "",
  ]);
});

Deno.test("on a terminal a spinner and a bar stay on one line, and no line is too wide", async () => {
  const terminal = paper({ columns: 40, colour: true });
  const screen = createScreen(terminal);
  screen.output("x".repeat(100));
  let ticks = 0;
  const untilShown = () =>
    new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        if (!terminal.text().includes("█████") && ++ticks < 1_000) return;
        clearInterval(timer);
        resolve();
      }, 5);
    });
  await screen.progress("tasks", 2, async (done) => {
    done(1);
    await untilShown();
  });
  const text = terminal.text();
  assertStringIncludes(text, "\r\x1b[2K");
  assertStringIncludes(text, "█".repeat(15) + "░".repeat(15));
  // deno-lint-ignore no-control-regex -- codes of a terminal
  const lines = text.replace(/\x1b\[[0-9;]*[mK]/g, "").split(/[\r\n]+/);
  assertEquals(lines.filter((line) => line.length > 40), []);
});

Deno.test("a failed wait leaves no spinner and says nothing of success", async () => {
  const terminal = paper({ columns: 40 });
  const screen = createScreen(terminal);
  await assertRejects(() => screen.during("waiting", () => Promise.reject(new Error("no"))));
  assertEquals(terminal.text(), "\r\x1b[2K");
});

Deno.test("text is broken between words, and a word that is too long stays whole", () => {
  assertEquals(wrapped("one two three", 7), ["one two", "three"]);
  assertEquals(wrapped("arn:aws:ecs one", 5), ["arn:aws:ecs", "one"]);
});
