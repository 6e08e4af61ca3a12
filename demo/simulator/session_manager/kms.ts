import { AwsError } from "../request/aws_error.ts";
import { type Input, object, requiredString } from "../request/input.ts";
import { type Model, randomHex } from "../state/model.ts";

/** A data key that KMS has made, and the encryption context that it belongs to. */
export type DataKey = { readonly plain: Uint8Array; readonly context: string };

/** GenerateDataKey, for keys that a cluster's ECS Exec settings name. */
export function generateDataKey(model: Model, region: string, input: Input): unknown {
  const keyId = requiredString(input, "KeyId", "KeyId must not be empty.", invalid);
  const known = [...model.clusters.values()].some(({ configuration }) =>
    object(configuration ?? {}, "executeCommandConfiguration")?.["kmsKeyId"] === keyId
  );
  if (!known) {
    throw new AwsError("NotFoundException", `Key '${keyId}' does not exist`);
  }
  const bytes = bytesOf(input);
  const plain = hexBytes(randomHex(model, 2 * bytes));
  const sealed = base64(hexBytes(randomHex(model, 2 * 184)));
  model.dataKeys.set(sealed, { plain, context: contextOf(input["EncryptionContext"]) });
  return {
    CiphertextBlob: sealed,
    Plaintext: base64(plain),
    KeyId: keyId.startsWith("arn:") ? keyId : `arn:aws:kms:${region}:${model.account}:key/${keyId}`,
  };
}

/** How many bytes a request asks for: by their number, or by the kind of key. */
function bytesOf({ NumberOfBytes: bytes, KeySpec: kind }: Input): number {
  if ((bytes === undefined) === (kind === undefined)) {
    throw invalid("Please specify either number of bytes or key spec.");
  }
  if (kind === undefined) {
    if (Number(bytes) >= 1 && Number(bytes) <= 1_024) return Number(bytes);
    throw invalid(`NumberOfBytes must be between 1 and 1024, and not ${bytes}`);
  }
  if (kind !== "AES_128" && kind !== "AES_256") {
    throw invalid(`KeySpec must be one of AES_128, AES_256, and not ${kind}`);
  }
  return kind === "AES_128" ? 16 : 32;
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

/** Decrypts a data key as the SSM agent does. Undefined: KMS would refuse it. */
export function decryptDataKey(
  { dataKeys }: Model,
  sealed: string,
  context: Readonly<Record<string, string>>,
): Uint8Array | undefined {
  const key = dataKeys.get(sealed);
  return key === undefined || key.context !== contextOf(context) ? undefined : key.plain;
}

/** An encryption context in one form, whatever the order of its members. */
function contextOf(context: unknown): string {
  return JSON.stringify(
    Object.entries(context ?? {}).sort(([one], [other]) => one < other ? -1 : 1),
  );
}

function hexBytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (digits) => parseInt(digits, 16));
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
