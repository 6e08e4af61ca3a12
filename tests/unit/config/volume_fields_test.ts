import { assertEquals } from "@std/assert";
import { refusalOf } from "../../harness/config.ts";

function refusal(volume: Record<string, unknown>): string {
  const container = [{ name: "app", image: "idle" }];
  return refusalOf({ definition: { family: "web", container, volume: [{ name: "v", ...volume }] } })
    .replaceAll("config.task.definition.volume[0]", "volume");
}

Deno.test("a volume is of one kind", () => {
  assertEquals(refusal({}), "");
  assertEquals(refusal({ configured_at_launch: true }), "");
  assertEquals(
    refusal({ configured_at_launch: true, host: {}, docker_volume_configuration: {} }),
    "volume must have at most one of configured_at_launch and host and " +
      "docker_volume_configuration; got 3",
  );
});

Deno.test("a volume of FSx for Windows File Server says how it is accessed", () => {
  const fsx = { file_system_id: "fs-1", root_directory: "share" };
  assertEquals(
    refusal({ fsx_windows_file_server_volume_configuration: fsx }),
    "volume.fsx_windows_file_server_volume_configuration.authorization_config must be set; " +
      "got nothing",
  );
});
