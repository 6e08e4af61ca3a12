import { assertEquals } from "@std/assert";
import { NomadError, type NomadErrorKind } from "../../../src/nomad/error.ts";

Deno.test("an error names what to check for its kind, and nothing that belongs to another", () => {
  const named: [NomadErrorKind, string[]][] = [
    ["unreachable", ["nomad.address", "NOMAD_ADDR"]],
    [
      "untrusted",
      [
        "NOMAD_CACERT",
        "NOMAD_CLIENT_CERT",
        "NOMAD_CLIENT_KEY",
        "NOMAD_TLS_SERVER_NAME",
        "ca_file",
        "cert_file",
        "key_file",
        "tls_server_name",
      ],
    ],
    ["busy", []],
    ["denied", ["NOMAD_TOKEN"]],
    ["unusable", ["nomad.address", "NOMAD_ADDR"]],
    ["misconfigured", []],
  ];
  for (const [kind, expected] of named) {
    const { message } = new NomadError(kind, "GET /v1/nodes of http://127.0.0.1:4646", "no");
    const found = message.match(/NOMAD_[A-Z_]+|nomad\.address|[a-z]+_(file|server_name)/g) ?? [];
    assertEquals(found.toSorted(), expected.toSorted(), kind);
  }
});
