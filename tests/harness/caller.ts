import { createCallBudget } from "../../src/aws/call_budget.ts";
import { createEcsCaller, type EcsCaller } from "../../src/aws/caller.ts";
import type { AwsOperations, Input, OperationName, Output } from "../../src/aws/operations.ts";
import type { Clock } from "../../src/clock.ts";
import { silent } from "./world.ts";

/** How a test answers operations of AWS's. */
export type Answers = {
  readonly [Name in OperationName]?: (input: Input<Name>) => Output<Name> | Promise<Output<Name>>;
};

/** A caller whose answers are the test's own, and what was asked for, in order. */
export function callerAnswering(answers: Answers) {
  const asked: { name: OperationName; input: unknown }[] = [];
  const caller: EcsCaller = {
    rate: () => Infinity,
    reserve: () => Promise.reject(new Error("a test's caller has no budget")),
    call: async (name, input) => {
      asked.push({ name, input });
      const answer = answers[name];
      if (answer === undefined) throw new Error(`the test has no answer to ${name}`);
      // Asked later than it was called, as by the network.
      await Promise.resolve();
      return await answer(input);
    },
  };
  return { caller, asked };
}

/** The driver's own caller, with AWS's limits, over these operations. */
export function callerOver(operations: AwsOperations, clock: Clock): EcsCaller {
  const settings = { raised: {}, share: 1, ceiling: undefined };
  const budget = createCallBudget({ settings: () => settings, clock });
  return createEcsCaller({ operations: () => operations, budget, clock, log: silent });
}
