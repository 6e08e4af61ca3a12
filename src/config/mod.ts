import { checkAllowed } from "./allowed.ts";
import { decodeConfig, type DecodeResult } from "./decode.ts";
import { specOf } from "./hclspec.ts";
import { type PluginConfig, pluginConfig } from "./plugin_config.ts";
import type { Problem } from "./schema.ts";
import { type TaskConfig, taskConfig } from "./task_config.ts";
import { completeTask } from "./task_defaults.ts";
import { checkTask } from "./task_rules.ts";

export type { PluginConfig, TaskConfig };

/** Decodes what SetConfig brings. Nothing at all, or all nil, is a plugin block without a config. */
export function decodePluginConfig(msgpack: Uint8Array): DecodeResult<PluginConfig> {
  return decodeConfig(pluginConfig, msgpack, `plugin "nomad-driver-ecs" config`);
}

/** Decodes the driver configuration of a task and fills in the plugin's defaults. */
export function decodeTaskConfig(
  msgpack: Uint8Array,
  plugin: PluginConfig,
): { kind: "ok"; value: TaskConfig } | { kind: "invalid"; problems: Problem[] } {
  const decoded = decodeConfig(taskConfig, msgpack, "config");
  if (decoded.kind === "invalid") return decoded;
  const problems: Problem[] = [];
  const value = completeTask(decoded.value.task, plugin);
  checkTask(value, "config.task", problems);
  checkAllowed(value, plugin, "config.task", problems);
  return problems.length > 0 ? { kind: "invalid", problems } : { kind: "ok", value };
}

/** The schema of the plugin block's config. */
export const pluginConfigSpec = specOf(pluginConfig.fields);

/** The schema of a task's config block. */
export const taskConfigSpec = specOf(taskConfig.fields);
