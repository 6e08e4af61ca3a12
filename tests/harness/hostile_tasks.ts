import { encode } from "@msgpack/msgpack";
import { describeProblems } from "../../src/config/decode.ts";
import { decodePluginConfig, decodeTaskConfig } from "../../src/config/mod.ts";
import { factsOf } from "../../src/lifecycle/definition/facts.ts";
import { inlineDefinition } from "../../src/lifecycle/definition/inline.ts";
import { LaunchError } from "../../src/lifecycle/launch_error.ts";
import { prepare } from "../../src/lifecycle/start/environment.ts";
import type { Json } from "./definitions.ts";

/** A task that a job author can write to keep the event loop busy, and where it has to be refused. */
export type HostileTask = {
  readonly task: Json;
  readonly env?: Readonly<Record<string, string>>;
  /** What the refusal begins with. */
  readonly path: string;
};

const many = <T>(length: number, item: (index: number) => T) =>
  Array.from({ length }, (_, n) => item(n));
const json = (definition: Json) => ({
  definition_json: JSON.stringify({ family: "x", ...definition }),
});
const inJson = "config.task.definition_json";
const inBlock = "config.task.definition";
/** A container of a JSON definition, and nine more with the longest names. */
const ten = (first: Json, rest: Json = {}): Json => ({
  containerDefinitions: many(10, (n) => ({
    name: n === 0 ? "app" : String(n).repeat(250),
    image: "b",
    memory: 64,
    ...(n === 0 ? first : rest),
  })),
});
const block = (definition: Json, container: Json = {}) => ({
  definition: {
    family: "x",
    container: [{ name: "app", image: "b", memory: 64, ...container }],
    ...definition,
  },
});
const names = (length: number, name: (index: number) => string) =>
  Object.fromEntries(many(length, (n) => [name(n), "x"]));

