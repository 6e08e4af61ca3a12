import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { encode } from "@msgpack/msgpack";
import { awsLimits, limitOf } from "../../../src/aws/rate_limits.ts";
import { apiLimits } from "../../../src/config/api_limits.ts";
import { describeProblems } from "../../../src/config/decode.ts";
import { decodePluginConfig } from "../../../src/config/mod.ts";

Deno.test("without api_limits a client may use all that AWS publishes", () => {
  const decoded = decodePluginConfig(new Uint8Array());
  assert(decoded.kind === "ok");
  const { share, ...raised } = decoded.value.api_limits;
  assertEquals(share, 1);
  assertEquals(Object.values(raised).filter((limit) => limit !== undefined), []);
  assertEquals(decoded.value.max_api_rate, undefined);
});

Deno.test("each block of api_limits is one of AWS's buckets, and tells what AWS publishes", () => {
  const marker = { burst: 7, per_second: 3 };
  const { share: _, ...buckets } = apiLimits.fields;
  for (const [option, { doc }] of Object.entries(buckets)) {
    const category = (Object.keys(awsLimits) as (keyof typeof awsLimits)[])
      .find((name) => limitOf(name, { [option]: marker }).burst === 7);
    assert(category !== undefined, option);
    const { burst, perSecond } = awsLimits[category];
    assertStringIncludes(doc, `${burst} at once and ${perSecond} a second`);
  }
});

Deno.test("a limit so low that starts and stops would wait for hours is refused by its path", () => {
  const decoded = decodePluginConfig(encode({
    api_limits: { share: 1e-9, cluster_resource_writes: { burst: 1, per_second: 1e-9 } },
  }));
  assert(decoded.kind === "invalid");
  const text = describeProblems(decoded.problems);
  assertStringIncludes(text, "config.api_limits.share must be a number from 0.01 to 1; got 1e-9");
  assertStringIncludes(
    text,
    "config.api_limits.cluster_resource_writes.per_second must be a number from 0.01 to 10000; got 1e-9",
  );
});

Deno.test("a limit that makes no sense is refused by its path", () => {
  const decoded = decodePluginConfig(encode({
    api_limits: { share: 0, tag_writes: { burst: 0, per_second: 10 } },
  }));
  assert(decoded.kind === "invalid");
  const text = describeProblems(decoded.problems);
  assertStringIncludes(
    text,
    "config.api_limits.share must be a number from 0.01 to 1; got 0",
  );
  assertStringIncludes(
    text,
    "config.api_limits.tag_writes.burst must be a whole number from 1 to 10000; got 0",
  );
});
