import * as rules from "./rules.ts";
import { blocks, oneOf, type Problem, string } from "./schema.ts";

/** `placement_constraints`. */
export const placementConstraints = blocks("A rule for the container instances to run on.", {
  type: oneOf("Kind of rule.", ["distinctInstance", "memberOf"], "a placement constraint", {
    required: true,
  }),
  expression: string("Expression in the cluster query language, for `memberOf`.", {
    check: rules.upTo(2_000),
  }),
}, { max: 10, check: checkConstraint });

/** `placement_strategy`. */
export const placementStrategy = blocks("How a container instance is chosen, in order.", {
  type: oneOf("Kind of strategy.", ["random", "spread", "binpack"], "a placement strategy", {
    required: true,
  }),
  field: string(
    "What to spread over (`instanceId`, `attribute:ecs.availability-zone`, ...) or to pack by (`cpu`, `memory`).",
  ),
}, { max: 5, check: checkStrategy });

function checkConstraint(
  { type, expression }: { type: string; expression: string | undefined },
  path: string,
  problems: Problem[],
): void {
  if (type === "memberOf" && expression === undefined) {
    problems.push({ path: `${path}.expression`, text: `is not set; type "memberOf" needs it` });
  }
  if (type === "distinctInstance" && expression !== undefined) {
    problems.push({
      path: `${path}.expression`,
      text: `= ${JSON.stringify(expression)} is not for type "distinctInstance"; leave it out`,
    });
  }
}

function checkStrategy(
  { type, field }: { type: string; field: string | undefined },
  path: string,
  problems: Problem[],
): void {
  const add = (text: string) => problems.push({ path: `${path}.field`, text });
  if (type === "random" && field !== undefined) {
    add(`= ${JSON.stringify(field)} is not for type "random"; leave it out`);
  }
  if (type === "spread" && field === undefined) {
    add(`is not set; type "spread" needs it, as "attribute:ecs.availability-zone"`);
  }
  if (type === "binpack" && field !== "cpu" && field !== "memory") {
    add(`= ${JSON.stringify(field ?? "")} is not for type "binpack"; use "cpu" or "memory"`);
  }
}
