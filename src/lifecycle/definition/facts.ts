import type { TaskDefinition } from "@aws-sdk/client-ecs";

/** What the driver goes by of a task definition. */
export type DefinitionFacts = {
  readonly arn: string;
  /** `awsvpc`, `bridge`, `host` or `none`. */
  readonly networkMode: string;
  /** Launch types that the definition can run on; undefined where ECS has not said. */
  readonly compatibilities: readonly string[] | undefined;
  readonly containers: readonly ContainerFacts[];
  /** Volumes that RunTask has to configure. */
  readonly openVolumes: readonly string[];
  /** CPU units and MiB of the whole task; undefined where the definition leaves them open. */
  readonly cpu: number | undefined;
  readonly memory: number | undefined;
  /** Whether the containers have a role of their own. */
  readonly hasTaskRole: boolean;
};

/** What the driver goes by of a container's definition. */
export type ContainerFacts = {
  readonly name: string;
  readonly essential: boolean;
  /** What the container is for by the definition's own words; undefined for any other. */
  readonly role: "log router" | "proxy" | undefined;
  /** Names of the containers that it depends on. */
  readonly waitsFor: readonly string[];
  /** Ports on which the container listens, with their names where they have one. */
  readonly ports: readonly { readonly name: string | undefined; readonly port: number }[];
  /** Names of the variables whose values are secrets. */
  readonly secrets: readonly string[];
};

/** Reads the facts of a definition; `name` stands for its ARN where it has none yet. */
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
    })),
    openVolumes: (taskDefinition?.volumes ?? [])
      .filter(({ configuredAtLaunch }) => configuredAtLaunch === true)
      .map(({ name }) => name ?? ""),
    cpu: cpuUnits(taskDefinition?.cpu),
    memory: mebibytes(taskDefinition?.memory),
    hasTaskRole: taskDefinition?.taskRoleArn !== undefined,
  };
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
