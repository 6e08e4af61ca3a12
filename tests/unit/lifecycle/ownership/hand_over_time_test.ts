import { assertEquals } from "@std/assert";
import {
  handOverTime,
  isHandOverLate,
} from "../../../../src/lifecycle/ownership/hand_over_time.ts";

Deno.test("a successor has an hour from the moment at which the task was left", () => {
  assertEquals(handOverTime, 60 * 60_000);
  assertEquals(isHandOverLate(500, 500 + handOverTime - 1), false);
  assertEquals(isHandOverLate(500, 500 + handOverTime), true);
});
