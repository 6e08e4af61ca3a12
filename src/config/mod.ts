/**
 * What Nomad's configuration says: the plugin block and a task's `config` block, decoded, checked and
 * filled in. Every option is declared once (`plugin_config.ts`, `task_config.ts` and the `*_fields.ts`).
 * From that declaration come the schema that Nomad checks HCL against, the types, the decoder, and
 * `docs/reference.md`.
 *
 * A refusal is a list of problems, each at its HCL path. It reads `must be X; got Y`, and never shows a
 * value that may be a secret. No function here throws for what a user wrote.
 *
 * @example Decode a plugin block and a task under it
 * ```ts
 * import { encode } from "@msgpack/msgpack";
 * import { decodePluginConfig, decodeTaskConfig } from "./mod.ts";
 * import { describeProblems } from "./decode.ts";
 *
 * const plugin = decodePluginConfig(encode({ enabled: true, cluster: "prod" }));
 * if (plugin.kind === "invalid") throw new Error(describeProblems(plugin.problems));
 *
 * const task = { task_definition: "web:7", launch_type: "FARGTE" };
 * const decoded = decodeTaskConfig(encode({ task }), plugin.value);
 * if (decoded.kind === "invalid") console.log(describeProblems(decoded.problems));
 * // config.task.launch_type must be "EC2", "FARGATE", "EXTERNAL" or "NONE"; got "FARGTE"
 * ```
 *
 * @module
 */

import { checkAllowed } from "./allowed.ts";
import { decodeConfig, type DecodeResult } from "./decode.ts";
import { specOf } from "./hclspec.ts";
import { type PluginConfig, pluginConfig } from "./plugin_config.ts";
import type { Problem } from "./schema.ts";
import { type TaskBlock, type TaskConfig, taskConfig } from "./task_config.ts";
import { completeTask } from "./task_defaults.ts";
import { checkTask } from "./task_rules.ts";

export type { PluginConfig, TaskConfig };

/**
 * Decodes the msgpack that SetConfig brings. No bytes, or nil for each option, mean a plugin block
 * without a `config`, which is a driver that is not enabled.
 */
export function decodePluginConfig(msgpack: Uint8Array): DecodeResult<PluginConfig> {
  return decodeConfig(pluginConfig, msgpack, `plugin "nomad-driver-ecs" config`);
}

/** A task's configuration, or all that is wrong with it. */
export type TaskResult =
  | { readonly kind: "ok"; readonly value: TaskConfig }
  | { readonly kind: "invalid"; readonly problems: Problem[] };

/**
 * Decodes the msgpack of a task's `config` block, fills in the plugin's defaults, and checks the options
 * together and against the plugin's `allowed` block. What depends on the task definition is checked at
 * the task's start.
 */
export function decodeTaskConfig(
  msgpack: Uint8Array,
  plugin: PluginConfig,
): TaskResult {
  const decoded = decodeConfig(taskConfig, msgpack, "config");
  return decoded.kind === "invalid" ? decoded : completed(decoded.value.task, plugin);
}

/** Does the same with a `config` block that is no msgpack: one of a file. */
export function readTaskConfig(raw: unknown, plugin: PluginConfig): TaskResult {
  const problems: Problem[] = [];
  const { task } = taskConfig.decode(raw, "config", problems);
  return problems.length > 0 ? { kind: "invalid", problems } : completed(task, plugin);
}

function completed(task: TaskBlock, plugin: PluginConfig): TaskResult {
  const problems: Problem[] = [];
  const value = completeTask(task, plugin);
  checkTask(value, "config.task", problems);
  checkAllowed(value, plugin, "config.task", problems);
  return problems.length > 0 ? { kind: "invalid", problems } : { kind: "ok", value };
}

/** The schema of the plugin block's `config`, as Nomad takes it. */
export const pluginConfigSpec = specOf(pluginConfig.fields);

/** The schema of a task's `config` block, as Nomad takes it. */
export const taskConfigSpec = specOf(taskConfig.fields);
