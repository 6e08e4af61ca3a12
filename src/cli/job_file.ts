/** Finds the tasks of this driver in a file, or the task definition that it holds. */
import { taskConfig } from "../config/task_config.ts";
import { type JsonObject, jsonObjectIn } from "../json_object.ts";
import { blocksAsNomad, parse, unknownNames } from "./config_file.ts";
import { CliError } from "./exit_codes.ts";

/** A task of a job that this driver is to run. */
export type JobTask = {
  /** `<group>/<task>`. */
  readonly name: string;
  /** Its `config` block, as Nomad hands it to the driver. */
  readonly config: unknown;
  /** Names in the block that the driver does not have, as paths. */
  readonly unknown: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly resources: { readonly cpu: number; readonly memory: number };
  /** Whether the block has `${...}`, which only a Nomad client fills in. */
  readonly hasVariables: boolean;
};

/** What a file holds. */
export type JobFile =
  | { readonly kind: "job"; readonly tasks: readonly JobTask[] }
  /** The text of a task definition, or of something that is taken for one. */
  | { readonly kind: "definition"; readonly text: string };

/** What Nomad gives a task that says nothing of its resources. Source: Nomad's resources block. */
const defaultResources = { cpu: 100, memory: 300 };

/**
 * Reads a job as `nomad job run -output` and Nomad's API write it. Any other JSON is a task definition: as
 * AWS's command line takes and describes it, or not right. Throws a `CliError` for what is no JSON, and for a
 * job without a task of this driver.
 */
export function readJobFile(text: string, path: string): JobFile {
  const convert = `nomad job run -output ${path} > job.json writes it`;
  const document = jsonObjectIn(parse(text, path, convert));
  const job = jsonObjectIn(document?.["Job"]) ?? document;
  if (!Array.isArray(job?.["TaskGroups"])) return { kind: "definition", text };
  const tasks = job["TaskGroups"].flatMap((group: unknown) => tasksOf(jsonObjectIn(group) ?? {}));
  if (tasks.length === 0) throw new CliError(`${path} has no task with driver = "ecs"`);
  return { kind: "job", tasks };
}

function tasksOf(group: JsonObject): JobTask[] {
  const tasks = Array.isArray(group["Tasks"]) ? group["Tasks"] : [];
  return tasks.flatMap((value: unknown) => {
    const task = jsonObjectIn(value) ?? {};
    if (task["Driver"] !== "ecs") return [];
    const resources = jsonObjectIn(task["Resources"]);
    const config = blocksAsNomad(taskConfig.shape, task["Config"] ?? {});
    return [{
      name: `${textOf(group["Name"]) ?? "?"}/${textOf(task["Name"]) ?? "?"}`,
      config,
      unknown: unknownNames(taskConfig.shape, config, "config"),
      env: Object.fromEntries(
        Object.entries(jsonObjectIn(task["Env"]) ?? {}).map(([name, text]) => [name, String(text)]),
      ),
      resources: {
        cpu: numberOf(resources?.["CPU"]) ?? defaultResources.cpu,
        memory: numberOf(resources?.["MemoryMB"]) ?? defaultResources.memory,
      },
      hasVariables: JSON.stringify(config).includes("${"),
    }];
  });
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && value > 0 ? value : undefined;
}
