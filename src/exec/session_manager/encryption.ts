/**
 * Encryption of a session whose cluster names a KMS key: AES-256-GCM with a nonce of 12 bytes in front
 * of the text and the tag of 16 bytes behind it. Source: aws/session-manager-plugin, src/encryption.
 */
import { createCipheriv, createDecipheriv } from "node:crypto";
import { joined } from "../../bytes.ts";

/** Encrypts what a client sends and decrypts what it gets. */
export type SessionCipher = {
  encrypt(text: Uint8Array): Uint8Array;
  /** Throws where the text was not encrypted with the session's key. */
  decrypt(sealed: Uint8Array): Uint8Array;
};

/** Bytes of the data key that KMS is asked for: one key for each direction. */
export const dataKeyLength = 64;
const keyLength = 32;
const nonceLength = 12;
const tagLength = 16;

/**
 * Makes the cipher of a client: the first half of the data key is what the agent encrypts with, the
 * second half what the client does. `nonce` makes 12 random bytes, another each time.
 */
export function createSessionCipher(
  dataKey: Uint8Array,
  nonce: () => Uint8Array,
): SessionCipher {
  if (dataKey.byteLength !== dataKeyLength) {
    throw new RangeError(`a data key has ${dataKeyLength} bytes; got ${dataKey.byteLength}`);
  }
  const agents = dataKey.subarray(0, keyLength);
  const own = dataKey.subarray(keyLength);
  return {
    encrypt: (text) => {
      const first = nonce();
      const cipher = createCipheriv("aes-256-gcm", own, first);
      return joined(first, cipher.update(text), cipher.final(), cipher.getAuthTag());
    },
    decrypt: (sealed) => {
      if (sealed.byteLength < nonceLength + tagLength) {
        throw new RangeError(`${sealed.byteLength} bytes are no encrypted payload`);
      }
      const end = sealed.byteLength - tagLength;
      const decipher = createDecipheriv("aes-256-gcm", agents, sealed.subarray(0, nonceLength));
      decipher.setAuthTag(sealed.subarray(end));
      return joined(decipher.update(sealed.subarray(nonceLength, end)), decipher.final());
    },
  };
}

/** The encryption context of a session's data key, by which the key's policy may allow it. */
export function encryptionContext(
  { sessionId, targetId, challenge }: {
    sessionId: string;
    /** `ecs:<cluster>_<task id>_<container's runtime id>`. */
    targetId: string;
    challenge: string | undefined;
  },
): Record<string, string> {
  return {
    "aws:ssm:SessionId": sessionId,
    "aws:ssm:TargetId": targetId,
    ...(challenge === undefined ? {} : { "aws:ssm:RandomChallenge": challenge }),
  };
}
