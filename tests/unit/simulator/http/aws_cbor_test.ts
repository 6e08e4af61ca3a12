import { cbor } from "@smithy/core/cbor";
import { assertEquals } from "@std/assert";
import { withEcs } from "../../../harness/with_simulator.ts";

async function listMetrics(endpoint: string, body: Uint8Array<ArrayBuffer>) {
  const response = await fetch(
    `${endpoint}/service/GraniteServiceVersion20100801/operation/ListMetrics`,
    {
      method: "POST",
      headers: {
        "smithy-protocol": "rpc-v2-cbor",
        "content-type": "application/cbor",
        authorization:
          "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/monitoring/aws4_request, Signature=x",
      },
      body,
    },
  );
  const answer = cbor.deserialize(new Uint8Array(await response.arrayBuffer()));
  return { status: response.status, type: answer.__type };
}

Deno.test("a request that is no CBOR, or no map, is refused as the caller's fault", async () => {
  await withEcs(async (_client, { endpoint }) => {
    const refused = { status: 400, type: "SerializationException" };
    assertEquals(await listMetrics(endpoint, new TextEncoder().encode("zzzz")), refused);
    assertEquals(await listMetrics(endpoint, Uint8Array.of(0x01)), refused);
    assertEquals(await listMetrics(endpoint, Uint8Array.of(0x80)), refused);
    assertEquals((await listMetrics(endpoint, Uint8Array.of(0xa0))).status, 200);
  });
});
