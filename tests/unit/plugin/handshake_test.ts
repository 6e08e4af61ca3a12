import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { magicCookie, readInvocation } from "../../../src/plugin/environment.ts";
import { handshakeLine } from "../../../src/plugin/handshake.ts";
import { createLogger } from "../../../src/plugin/log.ts";

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

Deno.test("the handshake line has as many fields as the host needs", () => {
  const plain = {
    network: "unix",
    address: "/tmp/s",
    certificate: undefined,
    refuseMultiplexing: false,
  } as const;
  assertEquals(handshakeLine(plain), "1|2|unix|/tmp/s|grpc\n");
  const certificate = new Uint8Array([1, 2, 3, 4]);
  assertEquals(handshakeLine({ ...plain, certificate }), "1|2|unix|/tmp/s|grpc|AQIDBA\n");
  assertEquals(
    handshakeLine({ ...plain, refuseMultiplexing: true }),
    "1|2|unix|/tmp/s|grpc||false\n",
  );
  assertEquals(
    handshakeLine({ ...plain, certificate, refuseMultiplexing: true }),
    "1|2|unix|/tmp/s|grpc|AQIDBA|false\n",
  );
});

Deno.test("a log line is what hclog reads", () => {
  const lines: string[] = [];
  const at = new Date("2026-01-02T03:04:05.678Z");
  const log = createLogger({ write: (line) => lines.push(line) }, "ecs", () => at);
  log.named("watcher").warn('it "says"\nso', { arn: "a", error: new Error("bad") });
  log.trace("quiet");
  assertEquals(JSON.parse(lines[0] ?? ""), {
    "@level": "warn",
    "@timestamp": "2026-01-02T03:04:05.678000Z",
    "@module": "ecs.watcher",
    "@message": 'it "says"\nso',
    arn: "a",
    error: "bad",
  });
  assertEquals(JSON.parse(lines[1] ?? "")["@level"], "trace");
  assert(lines.every((line) => line.endsWith("\n") && line.indexOf("\n") === line.length - 1));
});
