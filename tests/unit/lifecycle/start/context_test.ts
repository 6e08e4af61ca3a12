import { assertEquals } from "@std/assert";
import { tell } from "../../../../src/lifecycle/start/context.ts";
import { ownerOf, startRequest } from "../../../harness/world.ts";

Deno.test("what a start tells reaches the user with whose task it is about", () => {
  const told: unknown[] = [];
  tell(startRequest({ onEvent: (event, owner) => told.push({ event, owner }) }), "waiting");
  assertEquals(told, [{ event: { message: "waiting", annotations: {} }, owner: ownerOf() }]);
});
