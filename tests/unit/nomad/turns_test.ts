import { assert, assertEquals, assertRejects } from "@std/assert";
import { NomadError } from "../../../src/nomad/error.ts";
import { createTurns, longestWait, mostAtOnce } from "../../../src/nomad/turns.ts";
import { createVirtualTime } from "../../simulation/virtual_time.ts";

const never = new AbortController().signal;
const late = () => new NomadError("unreachable", "GET /", "late");
const many = Array.from({ length: 1_000 }, (_, index) => index);

function world() {
  const time = createVirtualTime(0);
  const clock = time.clock({ alive: true });
  return { time, clock, turns: createTurns({ clock, ms: 2_000 }) };
}

/** Is never answered, and heeds its signal. */
function silence(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

Deno.test("a thousand questions are asked twenty at a time, in their order, however long that takes", async () => {
  const { time, clock, turns } = world();
  const began: number[] = [];
  let open = 0;
  let most = 0;
  const asked = Promise.all(many.map((index) =>
    turns.ask({ late, signal: never }, async () => {
      began.push(index);
      most = Math.max(most, ++open);
      await clock.sleep(1_000);
      open -= 1;
      return index;
    })
  ));
  await time.pass(50_000);
  assertEquals(await asked, many);
  assertEquals(began, many);
  assertEquals(most, mostAtOnce);
});

Deno.test("where nobody gets an answer, a thousand questions are given up within their time", async () => {
  const { time, clock, turns } = world();
  const gaveUpAt = many.map(() =>
    turns.ask({ late, signal: never }, silence).catch((error) => {
      assertEquals(error.answer, "late");
      return clock.monotonic();
    })
  );
  await time.pass(2_000);
  assertEquals(Math.max(...await Promise.all(gaveUpAt)), 2_000);
  const answer = turns.ask({ late, signal: never }, () => Promise.resolve("answered"));
  assertEquals(await answer, "answered");
});

Deno.test("an agent that is busy for everybody gives no answers, and one that denies does", async () => {
  for (const [kind, lasts] of [["busy", 2_000], ["denied", 50_000]] as const) {
    const { time, clock, turns } = world();
    const settled = many.map(() =>
      turns.ask({ late, signal: never }, async () => {
        await clock.sleep(1_000);
        throw new NomadError(kind, "GET /", kind);
      }).catch(() => clock.monotonic())
    );
    await time.pass(60_000);
    assertEquals(Math.max(...await Promise.all(settled)), lasts);
  }
});

Deno.test("an agent that answers ever so slowly holds nobody for more than a minute", async () => {
  const { time, clock, turns } = world();
  const settled = many.concat(many).map(() =>
    turns.ask({ late, signal: never }, async (signal) => {
      await clock.sleep(1_600, signal);
      signal.throwIfAborted();
    }).then(
      () => "answered" as const,
      () => clock.monotonic(),
    )
  );
  await time.pass(longestWait);
  const ends = await Promise.all(settled);
  assertEquals(ends.filter((end) => end === "answered").length, 37 * mostAtOnce);
  assert(ends.every((end) => end === "answered" || end === longestWait));
});

Deno.test("a question that is given up while it waits leaves its turn to the next", async () => {
  const { time, clock, turns } = world();
  const over = new AbortController();
  const first = Array.from(
    { length: mostAtOnce },
    () => turns.ask({ late, signal: never }, () => clock.sleep(100)),
  );
  let begun = false;
  const given = assertRejects(
    () =>
      turns.ask({ late, signal: over.signal }, () => {
        begun = true;
        return Promise.resolve();
      }),
    Error,
    "given up",
  );
  const next = Array.from(
    { length: mostAtOnce },
    (_, index) => turns.ask({ late, signal: never }, () => Promise.resolve(index)),
  );
  over.abort(new Error("given up"));
  await given;
  await time.pass(100);
  await Promise.all(first);
  assertEquals((await Promise.all(next)).length, mostAtOnce);
  assertEquals(begun, false);
});
