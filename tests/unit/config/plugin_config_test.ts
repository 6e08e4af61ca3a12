import { assert, assertStringIncludes } from "@std/assert";
import { encode } from "@msgpack/msgpack";
import { decodePluginConfig } from "../../../src/config/mod.ts";
import { describeProblems } from "../../../src/config/decode.ts";

Deno.test("plugin options are checked", () => {
  const decoded = decodePluginConfig(encode({ max_api_rate: 0, orphans: "kill" }));
  assert(decoded.kind === "invalid");
  const text = describeProblems(decoded.problems);
  assertStringIncludes(text, `plugin "nomad-driver-ecs" config.max_api_rate = 0`);
  assertStringIncludes(text, `"stop", "report", "ignore"`);
});
