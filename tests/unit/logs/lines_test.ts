import { assertEquals } from "@std/assert";
import { lineBytes } from "../../../src/logs/lines.ts";

const text = (message: string, label?: string) =>
  new TextDecoder().decode(lineBytes(message, label));

Deno.test("a message becomes a line, and one that ends a line becomes no second one", () => {
  assertEquals(text("hello"), "hello\n");
  assertEquals(text("hello\n"), "hello\n");
});

Deno.test("each line of a message has the container's name in front", () => {
  assertEquals(text("trace\n  at main\n", "side"), "side: trace\nside:   at main\n");
});
