import { type KeyObject, timingSafeEqual } from 'node:crypto';
import { sealKey } from '../sealing/seal';
import { hmacSha256 } from './hmac-sha256';
import { isOpenAuthentication, isUuid } from './leaf';

/**
 * Keyed commitments. A plain hash of an account or a name can be found by trying all of them; an HMAC under a random key of the subject
 * cannot, and it says nothing any more once that key is destroyed (EDPB 02/2025: erasure by deleting off-chain data and keys).
 */

/** 32 random bytes that belong to one subject. Everything about the subject hangs on it: destroy it, and only proofs remain. */
export type SubjectSecret = Buffer;

/** HMAC-SHA256 over the label and the parts, each with its length in front, so that no two lists of parts write the same bytes. */
function derive(secret: SubjectSecret, label: string, ...parts: readonly string[]): Buffer {
  const framed = parts.map((part) => `${Buffer.byteLength(part, 'utf8')}:${part}`).join('');
  return hmacSha256(secret, Buffer.from(`assent/ledger/v1/${label}\0${framed}`, 'utf8'));
}

/**
 * The key of one event's commitment: HMAC-SHA256(subject's secret, label, source, id). Evidence hands out this key, which opens the commitment
 * of this event and tells nothing about the subject's other events.
 */
export const commitmentKeyOf = (secret: SubjectSecret, source: string, id: string): Buffer => derive(secret, 'commitment', source, id);

/** HMAC-SHA256 of the event's exact bytes, as the leaf says it (base64). */
export const commitmentOf = (commitmentKey: Buffer, exactBytes: Buffer): string => hmacSha256(commitmentKey, exactBytes).toString('base64');

/** Whether a leaf's commitment is to exactly these bytes. */
export function opensCommitment(commitment: string, commitmentKey: Buffer, exactBytes: Buffer): boolean {
  const stated = Buffer.from(commitment, 'base64');
  const actual = Buffer.from(commitmentOf(commitmentKey, exactBytes), 'base64');
  return stated.length === actual.length && timingSafeEqual(stated, actual);
}

/** The key that the subject's sealed bytes are encrypted with. */
export const sealingKeyOf = (secret: SubjectSecret): KeyObject => sealKey(derive(secret, 'sealing'));

const keyed = (secret: SubjectSecret, label: string, value: string): string => `keyed:${derive(secret, label, value).toString('base64url')}`;

/** An event's id as the leaf may show it: a UUID as it is; any other text, which could say something about a person, only keyed. */
export const leafId = (secret: SubjectSecret, id: string): string => (isUuid(id) ? id : keyed(secret, 'id', id));

/** An authentication id as the leaf may show it: as it is, unless somebody's account number was taken for one. */
export const leafAuthentication = (secret: SubjectSecret, id: string): string => (isOpenAuthentication(id) ? id : keyed(secret, 'authentication', id));
