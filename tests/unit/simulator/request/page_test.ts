import { assertEquals } from "@std/assert";
import { pageOf } from "../../../../demo/simulator/request/page.ts";
import { assertRefused } from "../../../harness/simulator_definitions.ts";

const all = Array.from({ length: 250 }, (_, at) => at);

Deno.test("pages follow each other by their tokens, and the last one has none", () => {
  const lengths: number[] = [];
  const read: number[] = [];
  let nextToken: string | undefined;
  do {
    const page = pageOf({ nextToken }, all);
    lengths.push(page.items.length);
    read.push(...page.items);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  assertEquals([lengths, read], [[100, 100, 50], all]);
});

Deno.test("a page that is full to the last item is the last", () => {
  assertEquals(pageOf({ maxResults: 50, nextToken: "200" }, all).nextToken, undefined);
});

for (const wrong of [{ maxResults: 0 }, { maxResults: 101 }]) {
  Deno.test(`a page has 1 to 100 items, and not ${wrong.maxResults}`, () => {
    assertRefused(() => pageOf(wrong, all), "InvalidParameterException", "between 1 and 100");
  });
}

for (const nextToken of ["", "0", "-1", "5e1", "token"]) {
  Deno.test(`"${nextToken}" is no token of a page`, () => {
    assertRefused(() => pageOf({ nextToken }, all), "InvalidParameterException", "Invalid token.");
  });
}
