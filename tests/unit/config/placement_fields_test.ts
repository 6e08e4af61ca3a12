import { assertEquals } from "@std/assert";
import { refusalOf } from "../../harness/config.ts";

const strategies: Record<string, [strategy: Record<string, unknown>, text: string]> = {
  "packing by nothing": [
    { type: "binpack" },
    `field must be "cpu" or "memory" for type "binpack"; got nothing`,
  ],
  "packing by what instances have not": [
    { type: "binpack", field: "instanceId" },
    `field must be "cpu" or "memory" for type "binpack"; got "instanceId"`,
  ],
  "spreading over nothing": [
    { type: "spread" },
    `field must be set for type "spread", such as "attribute:ecs.availability-zone"; got nothing`,
  ],
  "a field for a random choice": [
    { type: "random", field: "cpu" },
    `field must be left out for type "random"; got "cpu"`,
  ],
};
for (const [name, [strategy, text]] of Object.entries(strategies)) {
  Deno.test(`a placement strategy is refused: ${name}`, () => {
    assertEquals(
      refusalOf({ task_definition: "web", placement_strategy: [strategy] }),
      `config.task.placement_strategy[0].${text}`,
    );
  });
}

const constraints: Record<string, [constraint: Record<string, unknown>, text: string]> = {
  "no expression": [
    { type: "memberOf" },
    `expression must be set for type "memberOf"; got nothing`,
  ],
  "an expression that plays no part": [
    { type: "distinctInstance", expression: "a" },
    `expression must be left out for type "distinctInstance"; got "a"`,
  ],
  "an expression that is too long": [
    { type: "memberOf", expression: "x".repeat(2_001) },
    "expression must have at most 2000 characters; got a string of 2001 characters",
  ],
};
for (const [name, [constraint, text]] of Object.entries(constraints)) {
  Deno.test(`a placement constraint is refused: ${name}`, () => {
    assertEquals(
      refusalOf({ task_definition: "web", placement_constraints: [constraint] }),
      `config.task.placement_constraints[0].${text}`,
    );
  });
}
