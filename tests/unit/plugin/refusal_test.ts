import { assert, assertEquals, assertMatch } from "@std/assert";
import { status } from "@grpc/grpc-js";
import {
  driverConfig,
  exitOf,
  failureOf,
  start,
  stop,
  taskOf,
} from "../../harness/driver_calls.ts";
import { call } from "../../harness/plugin.ts";
import { withPlugin } from "../../harness/with_plugin.ts";

Deno.test("one task's refusal, however much is wrong with its job, leaves the others on their connection", async () => {
  await withPlugin({}, async ({ connection }) => {
    const { driver } = connection;
    const neighbour = taskOf(driverConfig({ task_definition: "idle" }));
    await start(connection, neighbour);
    const ended = exitOf(connection, neighbour.id);
    ended.catch(() => {}); // a failure below shows itself
    const unknown = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`член${at}`, at]));
    const refusals = [
      {
        count: 1_000,
        says: /config\.task\.definition_json\.член0 .* more (problems|characters)$/s,
      },
      { count: 48_000, says: /config\.task\.definition_json must / },
    ];
    for (const { count, says } of refusals) {
      const definition = {
        family: "web",
        containerDefinitions: [{ name: "web", image: "idle" }],
        ...unknown(count),
      };
      const config = driverConfig({ definition_json: JSON.stringify(definition) });
      const { details, metadata } = await failureOf(start(connection, taskOf(config)));
      assertMatch(details, says);
      const [document] = metadata.get("grpc-status-details-bin");
      assert(document instanceof Uint8Array);
      assert(encodeURI(details).length + document.length * 4 / 3 < 14 * 1024);
      const { task } = await call(driver, driver.inspectTask, { taskId: neighbour.id });
      assertEquals(task?.state, 1);
    }
    await stop(connection, neighbour.id);
    assertEquals((await ended).exitCode, 143);
  });
});

Deno.test("a message that is larger than any job is refused with its size, and the connection goes on", async () => {
  await withPlugin({}, async ({ connection }) => {
    const { driver } = connection;
    const neighbour = taskOf(driverConfig({ task_definition: "idle" }));
    await start(connection, neighbour);
    const config = driverConfig({ definition_json: " ".repeat(32 * 1024 * 1024) });
    const { code, details } = await failureOf(start(connection, taskOf(config)));
    assertEquals(code, status.RESOURCE_EXHAUSTED);
    assertMatch(details, /larger than max \(\d+ vs\.? 4194304\)/);
    const { task } = await call(driver, driver.inspectTask, { taskId: neighbour.id });
    assertEquals(task?.state, 1);
  });
});
