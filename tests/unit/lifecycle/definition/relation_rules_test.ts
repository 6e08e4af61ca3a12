import { checkRelations } from "../../../../src/lifecycle/definition/relation_rules.ts";
import {
  containers,
  first,
  onInstances,
  refusesEach,
  takesEach,
} from "../../../harness/definitions.ts";

const of = (all: Parameters<typeof containers>[0]) => onInstances({}, containers(all));
const on = (containerName: string, condition: string) => ({
  dependsOn: [{ containerName, condition }],
});

refusesEach("containers", {
  "none at all": [of({}), "containerDefinitions", "at least one"],
  "none that is essential": [
    of({ app: { essential: false } }),
    "containerDefinitions",
    "essential",
  ],
  "a name twice": [of({ app: {}, side: { name: "app" } }), "containerDefinitions[1].name", "twice"],
  "a dependency on itself": [
    of({ app: on("app", "START") }),
    `${first}.dependsOn[0].containerName`,
    "the definition has no other",
  ],
  "a dependency on nobody": [
    of({ app: on("db", "START"), side: {} }),
    `${first}.dependsOn[0].containerName`,
    'one of "side"; got "db"',
  ],
  "a condition that is none": [
    of({ app: on("side", "RUNNING"), side: {} }),
    `${first}.dependsOn[0].condition`,
    '"START", "COMPLETE", "SUCCESS", "HEALTHY"',
  ],
  "a wait for the end of what must not end": [
    of({ app: on("side", "SUCCESS"), side: {} }),
    `${first}.dependsOn[0].condition`,
    'essential = false in "side"',
  ],
  "a wait for health that nobody checks": [
    of({ app: on("side", "HEALTHY"), side: {} }),
    `${first}.dependsOn[0].condition`,
    "health check",
  ],
  "a circle": [
    of({ a: on("b", "START"), b: on("c", "START"), c: on("a", "START") }),
    "containerDefinitions",
    'no circle of dependsOn; got one among "a", "b", "c"',
  ],
  "volumes from nowhere": [
    of({ app: { volumesFrom: [{ sourceContainer: "side" }] } }),
    `${first}.volumesFrom[0].sourceContainer`,
  ],
  "a link to nobody": [of({ app: { links: ["db:database"] } }), `${first}.links[0]`, 'got "db"'],
  "a circle of links": [
    of({ a: { links: ["b"] }, b: { links: ["a"] } }),
    "containerDefinitions",
    "links",
  ],
}, checkRelations);

takesEach("containers", {
  "an order": of({
    app: { dependsOn: [...on("init", "SUCCESS").dependsOn, ...on("db", "HEALTHY").dependsOn] },
    init: { essential: false },
    db: { healthCheck: { command: ["CMD", "x"] }, ...on("init", "COMPLETE") },
  }),
  "a link by another name": of({ app: { links: ["db:database"] }, db: {} }),
}, checkRelations);
