import { clientException } from "../request/aws_error.ts";
import {
  duplicate,
  type Input,
  object,
  objects,
  optionalString,
  strings,
  word,
} from "../request/input.ts";

/** Refuses containers with conflicting names, links, volumes of each other, or order. */
export function checkRelations(containers: readonly Input[]): void {
  if (duplicate(containers.map(nameOf)) !== undefined) {
    throw clientException("Container names must be unique within a task definition.");
  }
  if (containers.every((container) => container["essential"] === false)) {
    throw clientException("At least one container must be essential.");
  }
  const byName = new Map(containers.map((container) => [nameOf(container), container]));
  for (const container of containers) {
    checkVolumesFrom(container, byName);
    checkDependencies(container, byName);
    checkLinks(container, byName);
  }
  if (hasCycle(containers, linksOf)) {
    throw clientException("Container links should not have a cycle.");
  }
  if (hasCycle(containers, (one) => dependencies(one).map(({ name }) => name))) {
    throw clientException("Container dependencies should not have a cycle.");
  }
}

function checkVolumesFrom(container: Input, byName: ReadonlyMap<string, Input>): void {
  for (const from of objects(container, "volumesFrom")) {
    const source = optionalString(from, "sourceContainer") ?? "null";
    if (!byName.has(source)) {
      throw clientException(`Invalid 'volumesFrom' setting. Unknown container: '${source}'.`);
    }
    if (source === nameOf(container)) {
      throw clientException(
        `Invalid 'volumesFrom' setting. Container '${source}' cannot mount its own volumes.`,
      );
    }
  }
}

function checkDependencies(container: Input, byName: ReadonlyMap<string, Input>): void {
  for (const { name, condition } of dependencies(container)) {
    const other = byName.get(name);
    if (other === undefined) {
      throw clientException(`Cannot depend on container '${name}' because it does not exist.`);
    }
    if (other === container) throw clientException(`Container '${name}' cannot depend on itself.`);
    const ends = condition === "SUCCESS" || condition === "COMPLETE";
    if (ends && other["essential"] !== false) {
      throw clientException(
        "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container.",
      );
    }
    if (condition === "HEALTHY" && object(other, "healthCheck") === undefined) {
      throw clientException(
        "A dependency container with HEALTHY condition must have health check configured.",
      );
    }
  }
}

function checkLinks(container: Input, byName: ReadonlyMap<string, Input>): void {
  for (const link of strings(container, "links")) {
    if (!/^[A-Za-z0-9_-]{1,255}(:[A-Za-z0-9_-]{1,255})?$/.test(link)) {
      throw clientException(`Invalid 'links' setting '${link}'.`);
    }
  }
  for (const name of linksOf(container)) {
    if (!byName.has(name)) {
      throw clientException(`Invalid 'links' setting. Unknown container: '${name}'.`);
    }
  }
}

function nameOf(container: Input): string {
  return optionalString(container, "name") ?? "";
}

/** Names of the linked containers, without their aliases. */
function linksOf(container: Input): string[] {
  return strings(container, "links").map((link) => link.split(":")[0] ?? "");
}

function dependencies(container: Input) {
  return objects(container, "dependsOn").map((dependency) => {
    const condition = word(dependency, "condition", ["START", "COMPLETE", "SUCCESS", "HEALTHY"]);
    if (condition === undefined) {
      throw clientException("ContainerDependency.condition cannot be null.");
    }
    return { name: optionalString(dependency, "containerName") ?? "", condition };
  });
}

/** Whether the containers cannot be ordered. `before` names those that come before a container. */
function hasCycle(containers: readonly Input[], before: (container: Input) => string[]): boolean {
  let waiting = new Map(containers.map((container) => [nameOf(container), before(container)]));
  while (waiting.size > 0) {
    const rest = new Map(
      [...waiting].filter(([, names]) => names.some((name) => waiting.has(name))),
    );
    if (rest.size === waiting.size) return true;
    waiting = rest;
  }
  return false;
}
