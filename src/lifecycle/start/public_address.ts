import { clusterInWords } from "../../aws/cluster_ref.ts";
import { attemptOf } from "../../aws/operations.ts";
import { EcsError } from "../../aws/error.ts";
import { LaunchError } from "../launch_error.ts";
import { asked } from "./asked.ts";
import type { Asking, LaunchContext } from "./context.ts";

/**
 * The public address of a task's network interface. Retried until EC2 answers or `signal` aborts.
 * Rejects with a `LaunchError` where there is none to advertise.
 */
export async function findPublicAddress(
  context: LaunchContext,
  networkInterfaceId: string | undefined,
  asking: Asking,
): Promise<string> {
  const option = `config.task.advertise = "public"`;
  if (networkInterfaceId === undefined) {
    throw new LaunchError(`${option}: the ECS task has no network interface of its own`, false);
  }
  const target = `${networkInterfaceId} of a task in ${clusterInWords(context.cluster)}`;
  try {
    return await asked(context, asking, async () => {
      const { publicAddress } = await context.caller.call(
        "describeNetworkInterfaces",
        { networkInterfaceId },
        { target, priority: "act", signal: asking.signal },
      );
      if (publicAddress !== undefined) return publicAddress;
      throw new EcsError(
        "unavailable",
        attemptOf("describeNetworkInterfaces", target),
        "it has no public address yet; do its subnets lead to an internet gateway?",
      );
    });
  } catch (error) {
    if (!(error instanceof EcsError)) throw error;
    throw new LaunchError(`${option}: ${error.message}`, false, { cause: error });
  }
}
