import { decodePluginConfig, pluginConfigSpec } from "../config/mod.ts";
import type { Driver } from "../driver/driver.ts";
import {
  type BasePluginServer,
  BasePluginService,
  PluginType,
} from "../gen/hashicorp/nomad/plugins/base/proto/base.ts";
import type { Logger } from "../logger.ts";
import type { Service } from "../plugin/services.ts";
import { unary } from "./handlers.ts";

/** Version of the driver plugin API, the only one that Nomad has had. */
const apiVersion = "v0.1.0";

/** The service that every Nomad plugin offers. `name` is the driver's, by which jobs choose it. */
export function basePluginService(
  { driver, name, version, log }: { driver: Driver; name: string; version: string; log: Logger },
): Service {
  const implementation: BasePluginServer = {
    pluginInfo: unary("PluginInfo", log, () => ({
      type: PluginType.DRIVER,
      pluginApiVersions: [apiVersion],
      pluginVersion: version,
      name,
    })),
    configSchema: unary("ConfigSchema", log, () => ({ spec: pluginConfigSpec })),
    // A wrong configuration is no error here: Nomad would answer one by starting plugin after plugin.
    // The driver turns unhealthy instead, and its health says what is wrong.
    setConfig: unary("SetConfig", log, ({ msgpackConfig }) => {
      driver.configure(decodePluginConfig(msgpackConfig));
      return {};
    }),
  };
  return { definition: BasePluginService, implementation };
}
