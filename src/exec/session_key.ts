import { clusterInWords, parseTaskArn, type TaskRef } from "../aws/cluster_ref.ts";
import type { ExecContext } from "./context.ts";
import { ExecError } from "./exec_error.ts";
import {
  createSessionCipher,
  dataKeyLength,
  encryptionContext,
} from "./session_manager/encryption.ts";
import type { SessionKey } from "./session_manager/handshake.ts";

/**
 * Has KMS make the data key of a session, for a cluster whose configuration names a key. Needs
 * kms:GenerateDataKey. Rejects with an `EcsError` where AWS refuses it.
 */
export async function makeSessionKey(
  { caller, randomBytes }: ExecContext,
  { keyId, challenge, sessionId, task, container, signal }: {
    keyId: string;
    challenge: string | undefined;
    sessionId: string;
    task: TaskRef;
    container: string | undefined;
    signal: AbortSignal;
  },
): Promise<SessionKey> {
  const target = `${task.arn} of ${clusterInWords(task.cluster)}`;
  const options = { target, priority: "act", signal } as const;
  const { tasks } = await caller.call("describeTasks", {
    cluster: task.cluster.name,
    tasks: [task.arn],
  }, options);
  const containers = tasks?.[0]?.containers ?? [];
  const { runtimeId } = containers.find(({ name }) => name === container) ?? containers[0] ?? {};
  const { cluster, id } = parseTaskArn(task.arn) ?? {};
  if (runtimeId === undefined || id === undefined) {
    throw new ExecError(`ECS tells no runtime id of ${container ?? "the container"} of ${target}`);
  }
  const { CiphertextBlob: sealedKey, Plaintext: plain } = await caller.call("generateDataKey", {
    KeyId: keyId,
    NumberOfBytes: dataKeyLength,
    EncryptionContext: encryptionContext({
      sessionId,
      targetId: `ecs:${cluster ?? task.cluster.name}_${id}_${runtimeId}`,
      challenge,
    }),
  }, options);
  if (sealedKey === undefined || plain === undefined) {
    throw new ExecError(`KMS made no data key with ${keyId}`);
  }
  return { cipher: createSessionCipher(plain, () => randomBytes(12)), sealedKey };
}
