/** Whether Nomad's API answers, and what its token may do. */
import type { NomadApi } from "../../nomad/api.ts";
import { NomadError, type NomadErrorKind } from "../../nomad/error.ts";
import { nomadFix } from "../advice.ts";
import { type Check, fail, ok, warn } from "./check.ts";

/** An allocation that there is not: listing it shows whether the token may list the namespace. */
const noAllocation = "00000000-0000-0000-0000-000000000000";

/** Asks what the driver asks. Without a Nomad it says what does not work. */
export async function checkNomad(
  api: NomadApi | undefined,
  namespace: string,
  signal: AbortSignal,
): Promise<Check[]> {
  if (api === undefined) {
    return [
      warn(
        "Nomad API",
        "no nomad block: on Nomad 1.10 and later a drain stops ECS tasks, and orphans of lost clients stay",
        "set a nomad block in the plugin block's config; to check one use --nomad-address or NOMAD_ADDR",
      ),
    ];
  }
  const questions: [string, string, () => Promise<string>][] = [
    ["Nomad API", 'agent { policy = "read" }', async () => {
      const { nodeId, region } = await api.agent(signal);
      return nodeId === undefined
        ? `an agent of region ${region ?? "unknown"} that is no client`
        : `node ${nodeId} of region ${region ?? "unknown"}`;
    }],
    ["Nomad token: nodes", 'node { policy = "read" }', async () => {
      return `${(await api.nodes(signal)).length} nodes`;
    }],
    [
      "Nomad token: jobs",
      `namespace "${namespace}" { capabilities = ["read-job"] }`,
      async () => {
        await api.isForgotten(noAllocation, namespace, signal);
        return `it may read the jobs of namespace ${namespace}`;
      },
    ],
  ];
  const checks: Check[] = [];
  for (const [name, rule, ask] of questions) {
    try {
      checks.push(ok(name, await ask()));
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof NomadError)) throw error;
      checks.push(fail(name, error.answer, fixOf(error.kind, rule)));
      // The other questions would be answered alike.
      if (error.kind !== "denied") break;
    }
  }
  return checks;
}

function fixOf(kind: NomadErrorKind, rule: string): string {
  return kind === "denied"
    ? `give the token a policy with ${rule}, or the right token in token_file or NOMAD_TOKEN`
    : nomadFix(kind) ?? "put that right in the nomad block, or in the environment";
}
