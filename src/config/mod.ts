import { decodeConfig, type DecodeResult } from "./decode.ts";
import { specOf } from "./hclspec.ts";
import { type PluginConfig, pluginConfig } from "./plugin_config.ts";
import { type TaskConfig, taskConfig } from "./task_config.ts";

export type { PluginConfig, TaskConfig };

/** Decodes what SetConfig brings. Nothing at all, or all nil, is a plugin block without a config. */
export function decodePluginConfig(msgpack: Uint8Array): DecodeResult<PluginConfig> {
  return decodeConfig(pluginConfig, msgpack, `plugin "nomad-driver-ecs" config`);
}

/** Decodes the driver configuration of a task. */
export function decodeTaskConfig(msgpack: Uint8Array): DecodeResult<TaskConfig> {
  const decoded = decodeConfig(taskConfig, msgpack, "config");
  return decoded.kind === "ok" ? { kind: "ok", value: decoded.value.task } : decoded;
}

/** The schema of the plugin block's config. */
export const pluginConfigSpec = specOf(pluginConfig.fields);

/** The schema of a task's config block. */
export const taskConfigSpec = specOf(taskConfig.fields);
