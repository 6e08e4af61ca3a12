import { assertEquals } from "@std/assert";
import { checkProxy } from "../../../../src/cli/doctor/proxy_check.ts";

Deno.test("the proxy is told without its user and password", () => {
  const { status, detail } = checkProxy({
    HTTPS_PROXY: "http://user:hush@proxy.example:3128",
    NO_PROXY: "169.254.169.254",
  });
  assertEquals(status, "ok");
  assertEquals(
    detail,
    "proxy.example:3128 (HTTPS_PROXY), not for 169.254.169.254; " +
      "sources of credentials are called without it",
  );
});

Deno.test("no proxy is fine, and one that is no URL is not", () => {
  assertEquals(checkProxy({}).status, "ok");
  assertEquals(checkProxy({ HTTPS_PROXY: "" }).status, "ok");
  const { status, detail } = checkProxy({ https_proxy: "user:hush@proxy" });
  assertEquals([status, detail.includes("hush")], ["fail", false]);
});
