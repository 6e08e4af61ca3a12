import { attemptExpired } from "./caller.ts";
import { toEcsError } from "./error.ts";
import type { AwsHost } from "./host.ts";
import {
  type AwsOperations,
  type AwsTarget,
  eachOperation,
  operations,
  type Output,
} from "./operations.ts";
import { type Clients, createClients } from "./services.ts";

/** The clients of a target, and how their last calls failed. */
type Session = {
  readonly clients: Clients;
  /** Attempts in a row that were given up without an answer. */
  unanswered: number;
  /** How many times in a row a call was refused for its time, and its client has learned AWS's. */
  corrections: number;
};

/**
 * The most clients that learn AWS's time one after the other before a call goes through: STS's for a
 * profile's role, STS's for the configured role, and the service's own.
 */
const mostClocks = 3;
/** Attempts without an answer, in a row, after which the clients are made anew. */
const unansweredLimit = 3;

/**
 * AWS's operations through its SDK, each a single attempt: the SDK's own retries are off, as only the
 * driver's know which calls matter and keep to AWS's limits. The SDK is loaded with the first call.
 *
 * The clients are made anew when their credentials are refused, because others may be in place by then.
 * They are made anew too after 3 attempts in a row that had no answer: all calls wait for the same
 * request for credentials, and the SDK does not give up one that hangs.
 *
 * @example
 * ```ts
 * import { connectAws } from "./client.ts";
 *
 * const operations = connectAws(
 *   { region: "eu-central-1", role: undefined, endpoint: undefined, profile: "prod" },
 *   { userAgent: { name: "example", version: "1.0.0" } },
 * );
 * const { taskArns } = await operations.listTasks({ cluster: "web" }, AbortSignal.timeout(5_000));
 * ```
 */
export function connectAws(target: AwsTarget, host: AwsHost): AwsOperations {
  let current: Session | undefined;
  return eachOperation(async (name, input, signal) => {
    const { service, command } = operations[name];
    const session = current ??= {
      clients: createClients(target, host),
      unanswered: 0,
      corrections: 0,
    };
    const { corrections } = session;
    let settled = false;
    // Calls under way keep the clients that they have.
    const discard = () => {
      if (current === session) current = undefined;
    };
    const giveUp = () => {
      if (settled || signal.reason !== attemptExpired) return;
      session.unanswered += 1;
      if (session.unanswered >= unansweredLimit) discard();
    };
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      const client = await session.clients(service);
      const answer = await client.perform(command, input, signal);
      session.unanswered = 0;
      session.corrections = 0;
      return answer as Output<typeof name>;
    } catch (error) {
      // EC2 is called with ECS's credentials. When EC2 alone refuses them, ECS keeps them.
      if (service !== "ec2" && toEcsError(error, "").kind === "credentials") {
        // If this host's clock is off, AWS's refusal of bad credentials also carries a time correction.
        // Only the number of corrections tells the two cases apart.
        if (!isClockCorrected(error) || corrections >= mostClocks) discard();
        else session.corrections = Math.max(session.corrections, corrections + 1);
      }
      throw error;
    } finally {
      settled = true;
      signal.removeEventListener("abort", giveUp);
    }
  });
}

/**
 * Whether AWS refused this host's time and the SDK's client has learned AWS's time from the answer: the
 * client signs its next request with that. Where it is STS's client, its error is the cause of a
 * `CredentialsError`.
 */
function isClockCorrected(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { $metadata } = error as { $metadata?: { clockSkewCorrected?: boolean } };
  return $metadata?.clockSkewCorrected === true || isClockCorrected(error.cause);
}
