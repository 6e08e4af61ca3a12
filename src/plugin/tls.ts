import { Buffer } from "node:buffer";
import { ServerCredentials } from "@grpc/grpc-js";

/** How a plugin's connection is secured. */
export type Security = {
  readonly credentials: ServerCredentials;
  /** The plugin's certificate in DER; undefined without TLS. */
  readonly certificate: Uint8Array | undefined;
};

/** No TLS: the socket's folder keeps others out. */
export function insecure(): Security {
  return { credentials: ServerCredentials.createInsecure(), certificate: undefined };
}

/**
 * Mutual TLS like go-plugin's AutoMTLS: both sides show a fresh self-signed certificate, and each trusts
 * only the other's. Rejects when the host's certificate is none. The certificate library is loaded here,
 * since few hosts ask for TLS.
 */
export async function mutualTls(clientCertificate: string): Promise<Security> {
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  try {
    new x509.X509Certificate(clientCertificate);
  } catch (cause) {
    throw new Error(`PLUGIN_CLIENT_CERT holds no certificate in PEM: ${cause}`, { cause });
  }
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=localhost, O=nomad-driver-ecs",
    keys,
    signingAlgorithm: algorithm,
    // Host and plugin share a clock; the margin covers the rounding to seconds.
    notBefore: new Date(Date.now() - 30_000),
    notAfter: new Date(Date.now() + 30 * 365 * 86_400_000),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment |
          x509.KeyUsageFlags.keyAgreement | x509.KeyUsageFlags.keyCertSign,
        true,
      ),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        x509.ExtendedKeyUsage.clientAuth,
      ]),
      new x509.SubjectAlternativeNameExtension([{ type: "dns", value: "localhost" }]),
    ],
  });
  const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  const pair = {
    private_key: Buffer.from(x509.PemConverter.encode(key, "PRIVATE KEY")),
    cert_chain: Buffer.from(certificate.toString("pem")),
  };
  return {
    credentials: ServerCredentials.createSsl(Buffer.from(clientCertificate), [pair], true),
    certificate: new Uint8Array(certificate.rawData),
  };
}
