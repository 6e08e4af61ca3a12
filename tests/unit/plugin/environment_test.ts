import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { magicCookie, readInvocation } from "../../../src/plugin/environment.ts";

const cookie = { [magicCookie.name]: magicCookie.value };

Deno.test("without the cookie, or with another, a person has started the program", () => {
  assertEquals(readInvocation({}, "linux").kind, "person");
  assertEquals(readInvocation({ [magicCookie.name]: "other" }, "linux").kind, "person");
});

Deno.test("the host's wishes are read", () => {
  const found = readInvocation({
    ...cookie,
    PLUGIN_PROTOCOL_VERSIONS: "1,2",
    PLUGIN_UNIX_SOCKET_DIR: "/run/plugins",
    PLUGIN_UNIX_SOCKET_GROUP: "nomad",
    PLUGIN_CLIENT_CERT: "PEM",
    PLUGIN_MULTIPLEX_GRPC: "true",
  }, "linux");
  assertEquals(found, {
    kind: "host",
    environment: {
      transport: { kind: "unix", folder: "/run/plugins", group: "nomad" },
      clientCertificate: "PEM",
      asksForMultiplexing: true,
    },
  });
});

Deno.test("Windows gets TCP, in the range of ports that the host gives", () => {
  const found = readInvocation(
    { ...cookie, PLUGIN_MIN_PORT: "10000", PLUGIN_MAX_PORT: "10010" },
    "windows",
  );
  assert(found.kind === "host");
  assertEquals(found.environment.transport, { kind: "tcp", minPort: 10_000, maxPort: 10_010 });
});

Deno.test("what cannot be met is refused with the variable's name", () => {
  const versions = readInvocation({ ...cookie, PLUGIN_PROTOCOL_VERSIONS: "3" }, "linux");
  assert(versions.kind === "mismatch");
  assertStringIncludes(versions.reason, "PLUGIN_PROTOCOL_VERSIONS");
  for (const [min, max] of [["9", "x"], ["20", "10"], ["1", "70000"]] as const) {
    const variables = { ...cookie, PLUGIN_MIN_PORT: min, PLUGIN_MAX_PORT: max };
    const ports = readInvocation(variables, "windows");
    assert(ports.kind === "mismatch");
    assertStringIncludes(ports.reason, "PLUGIN_MIN_PORT");
    // Where they play no part they are not asked for.
    assertEquals(readInvocation(variables, "linux").kind, "host");
  }
});
