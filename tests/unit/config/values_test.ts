import { assertEquals } from "@std/assert";
import { parseDuration } from "../../../src/config/schema.ts";
import { decodedTask } from "../../harness/config.ts";

Deno.test("durations are read as Go writes them", () => {
  assertEquals(parseDuration("1h30m"), 5_400_000);
  assertEquals(parseDuration("1.5s"), 1_500);
  assertEquals(parseDuration("250ms"), 250);
  for (const text of ["", "5", "5 s", "s", "-5s", "5d"]) {
    assertEquals(parseDuration(text), undefined);
  }
});

Deno.test("a map's null is not set", () => {
  assertEquals(decodedTask({ tags: { team: "core", stage: null } }).tags, { team: "core" });
});
