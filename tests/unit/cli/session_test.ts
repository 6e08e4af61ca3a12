import { assertEquals, assertRejects } from "@std/assert";
import { settingsOf } from "../../../src/cli/options.ts";
import { silentLog, withSession } from "../../../src/cli/session.ts";
import { connectNomadOver } from "../../../src/driver/nomad_link.ts";
import { systemClock } from "../../../src/clock.ts";
import type { Host } from "../../../src/cli/host.ts";

const refuse = () => Promise.reject(new Error("not asked for"));
const host = {
  version: "1.2.3",
  environment: {},
  clock: systemClock,
  random: Math.random,
  files: { createdAt: refuse, read: refuse, write: refuse },
  readFile: refuse,
  connectAws: () => {
    throw new Error("AWS was called");
  },
  connectNomad: connectNomadOver(refuse, systemClock),
} as unknown as Host;

Deno.test("a session calls nobody by itself, and has Nomad only where one is named", async () => {
  const without = await settingsOf(host, { cluster: "prod" });
  assertEquals(
    await withSession(host, without, ({ nomad }) => Promise.resolve(nomad)),
    undefined,
  );
  const named = await settingsOf(host, { nomadAddress: "http://127.0.0.1:1" });
  const nomad = await withSession(host, named, ({ nomad }) => Promise.resolve(nomad));
  assertEquals(typeof nomad?.nodes, "function");
});

Deno.test("a session ends with what it is used for, also with its error", async () => {
  const settings = await settingsOf(host, { cluster: "prod" });
  await assertRejects(
    () => withSession(host, settings, () => Promise.reject(new Error("in use"))),
    Error,
    "in use",
  );
});

Deno.test("a session's own log is silent under every name", () => {
  assertEquals(silentLog.named("x"), silentLog);
});
