import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/** Bytes of a data key, of a nonce and of an authentication tag. */
export const dataKeyLength = 64;
const nonceLength = 12;
const tagLength = 16;

/** The two keys of a session, as the agent uses them. */
export type SessionKeys = { readonly toClient: Uint8Array; readonly fromClient: Uint8Array };

/** Splits a data key: its first half encrypts what the agent sends, the second what the client does. */
export function sessionKeys(dataKey: Uint8Array): SessionKeys {
  if (dataKey.length !== dataKeyLength) throw new Error(`a data key has ${dataKey.length} bytes`);
  return {
    toClient: dataKey.slice(0, dataKeyLength / 2),
    fromClient: dataKey.slice(dataKeyLength / 2),
  };
}

/** Encrypts with AES-256-GCM. The nonce is in front, the tag at the end. */
export function encrypt(key: Uint8Array, plain: Uint8Array): Uint8Array {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const sealed = [cipher.update(plain), cipher.final(), cipher.getAuthTag()];
  return Uint8Array.from([...nonce, ...sealed.flatMap((part) => [...part])]);
}

/** Decrypts what `encrypt` made. Throws an `Error` for anything else. */
export function decrypt(key: Uint8Array, sealed: Uint8Array): Uint8Array {
  if (sealed.length < nonceLength + tagLength) throw new Error("an encrypted payload is too short");
  const tagAt = sealed.length - tagLength;
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, nonceLength));
  decipher.setAuthTag(sealed.subarray(tagAt));
  const plain = [decipher.update(sealed.subarray(nonceLength, tagAt)), decipher.final()];
  return Uint8Array.from(plain.flatMap((part) => [...part]));
}
