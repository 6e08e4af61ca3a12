import type { TaskDefinition } from "../../aws/ecs_answers.ts";

/** The parts of a task definition that the driver uses once ECS has registered it. */
export type DefinitionFacts = {
  readonly arn: string;
  /** `awsvpc`, `bridge`, `host` or `none`. */
  readonly networkMode: string;
  /** Launch types that the definition can run on; undefined before it is registered. */
  readonly compatibilities: readonly string[] | undefined;
  readonly containers: readonly ContainerFacts[];
  /** Names of the volumes that RunTask has to configure. */
  readonly openVolumes: readonly string[];
  /** CPU units and MiB of the whole task; undefined where the definition does not set them. */
  readonly cpu: number | undefined;
  readonly memory: number | undefined;
  readonly isForWindows: boolean;
  /** Whether the definition sets a task role, the one that its containers have. */
  readonly hasTaskRole: boolean;
};

/** The parts of a container's definition that the driver uses. */
export type ContainerFacts = {
  readonly name: string;
  readonly essential: boolean;
  /** The container's part in the task, where the definition sets one. */
  readonly role: "log router" | "proxy" | undefined;
  /** Names of the containers that it depends on. */
  readonly waitsFor: readonly string[];
  /** Ports on which the container listens, with their names where they have one. */
  readonly ports: readonly { readonly name: string | undefined; readonly port: number }[];
  /** Names of the variables whose values are secrets. */
  readonly secrets: readonly string[];
  /** Its log driver; undefined where the definition sets none. */
  readonly log:
    | { readonly driver: string; readonly options: Readonly<Record<string, unknown>> }
    | undefined;
};

/** Reads the facts of a definition. One that is not registered yet has no ARN; `name` takes its place. */
export function factsOf(
  taskDefinition: Partial<TaskDefinition> | undefined,
  name: string,
): DefinitionFacts {
  const proxy = taskDefinition?.proxyConfiguration?.containerName;
  return {
    arn: taskDefinition?.taskDefinitionArn ?? name,
    networkMode: taskDefinition?.networkMode ?? "bridge",
    compatibilities: taskDefinition?.compatibilities,
    containers: (taskDefinition?.containerDefinitions ?? []).map((container) => ({
      name: container.name ?? "",
      essential: container.essential !== false,
      role: container.firelensConfiguration !== undefined
        ? "log router"
        : container.name !== undefined && container.name === proxy
        ? "proxy"
        : undefined,
      waitsFor: (container.dependsOn ?? []).map(({ containerName }) => containerName ?? ""),
      ports: (container.portMappings ?? []).flatMap(({ name, containerPort }) =>
        containerPort === undefined ? [] : [{ name, port: containerPort }]
      ),
      secrets: (container.secrets ?? []).map(({ name }) => name ?? ""),
      log: container.logConfiguration && {
        driver: container.logConfiguration.logDriver ?? "",
        options: container.logConfiguration.options ?? {},
      },
    })),
    openVolumes: (taskDefinition?.volumes ?? [])
      .filter(({ configuredAtLaunch }) => configuredAtLaunch === true)
      .map(({ name }) => name ?? ""),
    cpu: cpuUnits(taskDefinition?.cpu),
    memory: mebibytes(taskDefinition?.memory),
    isForWindows: isForWindows(taskDefinition ?? {}),
    hasTaskRole: taskDefinition?.taskRoleArn !== undefined,
  };
}

/** Whether a definition is for Windows. */
export function isForWindows(
  { runtimePlatform }: {
    runtimePlatform?: { operatingSystemFamily?: string | undefined } | undefined;
  },
): boolean {
  return runtimePlatform?.operatingSystemFamily?.startsWith("WINDOWS") ?? false;
}

/** CPU units of a task's `cpu`, as `256` or `0.25 vCPU`; undefined where AWS cannot read it. */
export function cpuUnits(text: string | undefined): number | undefined {
  return amount(text, /^([0-9]*\.?[0-9]+) *vcpu$/i);
}

/** MiB of a task's `memory`, as `512` or `0.5 GB`; undefined where AWS cannot read it. */
export function mebibytes(text: string | undefined): number | undefined {
  return amount(text, /^([0-9]*\.?[0-9]+) *gb$/i);
}

function amount(text: string | undefined, withUnit: RegExp): number | undefined {
  if (text === undefined) return undefined;
  if (/^[0-9]+$/.test(text)) return Number(text);
  const [, number] = withUnit.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * 1_024;
}
