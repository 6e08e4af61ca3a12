import { type Check, fail, ok } from "./check.ts";

/** Variables that name a proxy for HTTPS, the first that is set wins. */
const names = ["HTTPS_PROXY", "https_proxy"];

/** The proxy that calls to AWS go through. Its user and password are not shown. */
export function checkProxy(environment: Readonly<Record<string, string | undefined>>): Check {
  const name = names.find((candidate) => (environment[candidate] ?? "") !== "");
  if (name === undefined) return ok("proxy", "none");
  const value = environment[name] ?? "";
  if (!URL.canParse(value) || !/^(https?|socks5h?):\/\//.test(value)) {
    return fail("proxy", `${name} is not a URL`, `set ${name} to http://host:port`);
  }
  const except = environment["NO_PROXY"] ?? environment["no_proxy"] ?? "";
  return ok(
    "proxy",
    `${new URL(value).host} (${name})${except === "" ? "" : `, not for ${except}`}; ` +
      "sources of credentials are called without it",
  );
}
