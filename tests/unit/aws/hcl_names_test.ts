import { assertEquals } from "@std/assert";
import { awsNamed, pairs, unlessEmpty, withoutUndefined } from "../../../src/aws/hcl_names.ts";

Deno.test("HCL names become AWS's at every depth", () => {
  assertEquals(
    awsNamed({ security_groups: ["sg"], linux: [{ max_swap: 1, s3_uri: "u" }] } as object),
    { securityGroups: ["sg"], linux: [{ maxSwap: 1, s3Uri: "u" }] },
  );
});

Deno.test("what is not set is left out, and what is false, zero or empty text is not", () => {
  const value = {
    a: undefined,
    b: null,
    c: [],
    d: {},
    e: { f: [], g: { h: undefined } },
    i: false,
    j: 0,
    k: "",
  };
  assertEquals(awsNamed(value as object), { i: false, j: 0, k: "" });
  assertEquals(awsNamed({}), {});
});

Deno.test("an empty list is no list", () => {
  assertEquals(unlessEmpty([]), undefined);
  assertEquals(unlessEmpty([0]), [0]);
});

Deno.test("a map is pairs of names and values in its order", () => {
  assertEquals(pairs({ B: "1", A: "" }), [{ name: "B", value: "1" }, { name: "A", value: "" }]);
});

Deno.test("members that are undefined are left out, and others kept", () => {
  assertEquals(Object.keys(withoutUndefined({ a: undefined, b: null, c: 0 })), ["b", "c"]);
});
