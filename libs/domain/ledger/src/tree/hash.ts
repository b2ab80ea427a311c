import { hash as digest } from 'node:crypto';
import { type Branded, invariant } from '@assent/kernel';

/**
 * A SHA-256 value as 32 Latin-1 characters, one a byte. As text it is immutable, compares with `===` and serves as a key of a Map,
 * and it costs no Buffer per hash, which is what limits hashing in Node (five times the rate of `createHash().digest()`).
 */
export type Hash = Branded<'Hash'>;

export const HASH_BYTES = 32;

/** Root of the tree without leaves (RFC 9162 section 2.1.1): the hash of nothing. */
export const EMPTY_ROOT = digest('sha256', '', 'binary') as Hash;

const NODE_PREFIX = 0x01;
/** One scratch buffer for all nodes: `nodeHash` is synchronous, so nobody can see it between two uses. */
const node = Buffer.alloc(1 + 2 * HASH_BYTES);
node[0] = NODE_PREFIX;

/** Hash of a leaf: SHA-256(0x00 ‖ UTF-8 of the text) (RFC 9162 section 2.1.1). `\0` is the byte 0x00 in UTF-8. */
export const leafHash = (text: string): Hash => digest('sha256', `\0${text}`, 'binary') as Hash;

/** Hash of an inner node: SHA-256(0x01 ‖ left ‖ right) (RFC 9162 section 2.1.1). */
export function nodeHash(left: Hash, right: Hash): Hash {
  node.write(left, 1, HASH_BYTES, 'latin1');
  node.write(right, 1 + HASH_BYTES, HASH_BYTES, 'latin1');
  return digest('sha256', node, 'binary') as Hash;
}

export const hashToBytes = (hash: Hash): Buffer => Buffer.from(hash, 'latin1');

/** @throws where it is not 32 bytes: a stored hash of another length is damage, never an input. */
export function hashFromBytes(bytes: Uint8Array): Hash {
  invariant(bytes.length === HASH_BYTES, 'a hash has 32 bytes');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('binary') as Hash;
}

export const hashToBase64 = (hash: Hash): string => Buffer.from(hash, 'latin1').toString('base64');

/** Reads standard base64 of exactly 32 bytes in its one canonical spelling, or null. Two texts never mean the same hash. */
export function hashFromBase64(text: string): Hash | null {
  if (!/^[A-Za-z0-9+/]{43}=$/.test(text)) return null;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? hashFromBytes(bytes) : null;
}
