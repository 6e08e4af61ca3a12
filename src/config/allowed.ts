import { matches } from "./glob.ts";
import type { PluginConfig } from "./plugin_config.ts";
import type { Problem } from "./schema.ts";
import type { TaskConfig } from "./task_config.ts";

/** What a jobspec names, at its HCL path. */
type Named = { readonly path: string; readonly text: string | undefined };

/**
 * Adds to `problems` what a task names and the plugin's `allowed` block does not. A text is matched
 * as the jobspec has it; a task definition by its family too, unless it is an ARN, which may be of
 * another account. `path` is the HCL path of the task's block.
 */
export function checkAllowed(
  task: TaskConfig,
  plugin: PluginConfig,
  path: string,
  problems: Problem[],
): void {
  const { overrides } = task;
  const refuse = (
    list: keyof PluginConfig["allowed"],
    named: readonly Named[],
    own: readonly (string | undefined)[],
  ) => {
    const globs = plugin.allowed[list];
    if (globs === undefined) return;
    for (const { path: at, text } of named) {
      if (text === undefined || own.includes(text)) continue;
      const names = list === "task_definitions" ? [text, familyOf(text)] : [text];
      if (globs.some((glob) => names.some((name) => matches(glob, name)))) continue;
      problems.push({
        path: `${path}.${at}`,
        text:
          `= ${JSON.stringify(text)} is not in allowed.${list} of this client's plugin block, ` +
          `which has ${JSON.stringify(globs)}`,
      });
    }
  };

  refuse("clusters", [{ path: "cluster", text: task.cluster }], [plugin.cluster]);
  refuse("regions", [{ path: "region", text: task.region }], [plugin.region]);
  const json = task.definition_json ?? {};
  refuse("task_definitions", [
    { path: "task_definition", text: task.task_definition },
    { path: "definition.family", text: task.definition?.family },
    { path: "definition_json", text: textIn(json, "family") },
  ], []);
  refuse("roles", [{ path: "assume_role.role_arn", text: task.assume_role?.role_arn }], [
    plugin.assume_role?.role_arn,
  ]);
  // The role that ECS is called through is the plugin's to use, and no container's to have.
  refuse("roles", [
    { path: "overrides.task_role_arn", text: overrides.task_role_arn },
    { path: "overrides.execution_role_arn", text: overrides.execution_role_arn },
    { path: "definition.task_role_arn", text: task.definition?.task_role_arn },
    { path: "definition.execution_role_arn", text: task.definition?.execution_role_arn },
    { path: "definition_json", text: textIn(json, "taskRoleArn") },
    { path: "definition_json", text: textIn(json, "executionRoleArn") },
    ...task.volume_configuration.map(({ managed_ebs_volume }, index) => ({
      path: `volume_configuration[${index}].managed_ebs_volume.role_arn`,
      text: managed_ebs_volume?.role_arn,
    })),
  ], []);
}

function textIn(value: Readonly<Record<string, unknown>>, name: string): string | undefined {
  return typeof value[name] === "string" ? value[name] : undefined;
}

function familyOf(definition: string): string {
  return definition.startsWith("arn:") ? definition : definition.replace(/:[0-9]+$/, "");
}
