import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Secret } from '@assent/platform';

const VERSION = 1;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + SALT_BYTES + NONCE_BYTES + TAG_BYTES;
const KEY_BYTES = 32;

/** The bytes do not open: another key, another place, or a changed byte. Nothing of them is given out. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

/** A key of its own for each sealed value (HKDF-SHA256, RFC 5869), so that no pair of key and nonce ever comes twice. */
const keyFor = (master: Secret<Buffer>, salt: Buffer, purpose: string): Buffer => Buffer.from(hkdfSync('sha256', master.reveal(), salt, purpose, KEY_BYTES));

/**
 * Encrypts bytes for the database: AES-256-GCM under a key derived from `master`, a fresh salt and the purpose.
 * @param purpose what they are and whose (`portrait:shop:user-42`): part of the derivation and authenticated, so that sealed bytes open only in their own place
 */
export function seal(master: Secret<Buffer>, purpose: string, bytes: Uint8Array): Buffer {
  const salt = randomBytes(SALT_BYTES);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyFor(master, salt, purpose), nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(purpose, 'utf8'));
  const encrypted = Buffer.concat([cipher.update(bytes), cipher.final()]);
  return Buffer.concat([Buffer.of(VERSION), salt, nonce, cipher.getAuthTag(), encrypted]);
}

/** @throws SealBroken */
export function open(master: Secret<Buffer>, purpose: string, sealed: Buffer): Buffer {
  if (sealed.length < HEADER_BYTES || sealed[0] !== VERSION) throw new SealBroken('these bytes were not sealed here');
  const salt = sealed.subarray(1, 1 + SALT_BYTES);
  const nonce = sealed.subarray(1 + SALT_BYTES, 1 + SALT_BYTES + NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', keyFor(master, salt, purpose), nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(purpose, 'utf8'));
  decipher.setAuthTag(sealed.subarray(HEADER_BYTES - TAG_BYTES, HEADER_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(HEADER_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new SealBroken('sealed under another key, for another place, or changed since', { cause });
  }
}
