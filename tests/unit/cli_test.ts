import { assertEquals, assertStringIncludes } from "@std/assert";
import { cli } from "../../src/cli.ts";

Deno.test("a person who asks for the version or help gets it on standard output", () => {
  for (const flag of ["--version", "-v"]) {
    assertEquals(cli([flag], "1.2.3"), {
      output: "nomad-driver-ecs 1.2.3\n",
      stream: "stdout",
      exitCode: 0,
    });
  }
  for (const flag of ["--help", "-h"]) {
    const { output, stream, exitCode } = cli([flag], "1.2.3");
    assertEquals([stream, exitCode], ["stdout", 0]);
    assertStringIncludes(output, 'plugin "nomad-driver-ecs"');
  }
});

Deno.test("without arguments the help is an error, as nothing was done", () => {
  const { output, stream, exitCode } = cli([], "1.2.3");
  assertEquals([stream, exitCode], ["stderr", 1]);
  assertStringIncludes(output, "a Nomad agent starts it");
});

Deno.test("arguments that there are not are named", () => {
  for (const args of [["--verson"], ["--version", "now"]]) {
    const { output, stream, exitCode } = cli(args, "1.2.3");
    assertEquals([stream, exitCode], ["stderr", 2]);
    assertStringIncludes(output, `unknown arguments: ${args.join(" ")}`);
  }
});
