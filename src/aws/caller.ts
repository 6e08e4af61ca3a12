/**
 * The entry point of `src/aws`, which makes one call to AWS: within the rate that AWS allows, bounded in
 * time and in the size of its answer, with an answer that was checked or an error that was classified.
 * It knows nothing of Nomad, and makes no second attempt: whether to ask again is its caller's to decide.
 *
 * `operations.ts` is the table of what can be called, and `client.ts` makes the calls of one target.
 *
 * @example Describe a task
 * ```ts
 * import { systemClock } from "../clock.ts";
 * import type { Logger } from "../logger.ts";
 * import { createCallBudget } from "./call_budget.ts";
 * import { createEcsCaller } from "./caller.ts";
 * import { connectAws } from "./client.ts";
 * import { EcsError } from "./error.ts";
 *
 * export async function statusOf(arn: string, log: Logger): Promise<string | undefined> {
 *   const operations = connectAws(
 *     { region: "us-east-1", role: undefined, endpoint: undefined, profile: undefined },
 *     { userAgent: { name: "example", version: "1.0.0" } },
 *   );
 *   const limits = { raised: {}, share: 1, ceiling: undefined };
 *   const caller = createEcsCaller({
 *     operations: () => operations,
 *     budget: createCallBudget({ settings: () => limits, clock: systemClock }),
 *     clock: systemClock,
 *     log,
 *   });
 *   try {
 *     const { tasks } = await caller.call(
 *       "describeTasks",
 *       { cluster: "web", tasks: [arn] },
 *       { target: `${arn} in cluster web`, priority: "watch" },
 *     );
 *     return tasks?.[0]?.lastStatus; // undefined where ECS does not know the task
 *   } catch (error) {
 *     if (error instanceof EcsError && error.kind === "no_cluster") return undefined;
 *     throw error; // "ECS DescribeTasks arn:... in cluster web: AccessDeniedException: ..."
 *   }
 * }
 * ```
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Permit, Priority } from "./budget.ts";
import type { CallBudget } from "./call_budget.ts";
import { EcsError, toEcsError } from "./error.ts";
import { type Category, launchesOf, type LaunchInput } from "./rate_limits.ts";
import { attemptTimeout } from "./timeouts.ts";
import {
  attemptOf,
  type AwsOperations,
  type Input,
  type Operation,
  type OperationName,
  operations as table,
  type Output,
} from "./operations.ts";
import { problemWith } from "./answer_shape.ts";

/** What a call is, besides its input. */
export type CallOptions = {
  /** What it is about, for messages: `task 0123… in cluster web`. */
  target: string;
  priority: Priority;
  /** Permission that `reserve` gave for this call. Without it the call asks for one. */
  permit?: Permit;
  /** Gives the call up, also while it queues. */
  signal?: AbortSignal;
};

/** Calls to ECS in one account and region: within the budget, bounded in time, with classified errors. */
export type EcsCaller = {
  /** Makes one attempt. Rejects with an `EcsError`, or with the signal's reason when it aborts. */
  call<Name extends OperationName>(
    name: Name,
    input: Input<Name>,
    options: CallOptions,
  ): Promise<Output<Name>>;
  /**
   * Resolves when a call of the operation may be made, so that its input can be chosen then. Rejects
   * with the signal's reason.
   */
  reserve(
    name: Exclude<OperationName, "runTask">,
    options: Pick<CallOptions, "priority" | "signal">,
  ): Promise<Permit>;
  /** Calls a second of the operation that can be made now when many wait. */
  rate(name: OperationName): number;
};

// Reasons with which an attempt's signal aborts. They are made once, as an error costs a stack trace.
const attemptOver = new Error("the attempt is over");
/** The reason with which an attempt's signal aborts when there was no answer in time. */
export const attemptExpired = new Error("the attempt had no answer in time");

