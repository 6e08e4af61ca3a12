import { assertEquals } from "@std/assert";
import { containerRefusal } from "../../harness/config.ts";

function ulimit(soft_limit: number, hard_limit: number): string {
  return containerRefusal({ ulimit: [{ name: "nofile", soft_limit, hard_limit }] });
}

Deno.test("a ulimit's soft limit is at most its hard limit, of which -1 is none", () => {
  assertEquals(ulimit(1, 2), "");
  assertEquals(ulimit(-1, -1), "");
  assertEquals(ulimit(5, -1), "");
  assertEquals(ulimit(3, 2), "ulimit[0].soft_limit must be at most hard_limit = 2; got 3");
  assertEquals(ulimit(-1, 2), "ulimit[0].soft_limit must be at most hard_limit = 2; got -1");
});
