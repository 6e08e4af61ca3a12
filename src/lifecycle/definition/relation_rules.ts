import type { ContainerDefinition, RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import type { AddProblem } from "../../config/field.ts";
import { show } from "../../config/show.ts";
import { checkWord } from "./value_rules.ts";

type Definition = RegisterTaskDefinitionCommandInput;
type ByName = ReadonlyMap<string | undefined, ContainerDefinition>;

const conditions = ["START", "COMPLETE", "SUCCESS", "HEALTHY"];

/** What ECS would refuse of what containers say of one another: names, order, links and volumes. */
export function checkRelations(
  { containerDefinitions: containers = [] }: Definition,
  add: AddProblem,
): void {
  checkNames(containers, add);
  const byName: ByName = new Map(containers.map((container) => [container.name, container]));
  containers.forEach((container, index) => {
    const here: AddProblem = (path, text) => add(`containerDefinitions[${index}].${path}`, text);
    const others = othersOf(container, byName);
    checkDependencies(container, others, here);
    container.volumesFrom?.forEach(({ sourceContainer }, place) =>
      checkOther(sourceContainer, others, `volumesFrom[${place}].sourceContainer`, here)
    );
    container.links?.forEach((link, place) =>
      checkOther(link.split(":")[0], others, `links[${place}]`, here)
    );
  });
  checkOrder("dependsOn", containers, dependenciesOf, add);
  checkOrder("links", containers, linksOf, add);
}

function checkNames(containers: readonly ContainerDefinition[], add: AddProblem): void {
  if (containers.length === 0) {
    add("containerDefinitions", "must have at least one container; got none");
  } else if (!containers.some(({ essential }) => essential !== false)) {
    add(
      "containerDefinitions",
      "must have an essential container; leave out essential = false in one at least",
    );
  }
  const seen = new Set<string>();
  containers.forEach(({ name = "" }, index) => {
    if (seen.has(name)) {
      add(`containerDefinitions[${index}].name`, `must be no other's; got ${show(name)} twice`);
    }
    seen.add(name);
  });
}

/** The containers that one may speak of, and the same in words. */
type Others = { readonly byName: ByName; readonly words: string };

function othersOf({ name }: ContainerDefinition, byName: ByName): Others {
  const others = new Map([...byName].filter(([other]) => other !== name));
  const names = [...others.keys()].map((other) => show(other)).join(", ");
  return {
    byName: others,
    words: names === "" ? "the definition has no other" : `one of ${names}`,
  };
}

function checkDependencies(container: ContainerDefinition, others: Others, add: AddProblem): void {
  container.dependsOn?.forEach(({ containerName, condition }, index) => {
    const path = `dependsOn[${index}]`;
    checkWord(condition ?? "", conditions, `${path}.condition`, add);
    const other = checkOther(containerName, others, `${path}.containerName`, add);
    if (other === undefined) return;
    const named = show(containerName);
    if (condition === "HEALTHY" && other.healthCheck === undefined) {
      add(`${path}.condition`, `= "HEALTHY" needs a health check in container ${named}`);
    } else if (
      (condition === "COMPLETE" || condition === "SUCCESS") && other.essential !== false
    ) {
      add(
        `${path}.condition`,
        `= "${condition}" is for containers that may end; set essential = false in ${named}`,
      );
    }
  });
}

/** The container of a name. Refuses a name that is no other container's. */
function checkOther(
  name: string | undefined,
  { byName, words }: Others,
  path: string,
  add: AddProblem,
): ContainerDefinition | undefined {
  const other = byName.get(name);
  if (other === undefined) {
    add(path, `must be another container's name, and ${words}; got ${show(name ?? "")}`);
  }
  return other;
}

/** Refuses containers that wait for one another in a circle. */
function checkOrder(
  member: "dependsOn" | "links",
  containers: readonly ContainerDefinition[],
  before: (container: ContainerDefinition) => readonly (string | undefined)[],
  add: AddProblem,
): void {
  let waiting = new Map(containers.map((container) => [container.name, before(container)]));
  while (waiting.size > 0) {
    const rest = new Map(
      [...waiting].filter(([own, names]) =>
        names.some((name) => name !== own && waiting.has(name))
      ),
    );
    if (rest.size === waiting.size) {
      const names = [...rest.keys()].map((name) => show(name)).join(", ");
      add("containerDefinitions", `must have no circle of ${member}; got one among ${names}`);
      return;
    }
    waiting = rest;
  }
}

function dependenciesOf({ dependsOn = [] }: ContainerDefinition): (string | undefined)[] {
  return dependsOn.map(({ containerName }) => containerName);
}

function linksOf({ links = [] }: ContainerDefinition): (string | undefined)[] {
  return links.map((link) => link.split(":")[0]);
}
