import { assertEquals } from "@std/assert";
import { describeAddress, isOfThisMachine, parseAddress } from "../../../src/nomad/address.ts";

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

Deno.test("only a socket and a loopback address lead to this machine for certain", () => {
  const isLocal = (text: string) => {
    const address = parseAddress(text);
    return address !== undefined && isOfThisMachine(address);
  };
  const local = ["unix:///run/nomad.sock", "http://127.0.0.1:4646", "https://localhost:4646"]
    .concat("http://[::1]:4646", "http://127.1:4646");
  const others = ["http://10.0.0.2:4646", "https://nomad.service.consul:4646"]
    .concat("http://127.0.0.1.example:4646", "http://localhost.example");
  assertEquals(local.filter(isLocal), local);
  assertEquals(others.filter(isLocal), []);
});
