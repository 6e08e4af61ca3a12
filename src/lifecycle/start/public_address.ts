import { clusterInWords } from "../../aws/cluster_ref.ts";
import { attemptOf } from "../../aws/operations.ts";
import { EcsError } from "../../aws/error.ts";
import { retry } from "../../aws/retry.ts";
import { askingAgain } from "../error_policy.ts";
import { LaunchError } from "../launch_error.ts";
import type { LaunchContext } from "./context.ts";

/**
 * The public address of a task's network interface. Retried until EC2 answers or `signal` aborts.
 * Rejects with a `LaunchError` where there is none to advertise.
 */
export async function findPublicAddress(
  { cluster, caller, clock, random }: LaunchContext,
  networkInterfaceId: string | undefined,
  { signal, retrying }: { signal: AbortSignal; retrying: (error: EcsError) => void },
): Promise<string> {
  const option = `config.task.advertise = "public"`;
  if (networkInterfaceId === undefined) {
    throw new LaunchError(`${option}: the ECS task has no network interface of its own`, false);
  }
  const target = `${networkInterfaceId} of a task in ${clusterInWords(cluster)}`;
  try {
    return await retry(async () => {
      const { publicAddress } = await caller.call(
        "describeNetworkInterfaces",
        { networkInterfaceId },
        { target, priority: "act", signal },
      );
      if (publicAddress !== undefined) return publicAddress;
      throw new EcsError(
        "unavailable",
        attemptOf("describeNetworkInterfaces", target),
        "it has no public address yet; do its subnets lead to an internet gateway?",
      );
    }, { clock, random, signal, judge: askingAgain("start", retrying) });
  } catch (error) {
    if (!(error instanceof EcsError)) throw error;
    throw new LaunchError(`${option}: ${error.message}`, false, { cause: error });
  }
}
