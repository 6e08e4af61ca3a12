import { assertEquals } from "@std/assert";
import { silentMeter } from "../../src/meter.ts";

Deno.test("the meter that nobody reads is off, and takes what it is given", () => {
  silentMeter.record({ kind: "orphan", action: "stop" });
  assertEquals(silentMeter.isOn(), false);
});
