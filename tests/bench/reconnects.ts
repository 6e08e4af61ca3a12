import { call, startPlugin } from "../harness/plugin.ts";
import { usageOf } from "./process_usage.ts";

/** Resident memory of the plugin, in MB, at points of the run. */
export type ReconnectResult = { readonly calls: number; readonly rssMb: readonly number[] };

/** Connects again and again, each time with many calls, and reads the plugin's memory on the way. */
export async function measureReconnects(
  { reconnects, callsEach }: { reconnects: number; callsEach: number },
): Promise<ReconnectResult> {
  const plugin = await startPlugin();
  const rssMb: number[] = [];
  let calls = 0;
  try {
    for (let round = 0; round < reconnects; round++) {
      const connection = plugin.connect();
      const streams = [connection.stdio.streamStdio({}), connection.driver.taskEvents({})];
      for (const stream of streams) stream.on("error", () => {});
      for (let done = 0; done < callsEach; done += 50) {
        await Promise.all(
          Array.from({ length: 50 }, () => call(connection.base, connection.base.pluginInfo, {})),
        );
        calls += 50;
      }
      connection.close();
      for (const stream of streams) stream.cancel();
      if ((round + 1) % Math.max(1, Math.floor(reconnects / 10)) === 0) {
        rssMb.push((await usageOf(plugin.pid)).rssMb);
      }
    }
    const last = plugin.connect();
    await call(last.health, last.health.check, { service: "plugin" });
    last.close();
  } finally {
    await plugin.close();
  }
  return { calls, rssMb };
}
