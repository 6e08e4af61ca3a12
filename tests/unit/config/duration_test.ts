import { assertEquals } from "@std/assert";
import { duration, parseDuration } from "../../../src/config/duration.ts";
import type { Problem } from "../../../src/config/field.ts";

Deno.test("durations are read as Go writes them", () => {
  assertEquals(parseDuration("1h30m"), 5_400_000);
  assertEquals(parseDuration("1.5s"), 1_500);
  assertEquals(parseDuration("250ms"), 250);
  for (const text of ["", "5", "5 s", "s", "-5s", "5d", "1s".repeat(1_000)]) {
    assertEquals(parseDuration(text), undefined);
  }
});

function refusal(raw: unknown, options: { default?: string; min?: string; max: string }) {
  const problems: Problem[] = [];
  const value = duration("A time.", options).decode(raw, "it", problems);
  return problems[0]?.text ?? value;
}

Deno.test("a duration outside its bounds is refused with both of them", () => {
  const bounds = { min: "1s", max: "1h" };
  const must = 'must be a duration from "1s" to "1h", such as "30s", "5m" or "1h30m"; got';
  assertEquals(refusal("10ms", bounds), `${must} "10ms"`);
  assertEquals(refusal("61m", bounds), `${must} "61m"`);
  assertEquals(refusal("soon", bounds), `${must} "soon"`);
  assertEquals(refusal(5, bounds), `${must} 5`);
  assertEquals(
    refusal("61m", { max: "1h" }),
    'must be a duration of at most "1h", such as "30s", "5m" or "1h30m"; got "61m"',
  );
});

Deno.test("a duration is in milliseconds, its default too", () => {
  assertEquals(refusal("60m", { max: "1h" }), 3_600_000);
  assertEquals(refusal(null, { default: "5m", max: "1h" }), 300_000);
  assertEquals(refusal("", { max: "1h" }), undefined);
});
