import { encode } from "@msgpack/msgpack";
import { describeProblems } from "../../src/config/decode.ts";
import { decodePluginConfig, decodeTaskConfig } from "../../src/config/mod.ts";
import { driverConfig } from "./driver_calls.ts";

/** Decodes a task's configuration under a plugin configuration that is right. */
export function decodeTask(msgpack: Uint8Array, plugin: Record<string, unknown> = {}) {
  const decoded = decodePluginConfig(encode(plugin));
  if (decoded.kind === "invalid") throw new Error(describeProblems(decoded.problems));
  return decodeTaskConfig(msgpack, decoded.value);
}

/** A task that is right: `task` beside the options of the Go driver's example. */
export function decodedTask(task: Record<string, unknown>, plugin: Record<string, unknown> = {}) {
  const decoded = decodeTask(driverConfig({ task_definition: "web", ...task }), plugin);
  if (decoded.kind === "invalid") throw new Error(describeProblems(decoded.problems));
  return decoded.value;
}

/** What is wrong with exactly this task block. */
export function problemsOf(
  task: Record<string, unknown> | null,
  plugin: Record<string, unknown> = {},
) {
  const decoded = decodeTask(encode({ task }), plugin);
  return decoded.kind === "ok" ? [] : decoded.problems;
}

/** What the user of exactly this task block is told; empty where nothing is wrong. */
export function refusalOf(
  task: Record<string, unknown> | null,
  plugin: Record<string, unknown> = {},
): string {
  return describeProblems(problemsOf(task, plugin));
}

/** What is wrong with a task whose definition has one container with these options. */
export function containerRefusal(container: Record<string, unknown>): string {
  const text = refusalOf({
    definition: { family: "web", container: [{ name: "app", image: "idle", ...container }] },
  });
  return text.replaceAll("config.task.definition.container[0].", "");
}
