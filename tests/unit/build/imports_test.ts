import { assert, assertEquals } from "@std/assert";
import {
  faultsIn,
  importsBetweenRooms,
  readProgram,
  roomOf,
  type SourceFile,
} from "../../../tools/imports.ts";
import { fileURLToPath } from "node:url";

function file(path: string, rest: Partial<SourceFile> = {}): SourceFile {
  return { path, imports: [], lines: 10, behaves: false, ...rest };
}

function textsOf(files: readonly SourceFile[], tests: readonly string[] = []): string[] {
  return faultsIn(files, new Set(tests)).map(({ text }) => text);
}

Deno.test("a room is a folder of src, main.ts, or what stands in src itself", () => {
  assertEquals(roomOf("main.ts"), "main");
  assertEquals(roomOf("src/clock.ts"), "base");
  assertEquals(roomOf("src/lifecycle/start/start.ts"), "lifecycle");
});

Deno.test("an import of a room above is a fault, one of a room below is none", () => {
  const files = [
    file("src/driver/driver.ts", { imports: ["src/lifecycle/lifecycle.ts", "src/clock.ts"] }),
    file("src/lifecycle/lifecycle.ts"),
    file("src/aws/caller.ts", { imports: ["src/lifecycle/lifecycle.ts"] }),
    file("src/clock.ts"),
  ];
  assertEquals(textsOf(files), [
    "src/aws/caller.ts imports src/lifecycle/lifecycle.ts: aws may import base",
  ]);
});

Deno.test("a room with a face is imported through it alone, except by itself", () => {
  const files = [
    file("src/driver/start.ts", { imports: ["src/lifecycle/launch_error.ts"] }),
    file("src/lifecycle/lifecycle.ts", { imports: ["src/lifecycle/launch_error.ts"] }),
    file("src/lifecycle/launch_error.ts"),
  ];
  assertEquals(textsOf(files), [
    "src/driver/start.ts imports src/lifecycle/launch_error.ts: other rooms import lifecycle " +
    "through src/lifecycle/lifecycle.ts",
  ]);
});

Deno.test("a room that nobody has declared is a fault", () => {
  assertEquals(textsOf([file("src/cellar/wine.ts")]), [
    "src/cellar/wine.ts is in cellar, a room that tools/imports.ts does not know",
  ]);
});

Deno.test("a circle is told once, with the files along it", () => {
  const files = [
    file("src/aws/a.ts", { imports: ["src/aws/b.ts"] }),
    file("src/aws/b.ts", { imports: ["src/aws/c.ts", "src/aws/d.ts"] }),
    file("src/aws/c.ts", { imports: ["src/aws/b.ts"] }),
    file("src/aws/d.ts", { imports: ["src/aws/b.ts"] }),
  ];
  assertEquals(textsOf(files), [
    "src/aws/b.ts imports src/aws/c.ts imports src/aws/b.ts, which is a circle",
  ]);
});

Deno.test("two files that import a third are no circle", () => {
  const files = [
    file("src/aws/a.ts", { imports: ["src/aws/b.ts", "src/aws/c.ts"] }),
    file("src/aws/b.ts", { imports: ["src/aws/c.ts"] }),
    file("src/aws/c.ts"),
  ];
  assertEquals(textsOf(files), []);
});

Deno.test("a file of over 300 lines is a fault, unless it is generated", () => {
  const files = [
    file("src/aws/long.ts", { lines: 301 }),
    file("src/aws/short.ts", { lines: 300 }),
    file("src/gen/driver.ts", { lines: 9_000 }),
  ];
  assertEquals(textsOf(files), ["src/aws/long.ts has 301 lines; at most 300 are allowed"]);
});

Deno.test("a file with behaviour needs a test of its name in the mirrored folder", () => {
  const files = [
    file("src/aws/tested.ts", { behaves: true }),
    file("src/aws/untested.ts", { behaves: true }),
    file("src/aws/types.ts"),
  ];
  assertEquals(textsOf(files, ["tests/unit/aws/tested_test.ts"]), [
    "src/aws/untested.ts has no tests/unit/aws/untested_test.ts",
  ]);
});

Deno.test("the imports between rooms are listed without those within one", () => {
  const files = [
    file("src/driver/driver.ts", { imports: ["src/clock.ts", "src/driver/start.ts"] }),
    file("src/driver/start.ts", { imports: ["src/aws/caller.ts"] }),
    file("src/aws/caller.ts"),
    file("src/clock.ts"),
  ];
  assertEquals(importsBetweenRooms(files), [
    ["aws", []],
    ["base", []],
    ["driver", ["aws", "base"]],
  ]);
});

Deno.test("the program is read with its imports of types, and what each file exports", async () => {
  const files = await readProgram(
    fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, ""),
  );
  const find = (path: string) => {
    const found = files.find((one) => one.path === path);
    assert(found !== undefined, path);
    return found;
  };
  assert(find("main.ts").imports.includes("src/driver/driver.ts"));
  const index = find("src/driver/task_index.ts");
  assertEquals(index.imports, ["src/lifecycle/lifecycle.ts"], "an import of types alone");
  assertEquals([index.behaves, find("src/logger.ts").behaves], [true, false]);
  assert(index.lines > 20);
});
