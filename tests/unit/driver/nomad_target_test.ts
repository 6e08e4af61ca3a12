import { encode } from "@msgpack/msgpack";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { decodePluginConfig } from "../../../src/config/mod.ts";
import { nomadTarget } from "../../../src/driver/nomad_target.ts";
import { createSettings } from "../../../src/driver/settings.ts";
import { NomadError } from "../../../src/nomad/error.ts";

function settingsWith(nomad: Record<string, unknown> | undefined) {
  const decoded = decodePluginConfig(encode({ cluster: "web", nomad }));
  assert(decoded.kind === "ok");
  return createSettings(decoded.value, {});
}

Deno.test("each option of the nomad block is in the target", () => {
  const { address, ...rest } = nomadTarget(settingsWith({
    address: "https://nomad.example:4646",
    token_file: "/token",
    ca_file: "/ca.pem",
    cert_file: "/cert.pem",
    key_file: "/key.pem",
    tls_server_name: "client.global.nomad",
  }));
  assert(address.kind === "tcp");
  assertEquals(address.url.host, "nomad.example:4646");
  assertEquals(rest, {
    token: undefined,
    tokenFile: "/token",
    caFile: "/ca.pem",
    certFile: "/cert.pem",
    keyFile: "/key.pem",
    tlsServerName: "client.global.nomad",
  });
});

Deno.test("without a nomad block there is no target", () => {
  const error = assertThrows(() => nomadTarget(settingsWith(undefined)), NomadError);
  assertEquals(error.kind, "misconfigured");
});
