import { assertEquals } from "@std/assert";
import { watchAccepting } from "../../../src/plugin/accept_watch.ts";
import type { Logger } from "../../../src/logger.ts";
import { silent } from "../../harness/world.ts";
import { createVirtualTime } from "../../simulation/virtual_time.ts";

/** A server whose door a test opens and shuts, watched in virtual time. */
function watched() {
  const time = createVirtualTime(0);
  const over = new AbortController();
  const state = { accepts: true, connects: undefined as Error | undefined };
  const told: string[] = [];
  let accepted = 0;
  let open = 0;
  let renewed = 0;
  const log: Logger = {
    ...silent,
    error: (message, fields) => told.push(`${message}: ${fields?.["reason"]}`),
    info: (message) => told.push(message),
  };
  const done = watchAccepting({
    listening: {
      accepted: () => accepted,
      connect: () => {
        if (state.connects !== undefined) return Promise.reject(state.connects);
        open += 1;
        if (state.accepts) accepted += 1;
        return Promise.resolve(() => open -= 1);
      },
      renew: () => {
        renewed += 1;
        state.accepts = true;
        state.connects = undefined;
        return Promise.resolve();
      },
    },
    clock: time.clock({ alive: true }),
    log,
    signal: over.signal,
  });
  const { pass } = time;
  return {
    state,
    told,
    pass,
    renewed: () => renewed,
    open: () => open,
    end: async () => {
      over.abort();
      await pass(1);
      await done;
    },
  };
}

Deno.test("a server that accepts is left alone, and no look leaves a connection open", async () => {
  const { told, renewed, open, pass, end } = watched();
  await pass(60_000);
  assertEquals([told, renewed(), open()], [[], 0, 0]);
  await end();
});

Deno.test("a server that no longer accepts is exchanged, and the log tells", async () => {
  const { state, told, renewed, open, pass, end } = watched();
  state.accepts = false;
  await pass(7_000);
  assertEquals([renewed(), open()], [1, 0]);
  assertEquals(told, [
    "new connections are not accepted: the runtime has given up accepting",
    "new connections are accepted again",
  ]);
  await end();
});

Deno.test("without descriptors there is nothing to exchange a server for, which is told once", async () => {
  const { state, told, renewed, pass, end } = watched();
  state.connects = new Error("Too many open files (os error 24)");
  await pass(60_000);
  assertEquals([renewed(), told], [0, [
    "new connections are not accepted: Too many open files (os error 24)",
  ]]);
  state.connects = undefined;
  state.accepts = false;
  await pass(7_000);
  assertEquals([renewed(), told.at(-1)], [1, "new connections are accepted again"]);
  await end();
});

Deno.test("a socket that somebody has removed is made anew", async () => {
  const { state, renewed, pass, end } = watched();
  state.connects = new Deno.errors.NotFound("no such file");
  await pass(7_000);
  assertEquals(renewed(), 1);
  await end();
});
