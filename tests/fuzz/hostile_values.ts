import fc from "fast-check";

/** Values that no option is meant to have, of every type that msgpack has. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    0.5,
    NaN,
    Infinity,
    -Infinity,
    1e300,
    2 ** 31,
    2 ** 53,
    -(2 ** 53),
    "",
    " ",
    "\0",
    "\ud800",
    "\u202e\u0007\u001b[31m",
    "*",
    "__proto__",
    "constructor",
    "toString",
    "-1s",
    "99999999999999999999h",
    "1e999s",
    "true",
    "[]",
    "{}",
    "${env.HOME}",
    "arn:aws:ecs:us-east-1:123456789012:cluster/",
    "../../etc/passwd",
    [],
    {},
    [[]],
    [null],
    [{}],
    [""],
    { "": "" },
    { constructor: 1, toString: {}, hasOwnProperty: [] },
  ),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.nat(3).map((times) => "é".repeat(10 ** (times + 1))),
  fc.nat(3).map((times) => "a".repeat(10 ** (times + 1))),
  fc.nat(300).map((count) => Array(count).fill("x")),
  fc.nat(300).map((count) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, `${at}`]))
  ),
  fc.integer({ min: 1, max: 60 }).map((depth) => nested(depth)),
  fc.uint8Array({ maxLength: 40 }),
  fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("2100-01-01") }),
  fc.jsonValue({ maxDepth: 4 }),
);

/** Shapes that a secret may come in by mistake. */
export function hostileSecret(secret: string): fc.Arbitrary<unknown> {
  return fc.constantFrom<unknown>(
    secret,
    ` ${secret}`,
    `${secret}\n`,
    `${secret}${"x".repeat(5_000)}`,
    `{"password":"${secret}"`,
    `{"password":"${secret}",}`,
    `{"password":${secret}}`,
    JSON.stringify({ family: secret }),
    JSON.stringify(secret),
    `http://user:${secret}@127.0.0.1:9/`,
    `https://${secret}@localhost:9/?key=${secret}`,
    `http://${secret}.invalid:99999/`,
    [secret],
    [[secret]],
    [null, secret],
    { NAME: secret },
    { NAME: [secret] },
    { NAME: { value: secret } },
    [{ name: "NAME", value: secret }],
    new TextEncoder().encode(secret),
  );
}

function nested(depth: number): unknown {
  let value: unknown = "x";
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}
