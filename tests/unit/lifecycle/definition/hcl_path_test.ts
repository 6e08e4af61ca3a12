import { assertEquals } from "@std/assert";
import { hclPath } from "../../../../src/lifecycle/definition/hcl_path.ts";

Deno.test("a path in AWS's names is told in the jobspec's", () => {
  assertEquals(
    hclPath("containerDefinitions[0].portMappings[1].hostPort"),
    "container[0].port_mapping[1].host_port",
  );
  assertEquals(hclPath("volumes[2].host.sourcePath"), "volume[2].host.source_path");
  assertEquals(hclPath("executionRoleArn"), "execution_role_arn");
});
