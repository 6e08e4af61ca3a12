import { blocks, oneOf, type Problem, string } from "./schema.ts";
import { must } from "./show.ts";

/** Most placement constraints of a task, those of its definition among them. */
export const constraintLimit = 10;
/** PlacementConstraint.expression: "a maximum length of 2000 characters". */
export const expressionLimit = 2_000;

/** `placement_constraints`. */
export const placementConstraints = blocks(
  "A rule for which container instances the task may be placed on. Not on Fargate. When there is no " +
    "such block, those of the task definition hold alone.",
  {
    type: oneOf(
      "Kind of rule: `distinctInstance`, each task of the `group` on an instance of its own; " +
        "`memberOf`, only instances that `expression` names.",
      ["distinctInstance", "memberOf"],
      { required: true },
    ),
    expression: string(
      "Instances that the task may be placed on, in ECS's cluster query language. `memberOf` needs it; " +
        "with `distinctInstance` it must be left out.",
      { secret: false, max: expressionLimit },
    ),
  },
  {
    max: constraintLimit,
    check: checkConstraint,
    example: { type: "memberOf", expression: "attribute:ecs.instance-type =~ t3.*" },
  },
);

/** `placement_strategy`. */
export const placementStrategy = blocks(
  "A rule by which ECS chooses among the container instances; several are applied in order. Not on " +
    "Fargate. When there is no such block, ECS chooses at random.",
  {
    type: oneOf(
      "Kind of rule: `random`, any instance; `spread`, evenly over the values of `field`; `binpack`, " +
        "the instance with the least of `field` left.",
      ["random", "spread", "binpack"],
      { required: true },
    ),
    field: string(
      "What `spread` spreads over, such as `instanceId` or `attribute:ecs.availability-zone`, or what " +
        "`binpack` packs by: `cpu` or `memory`. Both need it; with `random` it must be left out.",
      { secret: false },
    ),
  },
  {
    // RunTaskRequest.placementStrategy: "a maximum of 5 strategy rules for each task".
    max: 5,
    check: checkStrategy,
    example: { type: "spread", field: "attribute:ecs.availability-zone" },
  },
);

function checkConstraint(
  { type, expression }: { type: string; expression: string | undefined },
  path: string,
  problems: Problem[],
): void {
  const add = (what: string) =>
    problems.push({ path: `${path}.expression`, text: must(what, expression) });
  if (type === "memberOf" && expression === undefined) add(`be set for type "memberOf"`);
  if (type === "distinctInstance" && expression !== undefined) {
    add(`be left out for type "distinctInstance"`);
  }
}

function checkStrategy(
  { type, field }: { type: string; field: string | undefined },
  path: string,
  problems: Problem[],
): void {
  const add = (what: string) => problems.push({ path: `${path}.field`, text: must(what, field) });
  if (type === "random" && field !== undefined) add(`be left out for type "random"`);
  if (type === "spread" && field === undefined) {
    add(`be set for type "spread", such as "attribute:ecs.availability-zone"`);
  }
  if (type === "binpack" && field !== "cpu" && field !== "memory") {
    add(`be "cpu" or "memory" for type "binpack"`);
  }
}
