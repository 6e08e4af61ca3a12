import { assertEquals } from "@std/assert";
import { eventually } from "../../../demo/lib/process.ts";
import { start, wait } from "../../harness/driver_calls.ts";
import { call } from "../../harness/plugin.ts";
import { faultsIn, twoPrinters, withLogs } from "../../harness/printers.ts";

Deno.test("a plugin that is killed twice loses, doubles and reorders no line", async () => {
  await withLogs(async (bench, logmon, allocDir) => {
    const lines = 5_000;
    const task = twoPrinters(logmon, allocDir, lines, 0.25);
    const { handle } = await start(bench.connection, task);
    for (const least of [600, 2_000]) {
      await eventually(`${least} lines`, async () => {
        const text = await logmon.text("stdout");
        return text.split("\n").length > least ? true : undefined;
      }, { seconds: 60 });
      const connection = await bench.relaunch();
      await call(connection.driver, connection.driver.recoverTask, { handle, taskId: task.id });
    }
    await wait(bench.connection, task.id);
    assertEquals(faultsIn(await logmon.text("stdout"), lines, "app"), []);
    assertEquals(faultsIn(await logmon.text("stderr"), lines, "side", "side: "), []);
  });
});
