import type { RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import {
  fargateSize,
  fargateSizeFor,
  fargateSizesInWords,
  fargateWindowsCpu,
} from "../../config/fargate_limits.ts";
import { onFargate } from "../../config/on_fargate.ts";
import type { AddProblem } from "../../config/field.ts";
import { show } from "../../config/show.ts";
import type { TaskConfig } from "../../config/task_config.ts";
import { cpuUnits, isForWindows, mebibytes } from "./facts.ts";

/** What Nomad's `resources` block gives a task: MHz of CPU, and MiB of memory. */
export type Resources = { readonly cpu: number; readonly memory: number };

type Definition = RegisterTaskDefinitionCommandInput;

/** A task's CPU units and MiB, where they are set. */
type Size = { readonly cpu: number | undefined; readonly memory: number | undefined };

/** The values that a definition does not set, as ECS writes them, and a text for the task's user. */
export type OpenSize = {
  readonly size: { readonly cpu?: string; readonly memory?: string };
  readonly notes: readonly string[];
};

/** How AWS writes sizes, and their bounds outside of Fargate by the API reference. */
const forms = {
  cpu: {
    words: 'a number of CPU units, as "256", or of vCPUs, as "0.25 vCPU"',
    unit: "CPU units",
    min: 128,
    max: 196_608,
  },
  memory: {
    words: 'a number of MiB, as "512", or of GB, as "0.5 GB"',
    unit: "MiB",
    min: 1,
    max: Infinity,
  },
} as const;

const leastOfWindows = Math.min(...fargateWindowsCpu);

/**
 * The part of the task's size that its definition does not set. Fargate needs both values: they come
 * from Nomad's `resources`, rounded up to a size that Fargate has. Elsewhere ECS needs none, and none is
 * set: a limit that nobody wrote would slow the task down. `add` gets what ECS would refuse of the size.
 */
export function sizeOf(
  definition: Definition,
  config: TaskConfig,
  resources: Resources,
  add: AddProblem,
): OpenSize {
  const fixed: Size = { cpu: cpuUnits(definition.cpu), memory: mebibytes(definition.memory) };
  const isReadable = [
    checkForm("cpu", definition.cpu, fixed.cpu, add),
    checkForm("memory", definition.memory, fixed.memory, add),
  ].every((right) => right);
  if (!isReadable || !isForFargate(definition.requiresCompatibilities, config)) return none;
  const windows = isForWindows(definition);
  if (windows && fixed.cpu !== undefined && !fargateWindowsCpu.includes(fixed.cpu)) {
    const all = fargateWindowsCpu.join(", ");
    add("cpu", `must be one of ${all} with Windows on Fargate; got ${show(definition.cpu)}`);
    return none;
  }
  if (fixed.cpu !== undefined && fixed.memory !== undefined) {
    const wrong = fargateSize(fixed.cpu, fixed.memory);
    if (wrong !== undefined) add(wrong.of, wrong.text);
    return none;
  }
  if (onFargate(config) === false) {
    for (const member of ["cpu", "memory"] as const) {
      if (fixed[member] !== undefined) continue;
      add(
        member,
        'must be set, as requiresCompatibilities has "FARGATE"; got nothing. Set it, or leave ' +
          '"FARGATE" out, as the task runs elsewhere',
      );
    }
    return none;
  }
  return fromResources(fixed, resources, windows, add);
}

const none: OpenSize = { size: {}, notes: [] };

/** Refuses a size that AWS cannot read or does not have. Returns whether it is right. */
function checkForm(
  member: "cpu" | "memory",
  text: string | undefined,
  size: number | undefined,
  add: AddProblem,
): boolean {
  const { words, unit, min, max } = forms[member];
  if (text === undefined) return true;
  if (size === undefined || !Number.isInteger(size)) {
    add(member, `must be ${words}; got ${show(text)}`);
    return false;
  }
  if (size >= min && size <= max) return true;
  const bounds = max === Infinity ? `at least ${min}` : `from ${min} to ${max}`;
  add(member, `must be ${bounds} ${unit}; got ${show(text)}`);
  return false;
}

/** Fargate's smallest size with the values of the definition and at least those of `resources`. */
function fromResources(
  fixed: Size,
  resources: Resources,
  windows: boolean,
  add: AddProblem,
): OpenSize {
  const least = { ...resources, cpu: Math.max(resources.cpu, windows ? leastOfWindows : 0) };
  const size = fargateSizeFor(least, fixed);
  const source = (member: "cpu" | "memory") =>
    fixed[member] === undefined
      ? `from resources, which ask for ${resources[member]}`
      : "from the definition";
  if (size === undefined || (windows && !fargateWindowsCpu.includes(size.cpu))) {
    add(
      "",
      `has no size of Fargate, which has ${fargateSizesInWords}: ` +
        `cpu = ${fixed.cpu ?? resources.cpu}, ${source("cpu")}; ` +
        `memory = ${fixed.memory ?? resources.memory}, ${source("memory")}`,
    );
    return none;
  }
  return {
    size: {
      ...(fixed.cpu === undefined ? { cpu: String(size.cpu) } : {}),
      ...(fixed.memory === undefined ? { memory: String(size.memory) } : {}),
    },
    notes: [
      `The task's size on Fargate: cpu = ${size.cpu}, ${source("cpu")}; ` +
      `memory = ${size.memory}, ${source("memory")}`,
    ],
  };
}

/** Whether ECS checks a definition for these launch types against Fargate's rules. */
export function isForFargate(
  launchTypes: readonly string[] | undefined,
  config: TaskConfig,
): boolean {
  return onFargate(config) === true || (launchTypes ?? []).includes("FARGATE");
}
