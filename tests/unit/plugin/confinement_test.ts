import { assert, assertEquals } from "@std/assert";
import { driverConfig, start, taskOf } from "../../harness/driver_calls.ts";
import { withPlugin } from "../../harness/with_plugin.ts";

Deno.test("a plugin process writes to the directory of its first allocation's neighbours, and nowhere else", async () => {
  const folder = await Deno.makeTempDir();
  const place = async (directory: string) => {
    const task = taskOf(driverConfig({ task_definition: "sleep" }));
    const allocDir = `${folder}/${directory}/${task.allocId}`;
    await Deno.mkdir(allocDir, { recursive: true });
    return { task: { ...task, allocDir }, records: () => [...Deno.readDirSync(allocDir)].length };
  };
  try {
    await withPlugin({}, async ({ connection, plugin }) => {
      for (let neighbour = 0; neighbour < 2; neighbour++) {
        const { task, records } = await place("alloc");
        await start(connection, task);
        assert(records() > 0, "the start is recorded");
      }
      const { task, records } = await place("elsewhere");
      await start(connection, task); // a start goes on without its record
      assertEquals(records(), 0);
      const logged = plugin.logs().find((line) =>
        line["@message"] === "this process has given up the power to write there"
      );
      assertEquals(logged?.["path"], `${folder}/elsewhere`);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
