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
  /** Ports on which the container listens, with their names where they have one. */
  readonly ports: readonly { readonly name: string | undefined; readonly port: number }[];
  /** Names of the variables whose values are secrets. */
  readonly secrets: readonly string[];
};

/** The container that a task's environment is for and whose exit code counts unless one is named. */
export function mainContainer({ containers }: DefinitionFacts): ContainerFacts | undefined {
  return containers.find(({ essential }) => essential) ?? containers[0];
}

/** Reads the facts of a definition; `name` stands for its ARN where it has none yet. */
export function factsOf(
  taskDefinition: Partial<TaskDefinition> | undefined,
  name: string,
): DefinitionFacts {
  return {
    arn: taskDefinition?.taskDefinitionArn ?? name,
    networkMode: taskDefinition?.networkMode ?? "bridge",
    compatibilities: taskDefinition?.compatibilities,
    containers: (taskDefinition?.containerDefinitions ?? []).map((container) => ({
      name: container.name ?? "",
      essential: container.essential !== false,
      ports: (container.portMappings ?? []).flatMap(({ name, containerPort }) =>
        containerPort === undefined ? [] : [{ name, port: containerPort }]
      ),
      secrets: (container.secrets ?? []).map(({ name }) => name ?? ""),
    })),
    openVolumes: (taskDefinition?.volumes ?? [])
      .filter(({ configuredAtLaunch }) => configuredAtLaunch === true)
      .map(({ name }) => name ?? ""),
    cpu: sizeNumber(taskDefinition?.cpu),
    memory: sizeNumber(taskDefinition?.memory),
    hasTaskRole: taskDefinition?.taskRoleArn !== undefined,
  };
}

/** CPU units or MiB of a task's size, which may also stand as `1 vCPU` and `2 GB`. */
export function sizeNumber(text: string | undefined): number | undefined {
  const match = /^\s*([0-9.]+)\s*(vcpu|gb)?\s*$/i.exec(text ?? "");
  if (match === null) return undefined;
  return Number(match[1]) * (match[2] === undefined ? 1 : 1_024);
}
