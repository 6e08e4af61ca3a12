import type { RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { AddProblem } from "../../src/config/field.ts";

/** A request's JSON, whatever its types. */
export type Json = Record<string, unknown>;

/** The path of the first container. */
export const first = "containerDefinitions[0]";

/** A definition that Fargate takes, with changes to it and to its only container. */
export function fargate(container: Json = {}, task: Json = {}): RegisterTaskDefinitionCommandInput {
  return {
    family: "web",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: "1024",
    memory: "2048",
    containerDefinitions: [{ name: "app", image: "nginx:1", ...container }],
    ...task,
  } as unknown as RegisterTaskDefinitionCommandInput;
}

/** A definition that container instances take, with changes to it and to its only container. */
export function onInstances(
  container: Json = {},
  task: Json = {},
): RegisterTaskDefinitionCommandInput {
  return {
    family: "web",
    containerDefinitions: [{ name: "app", image: "nginx:1", memory: 128, ...container }],
    ...task,
  } as unknown as RegisterTaskDefinitionCommandInput;
}

/** Containers side by side, by their names. */
export function containers(all: Record<string, Json>): Json {
  return {
    containerDefinitions: Object.entries(all).map(([name, container]) => ({
      name,
      image: "nginx:1",
      memory: 64,
      ...container,
    })),
  };
}

/** Every problem that a rule adds, as its path and its text. */
export function problemsOf(check: (add: AddProblem) => void): string[] {
  const problems: string[] = [];
  check((path, text) => problems.push(`${path} ${text}`));
  return problems;
}

/** A definition that breaks one rule, and what is said: the path, and words of the text. */
export type Broken = readonly [
  definition: RegisterTaskDefinitionCommandInput,
  path: string,
  ...words: string[],
];

/** A test for each definition: exactly one problem, at its path, in these words. */
export function refusesEach(
  rule: string,
  cases: Readonly<Record<string, Broken>>,
  check: (definition: RegisterTaskDefinitionCommandInput, add: AddProblem) => void,
): void {
  for (const [name, [definition, path, ...words]] of Object.entries(cases)) {
    Deno.test(`${rule}: ${name} is refused by its path`, () => {
      const problems = problemsOf((add) => check(definition, add));
      assertEquals(problems.map((problem) => problem.split(" ")[0]), [path], problems.join("\n"));
      for (const word of words) assertStringIncludes(problems[0] ?? "", word);
    });
  }
}

/** A test for each definition: no problem. */
export function takesEach(
  rule: string,
  cases: Readonly<Record<string, RegisterTaskDefinitionCommandInput>>,
  check: (definition: RegisterTaskDefinitionCommandInput, add: AddProblem) => void,
): void {
  for (const [name, definition] of Object.entries(cases)) {
    Deno.test(`${rule}: ${name} is taken`, () => {
      assertEquals(problemsOf((add) => check(definition, add)), []);
    });
  }
}
