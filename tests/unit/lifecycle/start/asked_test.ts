import { assertEquals } from "@std/assert";
import { EcsError } from "../../../../src/aws/error.ts";
import { asked } from "../../../../src/lifecycle/start/asked.ts";
import { createWorld } from "../../../harness/world.ts";

/** Asks for what fails with these kinds first, and answers after that. */
async function ask(...kinds: EcsError["kind"][]) {
  const world = createWorld();
  const clock = world.time.clock({ alive: true });
  const told: string[] = [];
  let times = 0;
  const result = await world.settle(asked(
    { clock, random: () => 0.5 },
    { signal: new AbortController().signal, retrying: ({ kind }) => told.push(kind) },
    () => {
      const kind = kinds[times];
      times += 1;
      return kind === undefined
        ? Promise.resolve("answer")
        : Promise.reject(new EcsError(kind, "attempted", "answer"));
    },
  ));
  return { status: result.status, times, told };
}

Deno.test("a start asks again for what may pass, and tells of each failure", async () => {
  assertEquals(await ask("unavailable", "throttled"), {
    status: "fulfilled",
    times: 3,
    told: ["unavailable", "throttled"],
  });
});

Deno.test("a start does not ask again for what lasts", async () => {
  assertEquals(await ask("rejected"), { status: "rejected", times: 1, told: [] });
});
