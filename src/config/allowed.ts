import type { DefinitionJson } from "./definition_json.ts";
import type { Problem } from "./field.ts";
import { matches } from "./glob.ts";
import type { PluginConfig } from "./plugin_config.ts";
import { must, show } from "./show.ts";
import type { TaskConfig } from "./task_config.ts";

/** A name in a jobspec, at its path below the task's block. */
type Named = { readonly path: string; readonly name: string | undefined };

/**
 * Adds to `problems` each name in a task that the plugin's `allowed` block does not allow. A name is
 * matched as the jobspec has it. A task definition is matched by its family too, unless it is an ARN,
 * which may be another account's. `path` is the HCL path of the task's block.
 */
export function checkAllowed(
  task: TaskConfig,
  plugin: PluginConfig,
  path: string,
  problems: Problem[],
): void {
  const check = (
    list: keyof PluginConfig["allowed"],
    named: readonly Named[],
    own: readonly (string | undefined)[],
  ) => {
    const globs = plugin.allowed[list];
    if (globs === undefined) return;
    for (const { path: at, name } of named) {
      if (name === undefined || own.includes(name)) continue;
      const names = list === "task_definitions" ? [name, familyOf(name)] : [name];
      if (globs.some((glob) => names.some((each) => matches(glob, each)))) continue;
      const what = `match allowed.${list} of this client's plugin block, which is ${show(globs)}`;
      problems.push({ path: `${path}.${at}`, text: must(what, name) });
    }
  };

  const { overrides, definition, definition_json } = task;
  const json = definition_json ?? {};
  check("clusters", [{ path: "cluster", name: task.cluster }], [plugin.cluster]);
  check("regions", [{ path: "region", name: task.region }], [plugin.region]);
  check("task_definitions", [
    { path: "task_definition", name: task.task_definition },
    { path: "definition.family", name: definition?.family },
    ofJson(json, "family"),
  ], []);
  check("roles", [{ path: "assume_role.role_arn", name: task.assume_role?.role_arn }], [
    plugin.assume_role?.role_arn,
  ]);
  // The plugin's own role is for calling ECS, and no container may have it.
  check("roles", [
    { path: "overrides.task_role_arn", name: overrides.task_role_arn },
    { path: "overrides.execution_role_arn", name: overrides.execution_role_arn },
    { path: "definition.task_role_arn", name: definition?.task_role_arn },
    { path: "definition.execution_role_arn", name: definition?.execution_role_arn },
    ofJson(json, "taskRoleArn"),
    ofJson(json, "executionRoleArn"),
    ...task.volume_configuration.map(({ managed_ebs_volume }, index) => ({
      path: `volume_configuration[${index}].managed_ebs_volume.role_arn`,
      name: managed_ebs_volume?.role_arn,
    })),
  ], []);
}

function ofJson(definition: DefinitionJson, member: string): Named {
  const name = definition[member];
  return {
    path: `definition_json.${member}`,
    name: typeof name === "string" ? name : undefined,
  };
}

function familyOf(definition: string): string {
  return definition.startsWith("arn:") ? definition : definition.replace(/:[0-9]+$/, "");
}
