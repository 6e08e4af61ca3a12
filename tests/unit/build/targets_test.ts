import { assertEquals, assertThrows } from "@std/assert";
import { releaseName, targetOf, targets } from "../../../tools/build/targets.ts";

Deno.test("executables are named by version, system and architecture", () => {
  assertEquals(targets.map((target) => releaseName("driver", "1.2.3", target)), [
    "driver_1.2.3_linux_amd64",
    "driver_1.2.3_linux_arm64",
    "driver_1.2.3_darwin_amd64",
    "driver_1.2.3_darwin_arm64",
    "driver_1.2.3_windows_amd64.exe",
  ]);
});

Deno.test("a machine that no executable is made for is named", () => {
  assertEquals(targetOf("aarch64-apple-darwin").os, "darwin");
  assertThrows(() => targetOf("riscv64-linux"), Error, "no executable is made for riscv64-linux");
});
