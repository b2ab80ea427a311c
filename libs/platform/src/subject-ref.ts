import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { Secret } from './secret';

/**
 * The keyed pseudonym of a payer (`subjectref` of the envelope): the same for the same (namespace, payer id) in every service, and no way back without the key.
 * HMAC-SHA256 over both parts, each with its length in front so that no two pairs write the same bytes; base64url, 43 characters.
 */
export function subjectRef(key: Secret<Buffer>, namespace: string, payerId: string): string {
  return createHmac('sha256', keyObject(key)).update(lengthPrefixed(namespace)).update(lengthPrefixed(payerId)).digest('base64url');
}

/** A Buffer as a key is imported anew for each message, which costs several times the hash itself (Node 24). */
const keyObjects = new WeakMap<Secret<Buffer>, KeyObject>();

function keyObject(key: Secret<Buffer>): KeyObject {
  const known = keyObjects.get(key);
  if (known !== undefined) return known;
  const made = createSecretKey(key.reveal());
  keyObjects.set(key, made);
  return made;
}

function lengthPrefixed(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
