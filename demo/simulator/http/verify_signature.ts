import { createHash, createHmac } from "node:crypto";

/** A request with its signature, as it came in. */
export type SignedRequest = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
};

/**
 * Whether a request without a body was signed with this secret, by AWS Signature Version 4: the
 * headers that the signature names, the query and the time are as they were signed.
 */
export function isSignedWith(secret: string, { method, url, headers }: SignedRequest): boolean {
  const [, date = "", region = "", service = "", names = "", signature = ""] =
    /^AWS4-HMAC-SHA256 Credential=[^/]+\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/
      .exec(headers.get("authorization") ?? "") ?? [];
  const time = headers.get("x-amz-date") ?? "";
  const signed = names.split(";");
  if (!time.startsWith(date) || date === "" || !signed.includes("host")) return false;
  const query = [...url.searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort().join("&");
  const canonical = [
    method,
    url.pathname.split("/").map(encode).join("/"),
    query,
    ...signed.map((name) => `${name}:${(headers.get(name) ?? "").trim().replace(/ +/g, " ")}`),
    "",
    names,
    headers.get("x-amz-content-sha256") ?? sha256(""),
  ].join("\n");
  const scope = `${date}/${region}/${service}/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n");
  const key = [date, region, service, "aws4_request"].reduce<Uint8Array>(
    hmac,
    new TextEncoder().encode(`AWS4${secret}`),
  );
  return hmac(key, text).toString("hex") === signature;
}

function hmac(key: Uint8Array, text: string) {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** AWS encodes all but letters, digits and `-._~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
