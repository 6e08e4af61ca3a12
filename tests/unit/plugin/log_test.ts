import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createLogger } from "../../../src/plugin/log.ts";

/** The host takes what is past this in a line for another line. */
const hostLineLimit = 64 * 1024;

function logged(write: (log: ReturnType<typeof createLogger>) => void): string[] {
  const lines: string[] = [];
  write(createLogger({ write: (line) => lines.push(line) }, "ecs", () => new Date(0)));
  return lines;
}

Deno.test("a line is bounded, whatever its message and its fields hold", () => {
  const long = '"\u0001é漢\ud800'.repeat(200_000);
  const fields = Object.fromEntries(
    Array.from({ length: 20 }, (_, at) => [`field${at}`, at % 2 === 0 ? long : new Error(long)]),
  );
  const [line = ""] = logged((log) => log.error(long, { ...fields, last: 1 }));
  assert(new TextEncoder().encode(line).length < hostLineLimit, String(line.length));
  const parsed = JSON.parse(line);
  assertStringIncludes(parsed.field0, "more characters");
  assertEquals(parsed.last, 1);
});

Deno.test("a field that JSON cannot hold, or holds by the megabyte, is a short text", () => {
  const circular: Record<string, unknown> = { list: Array(1_000_000).fill("x") };
  circular["self"] = circular;
  const [line = ""] = logged((log) =>
    log.info("odd", { circular, big: 2n ** 64n, none: null, yes: true })
  );
  assertEquals(JSON.parse(line), {
    ...JSON.parse(line),
    circular: "[object Object]",
    big: "18446744073709551616",
    none: null,
    yes: true,
  });
});

Deno.test("a message cannot begin another line of the host's log", () => {
  const forged = "ECS says: no\n2026-01-01T00:00:00Z [ERROR] agent: \x1b[2Jforged";
  const [line = ""] = logged((log) => log.debug(forged));
  assertEquals(
    JSON.parse(line)["@message"],
    "ECS says: no\\n2026-01-01T00:00:00Z [ERROR] agent: \\u001b[2Jforged",
  );
});
