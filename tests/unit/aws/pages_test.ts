import { assertEquals, assertRejects } from "@std/assert";
import { EcsError } from "../../../src/aws/error.ts";
import { eachPage, listAll, type Page, readPages } from "../../../src/aws/pages.ts";

/** A list whose n-th page is as `page` says, and how often it was asked for one. */
function listOf(page: (at: number) => Page) {
  const tokens: (string | undefined)[] = [];
  const all = listAll("ListTasks of a test", (token) => {
    tokens.push(token);
    return Promise.resolve(page(tokens.length - 1));
  });
  return { all, tokens };
}

Deno.test("a list is read to its last page, each item once", async () => {
  const pages: Page[] = [
    { items: ["a", "b"], nextToken: "1" },
    { items: [], nextToken: "2" },
    { items: ["b", "c"], nextToken: undefined },
  ];
  const { all, tokens } = listOf((at) => pages[at] ?? { items: [], nextToken: undefined });
  assertEquals([...await all], ["a", "b", "c"]);
  assertEquals(tokens, [undefined, "1", "2"]);
});

Deno.test("an empty token ends a list", async () => {
  const { all, tokens } = listOf(() => ({ items: ["a"], nextToken: "" }));
  assertEquals([...await all], ["a"]);
  assertEquals(tokens.length, 1);
});

const endless: [what: string, page: (at: number) => Page, calls: number][] = [
  ["one token for ever", (at) => ({ items: [`${at}`], nextToken: "again" }), 2],
  ["ever new tokens and no items", (at) => ({ items: [], nextToken: `${at}` }), 10],
  ["ever new tokens and the same items", (at) => ({ items: ["a"], nextToken: `${at}` }), 11],
  ["ever new tokens and items", (at) => ({ items: [`${at}`], nextToken: `${at}` }), 1_000],
  [
    "pages without measure",
    (at) => ({ items: Array.from({ length: 30_000 }, (_, n) => `${at} ${n}`), nextToken: `${at}` }),
    4,
  ],
];
for (const [what, page, calls] of endless) {
  Deno.test(`a list with ${what} is given up as unusable`, async () => {
    const { all, tokens } = listOf(page);
    const error = await assertRejects(() => all, EcsError, "its pages do not end");
    assertEquals(error.kind, "unavailable");
    assertEquals(tokens.length, calls);
  });
}

Deno.test("an answer is read page by page, also where pages are empty, until no token comes", async () => {
  const tokens: (string | undefined)[] = [];
  for (const last of [undefined, ""]) {
    await eachPage("FilterLogEvents of a test", (token) => {
      tokens.push(token);
      return Promise.resolve(token === undefined ? "1" : last);
    });
  }
  assertEquals(tokens, [undefined, "1", undefined, "1"]);
});

Deno.test("an answer whose pages do not end is given up as unusable", async () => {
  for (const [next, calls] of [[() => "again", 2], [(at: number) => `${at}`, 50]] as const) {
    let asked = 0;
    const read = eachPage("FilterLogEvents of a test", () => Promise.resolve(next(asked++)));
    const error = await assertRejects(() => read, EcsError, "its pages do not end");
    assertEquals([error.kind, asked], ["unavailable", calls]);
  }
});

Deno.test("idle pages are counted in a row, and pages that are none may be as many as there are", async () => {
  const limits = { mostPages: Infinity, mostIdlePages: 3 };
  const readTo = async (end: number, isIdle: (at: number) => boolean) => {
    let asked = 0;
    const read = readPages("FilterLogEvents of a test", limits, () => {
      const at = asked++;
      const nextToken = at === end ? undefined : `${at}`;
      return Promise.resolve({ nextToken, isIdle: isIdle(at) });
    });
    return await read.then(() => asked, ({ message }) => `${asked} pages: ${message}`);
  };
  assertEquals(await readTo(2_000, (at) => at % 3 > 0), 2_001);
  assertEquals(
    (await readTo(2_000, (at) => at > 0)).toString().startsWith(
      "4 pages: FilterLogEvents of a test",
    ),
    true,
  );
});