/** Tasks by what they have too much of. Sizes are those that took seconds, and the most that AWS takes. */
export const hostileTasks: Readonly<Record<string, () => HostileTask>> = {
  "16,000 containers in JSON": () => ({
    task: json({ containerDefinitions: many(16_000, (n) => ({ name: `c${n}`, image: "b" })) }),
    path: inJson,
  }),
  "32,000 containers in JSON": () => ({
    task: json({ containerDefinitions: many(32_000, (n) => ({ name: `c${n}`, image: "b" })) }),
    path: inJson,
  }),
  "20,000 volumes and as many mount points in JSON": () => ({
    task: json({
      ...ten({ mountPoints: many(20_000, (n) => ({ sourceVolume: `m${n}` })) }),
      volumes: many(20_000, (n) => ({ name: `v${n}` })),
    }),
    path: inJson,
  }),
  "as many volumes and mount points as 64 KB hold": () => ({
    task: json({
      ...ten({ mountPoints: many(1_200, (n) => ({ sourceVolume: `m${n}` })) }),
      volumes: many(1_200, (n) => ({ name: `v${n}` })),
    }),
    path: inJson,
  }),
  "20,000 dependencies that do not exist in JSON": () => ({
    task: json(
      ten({ dependsOn: many(20_000, (n) => ({ containerName: `d${n}`, condition: "START" })) }),
    ),
    path: inJson,
  }),
  "as many dependencies that do not exist as 64 KB hold": () => ({
    task: json(ten({ dependsOn: many(1_300, () => ({ containerName: "d", condition: "START" })) })),
    path: inJson,
  }),
  "as many links and sources of volumes as 64 KB hold": () => ({
    task: json(
      ten({
        links: many(4_000, () => "d"),
        volumesFrom: many(1_500, () => ({ sourceContainer: "d" })),
      }),
    ),
    path: inJson,
  }),
  "30,000 secrets of one name": () => ({
    task: json(ten({ secrets: many(30_000, () => ({ name: "A", valueFrom: "b" })) })),
    path: inJson,
  }),
  "as many secrets as 64 KB hold": () => ({
    task: json(ten({ secrets: many(1_700, (n) => ({ name: `A${n % 1_699}`, valueFrom: "b" })) })),
    path: inJson,
  }),
  "as many ports as 64 KB hold": () => ({
    task: json({
      ...ten({ portMappings: many(2_500, () => ({ containerPort: 8_080 })) }),
      networkMode: "host",
    }),
    path: inJson,
  }),
  "as many capabilities as 64 KB hold": () => ({
    task: json({
      ...ten({ linuxParameters: { capabilities: { add: many(8_000, () => "SYS") } } }),
      requiresCompatibilities: ["FARGATE"],
    }),
    path: inJson,
  }),
  "48,000 members that AWS does not know": () => ({
    task: json({ ...ten({}), ...names(48_000, (n) => `member${n}`) }),
    path: inJson,
  }),
  "as many members that AWS does not know as 64 KB hold": () => ({
    task: json(ten(names(5_000, (n) => `m${n}`))),
    path: inJson,
  }),
  "48,000 members beside a described definition": () => ({
    task: {
      definition_json: JSON.stringify({
        taskDefinition: { family: "x", ...ten({}) },
        ...names(48_000, (n) => `member${n}`),
      }),
    },
    path: inJson,
  }),
  "a million exit codes": () => ({
    task: json(
      ten({ restartPolicy: { enabled: true, ignoredExitCodes: many(1_000_000, () => 1) } }),
    ),
    path: inJson,
  }),
  "100,000 tags": () => ({
    task: json({ ...ten({}), tags: many(100_000, (n) => ({ key: `k${n}`, value: "v" })) }),
    path: inJson,
  }),
  "100,000 lists in one another": () => ({
    task: { definition_json: `{"family":"x","a":${"[".repeat(100_000)}${"]".repeat(100_000)}}` },
    path: inJson,
  }),
  "a family of a megabyte": () => ({
    task: json({
      family: "$".repeat(1_000_000),
      containerDefinitions: [{ name: "a", image: "b" }],
    }),
    path: inJson,
  }),
  "5,000 containers in a block": () => ({
    task: block({ container: many(5_000, (n) => ({ name: `c${n}`, image: "b" })) }),
    path: inBlock,
  }),
  "3,000 volumes and as many mount points in a block": () => ({
    task: block({ volume: many(3_000, (n) => ({ name: `v${n}` })) }, {
      mount_point: many(3_000, (n) => ({ source_volume: `m${n}`, container_path: "/" })),
    }),
    path: inBlock,
  }),
  "5,000 dependencies that do not exist in a block": () => ({
    task: block({}, {
      depends_on: many(5_000, (n) => ({ container_name: `d${n}`, condition: "START" })),
    }),
    path: inBlock,
  }),
  "7,000 variables and as many secrets in a block": () => ({
    task: block({}, {
      environment: names(7_000, (n) => `E${n}`),
      secrets: Object.fromEntries(
        many(7_000, (n) => [`S${n}`, "arn:aws:ssm:eu-west-1:1:parameter/a"]),
      ),
    }),
    path: inBlock,
  }),
  "5,000 globs for 5,000 variables": () => ({
    task: { task_definition: "x", pass_env: many(5_000, (n) => `*a*a*${n}`) },
    env: names(5_000, (n) => `${"a".repeat(20)}${n}`),
    path: "config.task.pass_env",
  }),
  "a glob of 64,000 characters": () => ({
    task: { task_definition: "x", pass_env: ["*a".repeat(32_000) + "b"] },
    env: names(1_000, (n) => `${"a".repeat(200)}${n}`),
    path: "config.task.pass_env",
  }),
  "the globs that may just be matched": () => ({
    task: { task_definition: "x", pass_env: ["*a".repeat(500) + "*b"] },
    env: names(100, (n) => `${"a".repeat(97)}${n}`),
    path: "",
  }),
  "9,000 overrides of containers that there are not": () => ({
    task: {
      task_definition: "x",
      overrides: { container: many(9_000, (n) => ({ name: `c${n}` })) },
    },
    path: "config.task.overrides",
  }),
  "100,000 variables": () => ({
    task: { task_definition: "x" },
    env: names(100_000, (n) => `A${n}`),
    path: "config.task",
  }),
};

const plugin = decodePluginConfig(new Uint8Array());

/**
 * What is said of a task up to the first call to ECS: the refusal, or "" for a task that is taken. Its
 * definition, where it only names one, has one container.
 */
export async function refusalOf(
  task: Json,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  if (plugin.kind === "invalid") throw new Error(describeProblems(plugin.problems));
  const decoded = decodeTaskConfig(encode({ task }), plugin.value);
  if (decoded.kind === "invalid") return describeProblems(decoded.problems);
  try {
    const inline = await inlineDefinition(decoded.value, { cpu: 100, memory: 300 });
    const definition = inline?.input ?? { containerDefinitions: [{ name: "app" }] };
    prepare(decoded.value, env, factsOf(definition, "x"));
    return "";
  } catch (error) {
    if (error instanceof LaunchError) return error.message;
    throw error;
  }
}
