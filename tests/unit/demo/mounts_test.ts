import { assert, assertEquals } from "@std/assert";
import { mountPointsOf, mountsBelow } from "../../../demo/lib/mounts.ts";

Deno.test("a mount in a folder with a space, a tab or a backslash in its name is found", () => {
  const text = String.raw`tmpfs /tmp/tmp\040dir/alloc/secrets tmpfs rw,noexec 0 0
proc /proc proc rw 0 0
tmpfs /a\011b\134c tmpfs rw 0 0
`;
  assertEquals(mountPointsOf(text), ["/tmp/tmp dir/alloc/secrets", "/proc", "/a\tb\\c"]);
});

Deno.test("what is mounted below a folder is told, and nothing beside it", () => {
  assert(mountsBelow("/pro").length === 0);
  assert(mountsBelow("").includes("/proc"));
});
