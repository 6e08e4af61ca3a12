import { assertEquals } from "@std/assert";
import { readRules } from "../../../demo/simulator/state/faults.ts";
import { start, wait } from "../../harness/driver_calls.ts";
import { faultsIn, twoPrinters, withLogs } from "../../harness/printers.ts";

Deno.test("10,000 lines of two containers arrive once and in order, while every fifth call fails", async () => {
  await withLogs(async ({ connection, ecs }, logmon, allocDir) => {
    const lines = 5_000;
    const task = twoPrinters(logmon, allocDir, lines, 0.02);
    ecs.simulator.faults = readRules(
      [{ operations: ["FilterLogEvents"], mode: "error500", rate: 0.2 }],
      Date.now(),
    );
    await start(connection, task);
    await wait(connection, task.id);
    assertEquals(faultsIn(await logmon.text("stdout"), lines, "app"), []);
    assertEquals(faultsIn(await logmon.text("stderr"), lines, "side", "side: "), []);
  });
});
