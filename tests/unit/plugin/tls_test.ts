import { X509Certificate } from "node:crypto";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { insecure, mutualTls } from "../../../src/plugin/tls.ts";
import { selfSigned } from "../../harness/certificate.ts";

Deno.test("without TLS there is no certificate to show", () => {
  assertEquals(insecure().certificate, undefined);
});

Deno.test("with TLS the plugin shows a certificate of its own for localhost, another each time", async () => {
  const { certificate: hosts } = await selfSigned();
  const [one, other] = [await mutualTls(hosts), await mutualTls(hosts)];
  assert(one.certificate !== undefined && other.certificate !== undefined);
  const shown = new X509Certificate(one.certificate);
  assertStringIncludes(shown.subject, "CN=localhost");
  assertStringIncludes(shown.subjectAltName ?? "", "DNS:localhost");
  assert(Date.parse(shown.validFrom) <= Date.now());
  assert(shown.fingerprint256 !== new X509Certificate(other.certificate).fingerprint256);
});

Deno.test("a host's certificate that is none is refused by the variable's name", async () => {
  await assertRejects(() => mutualTls("no PEM"), Error, "PLUGIN_CLIENT_CERT holds no certificate");
});
