import { assert, assertEquals } from "@std/assert";
import { handshakeLine } from "../../../src/plugin/handshake.ts";
import { createLogger } from "../../../src/plugin/log.ts";

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
    "@message": 'it "says"\\nso',
    arn: "a",
    error: "bad",
  });
  assertEquals(JSON.parse(lines[1] ?? "")["@level"], "trace");
  assert(lines.every((line) => line.endsWith("\n") && line.indexOf("\n") === line.length - 1));
});
