import { assertEquals } from "@std/assert";
import { tell } from "../../../../src/lifecycle/start/context.ts";
import { cluster, configOf, ownerOf } from "../../../harness/world.ts";

Deno.test("what a start tells reaches the user with whose task it is about", () => {
  const told: unknown[] = [];
  tell({
    cluster,
    owner: ownerOf(),
    config: configOf(),
    env: {},
    resources: { cpu: 100, memory: 300 },
    abandoned: new AbortController().signal,
    onEvent: (event, owner) => told.push({ event, owner }),
  }, "waiting");
  assertEquals(told, [{ event: { message: "waiting", annotations: {} }, owner: ownerOf() }]);
});
