import type { ContainerFacts, DefinitionFacts } from "./facts.ts";

/** A task's main container, and why it is that one. */
export type MainContainer = {
  readonly container: ContainerFacts;
  /** Other containers that could be the main one just as well. */
  readonly equals: readonly ContainerFacts[];
  /** Containers that cannot be the main one, each with the reason in words that follow its name. */
  readonly passedOver: readonly { readonly name: string; readonly why: string }[];
};

/**
 * The container that a task is run for, where `config.task.container` names none: it gets the task's
 * environment, its ports are advertised and its exit code counts. It is the first essential one that
 * is not a helper by the definition itself: the log router, the proxy, or what another essential
 * container waits for. Undefined for a definition without containers.
 */
export function mainContainer({ containers }: DefinitionFacts): MainContainer | undefined {
  const passedOver: { name: string; why: string }[] = [];
  const passOver = (
    from: readonly ContainerFacts[],
    whyOf: (container: ContainerFacts) => string | undefined,
  ): readonly ContainerFacts[] => {
    const left = from.filter((container) => whyOf(container) === undefined);
    // A task always has a main container.
    if (left.length === 0) return from;
    for (const container of from) {
      const why = whyOf(container);
      if (why !== undefined) passedOver.push({ name: container.name, why });
    }
    return left;
  };
  const essential = passOver(containers, (one) => one.essential ? undefined : "not essential");
  const working = passOver(essential, ({ role }) => role === undefined ? undefined : `the ${role}`);
  const neededBy = new Map<string, string>();
  for (const container of working) {
    for (const name of neededFor(container, containers)) neededBy.set(name, container.name);
  }
  const left = passOver(working, ({ name }) => {
    const user = neededBy.get(name);
    return user === undefined ? undefined : `${user} waits for it`;
  });
  const [container, ...equals] = left;
  return container === undefined ? undefined : { container, equals, passedOver };
}

/** The text that tells a task's user of the choice; undefined for a task of one container. */
export function choiceOfMain(definition: DefinitionFacts): string | undefined {
  const chosen = mainContainer(definition);
  if (chosen === undefined || definition.containers.length < 2) return undefined;
  const { container: { name }, equals, passedOver } = chosen;
  const others = passedOver.map(({ name, why }) => `${name} (${why})`).join(", ");
  return [
    equals.length === 0
      ? `Container ${name} is the task's main container.`
      : `Container ${name} is taken for the task's main container, as the first of ` +
        `${
          [name, ...equals.map(({ name }) => name)].join(", ")
        }, which are equal by the definition.`,
    ...(others === "" ? [] : [`Passed over: ${others}.`]),
    "It gets the environment, its ports are advertised and its exit code counts. " +
    "config.task.container names another.",
  ].join(" ");
}

/** Names of the containers that one waits for, directly or by way of others. */
function neededFor(
  container: ContainerFacts,
  containers: readonly ContainerFacts[],
): ReadonlySet<string> {
  const needed = new Set<string>();
  const open = [...container.waitsFor];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    // ECS refuses a circle. Until it has, no container is a helper of itself.
    if (needed.has(name) || name === container.name) continue;
    needed.add(name);
    open.push(...containers.find((other) => other.name === name)?.waitsFor ?? []);
  }
  return needed;
}
