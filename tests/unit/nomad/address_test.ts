import { assertEquals } from "@std/assert";
import { describeAddress, parseAddress } from "../../../src/nomad/address.ts";

Deno.test("an address is HTTP, HTTPS or a unix socket, and nothing else", async (t) => {
  const cases: [string, string | undefined][] = [
    ["http://127.0.0.1:4646", "http://127.0.0.1:4646"],
    ["https://nomad.example", "https://nomad.example"],
    ["http://[::1]:4646/", "http://[::1]:4646"],
    ["unix:///var/run/nomad.sock", "unix:///var/run/nomad.sock"],
    ["unix://var/run/nomad.sock", undefined],
    ["nomad.example:4646", undefined],
    ["ftp://nomad.example", undefined],
    ["https://user:secret@nomad.example", undefined],
    ["https://nomad.example/?token=secret", undefined],
    ["", undefined],
  ];
  for (const [text, expected] of cases) {
    await t.step(text === "" ? "the empty text" : text, () => {
      const parsed = parseAddress(text);
      assertEquals(parsed && describeAddress(parsed), expected);
    });
  }
});
