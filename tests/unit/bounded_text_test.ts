import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { boundedText, textLimit } from "../../src/bounded_text.ts";

/** A text with its control characters as JSON may write them. */
function shown(text: string): string {
  const codes = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  return codes.map((code) => {
    const isControl = (code < 0x20 && code !== 9 && code !== 10) || (code >= 0x7f && code < 0xa0);
    const turns = [0x61c, 0x200e, 0x200f].includes(code) || (code >= 0x202a && code <= 0x202e) ||
      (code >= 0x2066 && code <= 0x2069);
    return isControl || turns
      ? `\\u${code.toString(16).padStart(4, "0")}`
      : String.fromCharCode(code);
  }).join("");
}

Deno.test("no text has a terminal do anything, or shows as another", () => {
  const words = "CannotPullContainerError: \x1b]52;c;cm0gLXJmIC8=\x07\r\x9b2J\u202egpj.exe\n\tok";
  assertEquals(
    boundedText(words),
    "CannotPullContainerError: \\u001b]52;c;cm0gLXJmIC8=\\u0007\\u000d\\u009b2J\\u202egpj.exe\n\tok",
  );
  assertEquals(boundedText(boundedText(words)), boundedText(words));
});

Deno.test("a text of a usual length stays as it is", () => {
  const text = 'config.task.launch_type must be EC2 or FARGATE; got "FARGTE" – “ok” 漢字 🙂';
  assertEquals(boundedText(text), text);
});

Deno.test("a long text is cut, and its end says how much is left out", () => {
  const text = boundedText("a".repeat(1_000_000));
  assert(text.length > 5_000 && text.length <= textLimit, String(text.length));
  assertStringIncludes(text, ` ... and ${1_000_000 - text.indexOf(" ")} more characters`);
});

Deno.test("whatever a text holds, its percent-encoding keeps to the limit, and what fits is kept whole", () => {
  const unit = fc.oneof(
    { weight: 3, arbitrary: fc.string({ unit: "binary" }) },
    // Half characters, as where a text was cut or a peer sends no valid UTF-16.
    fc.array(fc.integer({ min: 0xd800, max: 0xdfff })).map((codes) =>
      String.fromCharCode(...codes)
    ),
  );
  const text = fc.tuple(unit, fc.nat(2_000)).map(([part, times]) => part.repeat(times));
  fc.assert(fc.property(text, fc.integer({ min: 100, max: 4_000 }), (text, limit) => {
    const bounded = boundedText(text, limit);
    const size = encodeURI(bounded).length;
    assert(size <= limit, `${size} > ${limit}`);
    const whole = shown(text).toWellFormed();
    if (encodeURI(whole).length <= limit) assertEquals(bounded, whole);
    else assert(/ \.\.\. and \d+ more characters$/.test(bounded), bounded.slice(-60));
  }));
});
