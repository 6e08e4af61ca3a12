import { checkStrategy } from "../../../../demo/simulator/checks/strategy_checks.ts";
import type { Input } from "../../../../demo/simulator/request/input.ts";
import { assertRefused } from "../../../harness/simulator_definitions.ts";

const providers = ["FARGATE", "FARGATE_SPOT", "own"];
const one = (more: Input) => ({ capacityProvider: "FARGATE", ...more });

const refused: Record<string, readonly [readonly Input[], string]> = {
  "more than 20 items": [Array(21).fill(one({})), "at most 20 items"],
  "an item without a provider": [[{ weight: 1 }], "capacityProvider cannot be empty."],
  "Fargate beside instances": [[one({}), { capacityProvider: "own" }], "cannot contain a mix"],
  "a provider that the cluster does not have": [[{ capacityProvider: "x" }], "'x' was not found"],
  "a weight above 1000": [[one({ weight: 1_001 })], "weight must be between 0 and 1000"],
  "a base above 100000": [[one({ base: 100_001 })], "base must be between 0 and 100000"],
  "two bases": [
    [one({ base: 1 }), { capacityProvider: "FARGATE_SPOT", base: 1 }],
    "Only one capacity provider in a strategy can have a base defined.",
  ],
};

for (const [what, [strategy, says]] of Object.entries(refused)) {
  Deno.test(`a strategy is refused for ${what}`, () => {
    assertRefused(() => checkStrategy(strategy, providers), "InvalidParameterException", says);
  });
}

Deno.test("a strategy may be empty, and have weights of 0", () => {
  checkStrategy([], providers);
  checkStrategy([one({ weight: 0, base: 1 }), { capacityProvider: "FARGATE_SPOT" }], providers);
});
