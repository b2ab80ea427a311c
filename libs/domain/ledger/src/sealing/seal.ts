import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { invariant, ok, refuse, type Result } from '@assent/kernel';

/**
 * Sealed bytes: AES-256-GCM. Version 1 is `0x01 ‖ nonce (12) ‖ ciphertext ‖ tag (16)`. What they belong to goes in as associated data, so that bytes moved to
 * another row do not open. A nonce is random: up to 2^32 messages under one key are safe, far above the events of any subject.
 */
const VERSION = 1;
export const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const ALGORITHM = 'aes-256-gcm';

/** A key object rather than bytes: Node makes one of bytes at each use, which costs several times the encryption of an event. */
export function sealKey(bytes: Buffer): KeyObject {
  invariant(bytes.length === KEY_BYTES, 'AES-256 takes a key of 32 bytes');
  return createSecretKey(bytes);
}

export function seal(plaintext: Buffer, key: KeyObject, nonce: Buffer, associated: Buffer): Buffer {
  invariant(nonce.length === NONCE_BYTES, 'GCM takes a nonce of 12 bytes');
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associated);
  const ciphertext = cipher.update(plaintext);
  // GCM is a stream: `final` adds no bytes.
  cipher.final();
  return Buffer.concat([Buffer.of(VERSION), nonce, ciphertext, cipher.getAuthTag()]);
}

/** Opens sealed bytes. Refused where the key, what they belong to, or a single bit is another. */
export function unseal(sealed: Buffer, key: KeyObject, associated: Buffer): Result<Buffer, 'SEAL_BROKEN'> {
  const end = sealed.length - TAG_BYTES;
  if (sealed[0] !== VERSION || end < 1 + NONCE_BYTES) return refuse('SEAL_BROKEN');
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(1, 1 + NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(associated);
  decipher.setAuthTag(sealed.subarray(end));
  try {
    return ok(Buffer.concat([decipher.update(sealed.subarray(1 + NONCE_BYTES, end)), decipher.final()]));
  } catch {
    return refuse('SEAL_BROKEN');
  }
}
