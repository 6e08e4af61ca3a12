import { assertEquals } from "@std/assert";
import { endpointIn } from "../../../src/aws/host.ts";

Deno.test("a service's own URL wins over the URL of all services, and an empty one is none", () => {
  const all = "http://127.0.0.1:1";
  const own = "http://127.0.0.1:2";
  const found = (environment: Record<string, string>) => endpointIn(environment, "EC2");
  assertEquals(found({ AWS_ENDPOINT_URL: all, AWS_ENDPOINT_URL_EC2: own }), own);
  assertEquals(found({ AWS_ENDPOINT_URL: all }), all);
  assertEquals(found({ AWS_ENDPOINT_URL: all, AWS_ENDPOINT_URL_EC2: "" }), all);
  assertEquals(found({ AWS_ENDPOINT_URL_STS: own, AWS_ENDPOINT_URL: "" }), undefined);
});
