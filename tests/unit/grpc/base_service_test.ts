import { encode } from "@msgpack/msgpack";
import { assert, assertEquals } from "@std/assert";
import type { DecodeResult } from "../../../src/config/decode.ts";
import type { PluginConfig } from "../../../src/config/mod.ts";
import type { Driver } from "../../../src/driver/driver.ts";
import {
  BasePluginClient,
  PluginType,
} from "../../../src/gen/hashicorp/nomad/plugins/base/proto/base.ts";
import { basePluginService } from "../../../src/grpc/base_service.ts";
import { call } from "../../harness/plugin.ts";
import { withServed } from "../../harness/served.ts";
import { silent } from "../../harness/world.ts";

/** The base service of a driver that notes how it is configured. */
async function withBase(
  use: (base: BasePluginClient, configured: DecodeResult<PluginConfig>[]) => Promise<void>,
): Promise<void> {
  const configured: DecodeResult<PluginConfig>[] = [];
  const driver = {
    configure: (decoded: DecodeResult<PluginConfig>) => configured.push(decoded),
  } as unknown as Driver;
  const service = basePluginService({ driver, name: "ecs", version: "1.2.3", log: silent });
  await withServed([service], async (address, channel) => {
    const base = new BasePluginClient(address, channel);
    await use(base, configured);
    base.close();
  });
}

Deno.test("the plugin tells its name, version and kind, and the schema of its configuration", async () => {
  await withBase(async (base) => {
    assertEquals(await call(base, base.pluginInfo, {}), {
      type: PluginType.DRIVER,
      pluginApiVersions: ["v0.1.0"],
      pluginVersion: "1.2.3",
      name: "ecs",
    });
    const { spec } = await call(base, base.configSchema, {});
    assert(Deno.inspect(spec, { depth: 9 }).includes("cluster"));
  });
});

Deno.test("a configuration reaches the driver, and a wrong one is no error of the call", async () => {
  await withBase(async (base, configured) => {
    const set = (msgpackConfig: Uint8Array) =>
      call(base, base.setConfig, {
        msgpackConfig,
        nomadConfig: undefined,
        pluginApiVersion: "v0.1.0",
      });
    await set(encode({ enabled: true, cluster: "web" }));
    await set(encode({ cluster: 7 }));
    await set(new Uint8Array([0xc1]));
    assertEquals(configured.map(({ kind }) => kind), ["ok", "invalid", "invalid"]);
  });
});