/** Makes a caller. A call that AWS refuses for its rate lowers the budget of its category. */
export function createEcsCaller(
  { operations, budget, clock, log }: {
    /** Asked at each call: another configuration may mean another endpoint. */
    operations: () => AwsOperations;
    budget: CallBudget;
    clock: Clock;
    log: Logger;
  },
): EcsCaller {
  return {
    rate: (name) => budget.rate(table[name].category),
    reserve: (name, { priority, signal }) =>
      budget.acquire([table[name].category], { priority, lane: name, signal }),
    async call(name, input, { target, priority, permit: reserved, signal }) {
      const permit = reserved ??
        await budget.acquire(categoriesOf(name, input), { priority, lane: name, signal });
      // Its caller may have gone at the very moment of its turn. ECS must not run a task for nobody.
      if (signal?.aborted) {
        permit.giveBack();
        throw signal.reason;
      }
      const { command } = table[name];
      const attempted = attemptOf(name, target);
      const attempt = new AbortController();
      const started = clock.monotonic();
      try {
        const answer = await Promise.race([
          operations()[name](input, attempt.signal),
          expiry(clock, attempt, attempted),
          departure(signal, attempt),
        ]);
        permit.accepted();
        return usable(name, answer, input, attempted);
      } catch (thrown) {
        if (signal?.aborted) throw signal.reason;
        const error = toEcsError(thrown, attempted);
        if (error.kind === "throttled") permit.refused();
        log.debug("ECS call failed", {
          operation: command,
          target,
          kind: error.kind,
          answer: error.answer,
          ms: Math.round(clock.monotonic() - started),
        });
        throw error;
      } finally {
        attempt.abort(attemptOver);
      }
    },
  };
}

/** Rejects when the attempt has taken too long, aborting it; never settles once it is over. */
function expiry(clock: Clock, attempt: AbortController, attempted: string): Promise<never> {
  return new Promise((_, reject) => {
    clock.sleep(attemptTimeout, attempt.signal).then(() => {
      if (attempt.signal.aborted) return;
      reject(
        new EcsError("unavailable", attempted, `no answer within ${attemptTimeout / 1_000} s`),
      );
      attempt.abort(attemptExpired);
    });
  });
}

/** Rejects when the caller leaves, and aborts the attempt: the operation may ignore its signal. */
function departure(caller: AbortSignal | undefined, attempt: AbortController): Promise<never> {
  return new Promise((_, reject) => {
    const leave = () => {
      reject(caller?.reason);
      attempt.abort(attemptOver);
    };
    caller?.addEventListener("abort", leave, { once: true });
    attempt.signal.addEventListener("abort", () => caller?.removeEventListener("abort", leave), {
      once: true,
    });
  });
}

/**
 * Checks an answer against its line in the table. Throws for an answer that does not fit, and for an
 * empty one: the empty body of a proxy or a load balancer must not mean "no tasks".
 */
function usable<Name extends OperationName>(
  name: Name,
  answer: Output<Name>,
  input: Input<Name>,
  attempted: string,
): Output<Name> {
  const { answer: shape, settle } = table[name] as Operation<string, Input<Name>, Output<Name>>;
  const problem = problemWith(shape, answer);
  if (problem !== undefined) throw unusable(attempted, `its answer's ${problem}`);
  const parts = Object.keys(shape).filter((key) => typeof shape[key] === "object")
    .map((key) => key.replace(/!$/, ""));
  const members = answer as Readonly<Record<string, unknown>>;
  if (parts.length > 0 && parts.every((part) => members[part] === undefined)) {
    throw unusable(attempted, `its answer has no ${parts.join(" and no ")}`);
  }
  return settle === undefined ? answer : settle(answer, input);
}

function unusable(attempted: string, why: string): EcsError {
  return new EcsError("unavailable", attempted, why);
}

/**
 * The categories that a call takes a token of each. A refused launch does not say which bucket was
 * empty. That of launches fills more slowly, so it comes first.
 */
function categoriesOf<Name extends OperationName>(
  name: Name,
  input: Input<Name>,
): readonly [Category, ...Category[]] {
  const { category } = table[name];
  if (name !== "runTask") return [category];
  const [first, ...others] = launchesOf(input as LaunchInput);
  return [first, ...others, category];
}
