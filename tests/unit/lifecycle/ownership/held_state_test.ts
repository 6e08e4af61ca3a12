import { assert, assertEquals } from "@std/assert";
import {
  type HeldState,
  mayBecome,
  mayBeStopped,
  mayRunOn,
} from "../../../../src/lifecycle/ownership/held_state.ts";

const states = Object.keys(mayBecome) as HeldState[];

Deno.test("a task that is to stop never counts as one that runs on again", () => {
  for (const state of states.filter((state) => !mayRunOn(state))) {
    assert(mayBecome[state].every((next) => !mayRunOn(next)), state);
  }
  assertEquals(mayBecome.done, []);
});

Deno.test("ECS is asked once to stop a task, and never to stop a foreign one", () => {
  assertEquals(states.filter((state) => !mayBeStopped(state)).toSorted(), [
    "acknowledged",
    "done",
    "foreign",
    "stopping",
  ]);
});

Deno.test("a task becomes an orphan only while it is unclaimed", () => {
  assertEquals(states.filter((state) => mayBecome[state].includes("orphan")), ["unclaimed"]);
});
