import { assert, assertEquals } from "@std/assert";
import {
  choice,
  keyOf,
  kindOf,
  must,
  mustSecret,
  shorten,
  show,
} from "../../../src/config/show.ts";

Deno.test("a refusal says what must be, and the value", () => {
  assertEquals(must("be a region", "moon"), 'must be a region; got "moon"');
  assertEquals(must("be set", undefined), "must be set; got nothing");
  assertEquals(
    must("be empty", ["a", 1, null, true]),
    'must be empty; got ["a", 1, nothing, true]',
  );
});

Deno.test("a value is shown as JSON, and never at length", () => {
  assertEquals(show('a "b"\n'), String.raw`"a \"b\"\n"`);
  assertEquals(show(1n), "1");
  assertEquals(show(NaN), "NaN");
  assertEquals(show("x".repeat(1_000_000)).length, 201);
  assertEquals(show(Array(1_000_000).fill("x")).length, 201);
  assertEquals(show([]), "[]");
});

Deno.test("a block is never shown, as it may hold secrets, not even within a list", () => {
  assertEquals(show({ password: "hunter2" }), 'a map with the key "password"');
  assertEquals(show([{ password: "hunter2" }]), '[a map with the key "password"]');
});

Deno.test("of a secret only type, length and keys are said", () => {
  assertEquals(mustSecret("be x", "hunter2"), "must be x; got a string of 7 characters");
  assertEquals(kindOf(""), '""');
  assertEquals(kindOf(["hunter2"]), "a list of 1 entry");
  assertEquals(kindOf({}), "an empty map");
  assertEquals(kindOf({ a: "hunter2", b: 1 }), 'a map with the keys "a", "b"');
  assertEquals(kindOf(1234), "a number");
  assertEquals(kindOf(1234n), "a number");
  assertEquals(kindOf(true), "a bool");
  assertEquals(kindOf(null), "nothing");
  assertEquals(kindOf(new Uint8Array([1, 2])), "binary data");
  assertEquals(kindOf(new Date(0)), "binary data");
  const many = Object.fromEntries(Array.from({ length: 48_000 }, (_, index) => [`k${index}`, ""]));
  assert(kindOf(many).endsWith(', "k9" and 47990 more'), kindOf(many));
  assert(kindOf({ ["k".repeat(100_000)]: "" }).length < 100);
});

Deno.test("the key of a map's entry is part of its path, and never long", () => {
  assertEquals(keyOf("a b"), '["a b"]');
  assert(keyOf("k".repeat(100_000)).length < 80);
});

Deno.test("words are a choice", () => {
  assertEquals(choice(["a"]), '"a"');
  assertEquals(choice(["a", "b"]), '"a" or "b"');
  assertEquals(choice([1, 2, 3]), "1, 2 or 3");
});

Deno.test("a text is never cut within a character", () => {
  assertEquals(shorten("ab", 2), "ab");
  assertEquals(shorten("abc", 2), "ab…");
  assertEquals(shorten("a😀", 2), "a…");
});
